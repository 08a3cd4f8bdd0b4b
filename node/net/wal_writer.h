#pragma once
/// WalWriter: the thread that writes the log. One write and sync is in flight at a time; whatever
/// comes meanwhile goes, in order, into the next one (group commit).
/// Fails: never: a disk that fails ends the process.
/// Threads: the owner's, and one of its own, in which `done` is called.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "node/net/log.h"
#include "node/raft/raft.h"
#include "node/store/wal.h"

namespace plumbline::net {

class WalWriter {
 public:
  struct Done {
    std::uint64_t number = 0;  ///< of the last Persist that is durable
    Nanos sync_time{0};
    store::Wal::Figures figures;
  };
  using OnDone = std::function<void(const Done&)>;
  WalWriter(std::unique_ptr<store::Wal> wal, OnDone done, const Log& log);
  /// Writes what is queued first.
  ~WalWriter();
  WalWriter(const WalWriter&) = delete;
  WalWriter& operator=(const WalWriter&) = delete;

  void persist(raft::Persist batch);
  /// Segments that hold only entries up to `index` may go, once all queued before is durable.
  void drop_up_to(raft::Index index);

 private:
  using Job = std::variant<raft::Persist, raft::Index>;
  void add(Job job);
  void run();
  void write(const std::vector<Job>& jobs);

  std::unique_ptr<store::Wal> wal_;
  OnDone done_;
  const Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;  // guarded by mutex_
  bool stop_ = false;       // guarded by mutex_
  std::thread thread_;
};

}  // namespace plumbline::net
