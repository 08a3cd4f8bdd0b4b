#pragma once
/// DataDirectory: a node's directory, held by one process at a time, and marked with whose it is,
/// so that a node never runs on another's log. The mark also keeps what the node began with: its
/// flags may say something else later, but what its log builds on must not change.

#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/net/address.h"
#include "node/replica/peer_identities.h"
#include "node/store/file_system.h"

namespace plumbline::net {

struct Identity {
  std::string cluster;
  raft::NodeId id;
  std::vector<NodeAddress> first_nodes{};  ///< of the cluster that it founds; empty: it joins one
  replica::StoreId store{};                ///< drawn when the directory is made
};

class DataDirectory {
 public:
  /// Makes it if need be, with `wanted.first_nodes` and a store id of its own.
  /// Requires: `files` outlives it.
  /// Fails: exists (another process runs on it), invalid (it is of another cluster or id, or holds
  /// something else), corrupt, io.
  static Result<DataDirectory> open(store::FileSystem& files, const std::string& path,
                                    const Identity& wanted);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  const Identity& identity() const { return identity_; }  ///< as it is marked
  /// Whom this node met (peer_identities.h), kept in a file of its own. Durable when it returns.
  Status save_met(const std::string& met);
  /// What was saved last; empty: nothing yet. Fails: io.
  Result<std::string> load_met() const;

 private:
  DataDirectory(store::FileSystem& files, std::string path, int lock)
      : files_(files), path_(std::move(path)), lock_(lock) {}
  Status claim(const Identity& wanted);
  Status read_identity(const Identity& wanted);
  Status replace_file(const char* name, const std::string& bytes);
  Result<std::string> read_file(const char* name) const;

  store::FileSystem& files_;
  std::string path_;
  int lock_;  // a descriptor; the lock goes with it
  Identity identity_;
};

}  // namespace plumbline::net
