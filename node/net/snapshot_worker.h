#pragma once
/// SnapshotWorker: the thread that does the slow work on snapshot files, one job after the other.
/// Fails: never: a disk that fails ends the process.
/// Threads: the owner's, and one of its own, in which the callbacks are called.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "node/net/log.h"
#include "node/raft/raft.h"
#include "node/store/snapshot_file.h"

namespace plumbline::net {

class SnapshotWorker {
 public:
  SnapshotWorker(store::SnapshotStore store, const Log& log);
  /// Finishes the job in hand and drops the others.
  ~SnapshotWorker();
  SnapshotWorker(const SnapshotWorker&) = delete;
  SnapshotWorker& operator=(const SnapshotWorker&) = delete;

  void save(raft::SnapshotMeta meta, std::string state, std::function<void()> done);
  void read(raft::ReadChunk what, std::size_t size, std::function<void(raft::SnapshotChunk)> done);

  struct Written {
    store::SnapshotStore::Written result;
    std::optional<store::SnapshotStore::Loaded> loaded;  ///< the whole, if this completed it
  };
  void write(raft::WriteChunk what, std::function<void(Written)> done);

 private:
  void add(std::function<void()> job);
  void run();

  store::SnapshotStore store_;
  const Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool stop_ = false;                       // guarded by mutex_
  std::thread thread_;
};

}  // namespace plumbline::net
