#pragma once
/// DataDirectory: a node's directory, held by one process at a time, and marked with whose it is,
/// so that a node never runs on another's log.

#include <set>
#include <string>

#include "core/base/result.h"
#include "node/raft/types.h"
#include "node/store/file_system.h"

namespace plumbline::net {

struct Identity {
  std::string cluster;
  raft::NodeId id;
  std::set<raft::NodeId> voters;  ///< membership is fixed: another set could elect a second leader
  bool operator==(const Identity&) const = default;
};

class DataDirectory {
 public:
  /// Makes it if need be. Fails: exists (another process runs on it), invalid (it belongs to
  /// another node or holds something else), io.
  static Result<DataDirectory> open(store::FileSystem& files, const std::string& path,
                                    const Identity& identity);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

 private:
  explicit DataDirectory(int lock) : lock_(lock) {}
  int lock_;  // a descriptor; the lock goes with it
};

}  // namespace plumbline::net
