#pragma once
/// MemoryFileSystem: a file system in memory that keeps only the promises a real one makes. What
/// was not synced may be lost at a crash, whole or by sectors; a name whose directory was not
/// synced may vanish or stay as it was; any call can be made to fail, or to be the last before the
/// power goes. For tests and for the simulator. Requires: it outlives its files. After crash() the
/// files opened before it only give errors. Threads: one at a time.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/rng.h"
#include "node/store/file_system.h"

namespace plumbline::store {

class MemoryFileSystem : public FileSystem {
 public:
  enum class Operation : std::uint8_t {
    write,
    read,
    sync,
    size,
    truncate,
    make_directory,
    list,
    create,
    open,
    rename,
    remove,
    sync_directory
  };
  struct Call {
    std::uint64_t number = 0;  ///< 1, 2, 3, ... since this object was made
    Operation operation = Operation::write;
    std::string path;
  };
  enum class Fate : std::uint8_t {
    perform,
    fail,              ///< EIO, and nothing is done. A sync that fails loses what it should have
                       ///< saved: the file reads as before, but no later sync makes it durable
    no_space,          ///< ENOSPC, after half of a write
    power_off_before,  ///< this call and all later ones fail, until crash()
    power_off_after,   ///< it is performed, but its caller does not learn of that; then as before
  };
  /// Decides what becomes of a call; empty: all are performed.
  std::function<Fate(const Call&)> on_call;

  /// Planted bugs, to prove that a test would see them: the sync says that it was done.
  bool forget_syncs = false;
  bool forget_directory_syncs = false;

  /// What of the unsynced outlives a crash. `anything`: by the rng, each change on its own; a write
  /// as a whole, not at all, or any of its sectors.
  enum class Survival : std::uint8_t { nothing, anything, everything };
  /// The power fails and comes back.
  void crash(Survival survival, Rng& rng);
  bool power_is_on() const { return power_; }

  std::uint64_t calls() const { return calls_; }
  std::uint64_t calls_of(Operation operation) const;
  /// A file as a process would see it; CHECKs that it exists.
  const std::string& contents(const std::string& path) const;
  /// Makes or replaces a file, durably and without being counted as a call.
  void put(const std::string& path, std::string bytes);

  Status make_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) const override;
  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::unique_ptr<File>> open(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  bool exists(const std::string& path) const override;

 private:
  friend class MemoryFile;
  struct Change {  // of a file's bytes, not synced yet
    bool truncates = false;
    std::uint64_t offset = 0;  // or the new size
    std::string bytes;
  };
  struct Node {
    std::string current, durable;
    std::vector<Change> unsynced;
  };
  struct NameChange {  // of a directory, not synced yet; an empty name: none
    std::string gone, made;
    std::shared_ptr<Node> node;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  /// Counts the call, asks on_call, and performs it unless that says otherwise.
  template <class Perform>
  Status call(Operation operation, const std::string& path, Perform perform) const;
  Fate begin(Operation operation, const std::string& path) const;
  void change_name(NameChange change);
  static void apply(const NameChange& change, Names& names);
  static void apply(const Change& change, std::string& bytes);
  static void survive(Node& node, Survival survival, Rng& rng);

  std::set<std::string> directories_;
  Names names_, durable_names_;
  std::map<std::string, std::vector<NameChange>> unsynced_names_;  // by directory
  mutable std::map<Operation, std::uint64_t> calls_of_;
  mutable std::uint64_t calls_ = 0;
  mutable bool power_ = true;
  std::uint64_t crashes_ = 0;
};

}  // namespace plumbline::store
