#include "node/net/wal_writer.h"

#include <utility>

#include "node/net/clock.h"
#include "node/net/disk_failure.h"

namespace plumbline::net {

WalWriter::WalWriter(std::unique_ptr<store::Wal> wal, OnDone done, const Log& log)
    : wal_(std::move(wal)), done_(std::move(done)), log_(log), thread_([this] { run(); }) {}

WalWriter::~WalWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WalWriter::persist(raft::Persist batch) { add(std::move(batch)); }
void WalWriter::drop_up_to(raft::Index index) { add(index); }

void WalWriter::add(Job job) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    was_empty = queue_.empty();
    queue_.push_back(std::move(job));
  }
  if (was_empty) wake_.notify_one();
}

void WalWriter::run() {
  for (;;) {
    std::vector<Job> jobs;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) return;
      jobs.swap(queue_);
    }
    write(jobs);
  }
}

void WalWriter::write(const std::vector<Job>& jobs) {
  std::uint64_t last = 0;
  for (const Job& job : jobs)
    if (const auto* batch = std::get_if<raft::Persist>(&job)) {
      if (const Status written = wal_->append(*batch); !written)
        end_on_disk_failure(log_, written.error());
      last = batch->number;
    }
  if (last != 0) {
    const Nanos before = steady_now();
    if (const Status synced = wal_->sync(); !synced) end_on_disk_failure(log_, synced.error());
    done_({last, steady_now() - before, wal_->figures()});
  }
  for (const Job& job : jobs)
    if (const auto* index = std::get_if<raft::Index>(&job))
      if (const Status dropped = wal_->drop_up_to(*index); !dropped)
        end_on_disk_failure(log_, dropped.error());
}

}  // namespace plumbline::net
