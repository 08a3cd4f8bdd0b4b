#include "node/net/snapshot_worker.h"

#include <memory>
#include <utility>

#include "node/net/disk_failure.h"

namespace plumbline::net {

SnapshotWorker::SnapshotWorker(store::SnapshotStore store, const Log& log)
    : store_(std::move(store)), log_(log), thread_([this] { run(); }) {}

SnapshotWorker::~SnapshotWorker() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SnapshotWorker::save(raft::SnapshotMeta meta, std::string state, std::function<void()> done) {
  add([this, meta = std::move(meta), state = std::move(state), done = std::move(done)] {
    if (const Status saved = store_.save(meta, state); !saved)
      end_on_disk_failure(log_, saved.error());
    done();
  });
}

void SnapshotWorker::read(raft::ReadChunk what, std::size_t size,
                          std::function<void(raft::SnapshotChunk)> done) {
  add([this, what = std::move(what), size, done = std::move(done)] {
    auto chunk = store_.read_chunk(what.snapshot, what.offset, size);
    if (!chunk) end_on_disk_failure(log_, chunk.error());
    done(std::move(*chunk));
  });
}

void SnapshotWorker::write(raft::WriteChunk what, std::function<void(Written)> done) {
  add([this, what = std::make_shared<raft::WriteChunk>(std::move(what)), done = std::move(done)] {
    const auto result = store_.write_chunk(what->chunk);
    if (!result) end_on_disk_failure(log_, result.error());
    Written written{*result, std::nullopt};
    if (result->complete) {
      auto loaded = store_.load_newest();
      if (!loaded) end_on_disk_failure(log_, loaded.error());
      written.loaded = std::move(*loaded);
    }
    done(std::move(written));
  });
}

void SnapshotWorker::add(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void SnapshotWorker::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (stop_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace plumbline::net
