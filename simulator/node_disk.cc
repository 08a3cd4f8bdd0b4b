// The disk's side of a simulated node: what raftkvd's threads for the log and for snapshots do.

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "simulator/node.h"
#include "simulator/world.h"

namespace plumbline::simulator {
namespace {

// What a snapshot's bytes cost beyond the sync: about 100 MB a second.
constexpr Nanos k_a_byte{10};

}  // namespace

// ---- The log: one write and sync in flight; what comes meanwhile goes into the next
// ---------------

void SimNode::persist(raft::Persist batch) {
  if (dying_) return;
  waiting_.push_back(std::move(batch));
  if (!writing_) begin_write();
}

void SimNode::drop_log_up_to(raft::Index index) {
  if (dying_) return;
  waiting_.push_back(index);
  if (!writing_) begin_write();
}

void SimNode::begin_write() {
  if (waiting_.empty() || dying_) return;
  in_flight_ = std::exchange(waiting_, {});
  bool writes = false;
  for (const Job& job : in_flight_)
    if (const auto* batch = std::get_if<raft::Persist>(&job)) {
      writes = true;
      if (const Status written = wal_->append(*batch); !written) return dying(written.error());
    }
  if (!writes) return drop_from_log(std::exchange(in_flight_, {}));
  writing_ = true;
  world_.post(disk_.sync_time(), Happening::synced, place_, lives_);
}

void SimNode::drop_from_log(const std::vector<Job>& jobs) {
  for (const Job& job : jobs)
    if (const auto* index = std::get_if<raft::Index>(&job)) {
      if (const Status dropped = wal_->drop_up_to(*index); !dropped) return dying(dropped.error());
      auto& entries = durable_.entries;
      const auto kept = std::ranges::find_if(
          entries, [&](const raft::EntryPtr& entry) { return entry->index > *index; });
      entries.erase(entries.begin(), kept);
    }
}

void SimNode::synced() {
  if (const Status done = wal_->sync(); !done) {
    dying(done.error());
    return after_turn();
  }
  const std::vector<Job> jobs = std::exchange(in_flight_, {});
  std::uint64_t last = 0;
  for (const Job& job : jobs)
    if (const auto* batch = std::get_if<raft::Persist>(&job)) {
      now_durable(*batch);
      last = batch->number;
    }
  drop_from_log(jobs);
  const Due told{.at = world_.now(),
                 .which = last,
                 .life = lives_,
                 .place = static_cast<std::uint16_t>(place_),
                 .what = Happening::persisted};
  handle(told);
}

void SimNode::now_durable(const raft::Persist& batch) {
  auto& entries = durable_.entries;
  if (batch.hard_state) durable_.hard_state = *batch.hard_state;
  if (batch.truncate_from)
    while (!entries.empty() && entries.back()->index >= *batch.truncate_from) entries.pop_back();
  if (batch.restart_after) {
    entries.clear();
    // A newer one may have come meanwhile, and that is what would be started from.
    if (batch.restart_after->index > durable_.snapshot.index)
      durable_.snapshot = *batch.restart_after;
  }
  entries.insert(entries.end(), batch.entries.begin(), batch.entries.end());
}

// ---- Snapshots: one job after the other
// -----------------------------------------------------------

void SimNode::save_snapshot(raft::SnapshotMeta meta, std::string state) {
  const std::uint64_t bytes = state.size();
  add_snapshot_job(Save{std::move(meta), std::move(state)}, bytes);
}
void SimNode::read_chunk(raft::ReadChunk what) {
  add_snapshot_job(std::move(what), world_.setup().weather.chunk_bytes);
}
void SimNode::write_chunk(raft::WriteChunk what) {
  const std::uint64_t bytes = what.chunk.data.size();
  add_snapshot_job(std::move(what), bytes);
}

void SimNode::add_snapshot_job(SnapshotJob job, std::uint64_t bytes) {
  if (dying_) return;
  snapshot_jobs_.push_back({std::move(job), bytes});
  if (snapshot_jobs_.size() == 1) begin_snapshot_job();
}

void SimNode::begin_snapshot_job() {
  const Nanos takes =
      disk_.sync_time() + k_a_byte * static_cast<Nanos::rep>(snapshot_jobs_.front().bytes);
  world_.post(takes, Happening::snapshot_job, place_, lives_);
}

void SimNode::end_snapshot_job() {
  SnapshotJob job = std::move(snapshot_jobs_.front().job);
  std::visit([this](auto& what) { perform(what); }, job);
  snapshot_jobs_.pop_front();
  if (!snapshot_jobs_.empty() && !dying_) begin_snapshot_job();
}

void SimNode::perform(const Save& job) {
  if (const Status saved = snapshots_->save(job.meta, job.state); !saved)
    return dying(saved.error());
  if (job.meta.index > durable_.snapshot.index) durable_.snapshot = job.meta;
  world_.watch().reached(State::snapshot_made);
  replica_->snapshot_saved(job.meta);
}

void SimNode::perform(const raft::ReadChunk& job) {
  auto chunk = snapshots_->read_chunk(job.snapshot, job.offset, world_.setup().weather.chunk_bytes);
  if (!chunk) return dying(chunk.error());
  if (chunk->total_size == 0) world_.watch().reached(State::snapshot_overtaken);
  replica_->chunk_read(job.to, std::move(*chunk));
}

void SimNode::perform(raft::WriteChunk& job) {
  const auto written = snapshots_->write_chunk(job.chunk);
  if (!written) return dying(written.error());
  std::optional<store::SnapshotStore::Loaded> loaded;
  if (written->complete) {
    auto newest = snapshots_->load_newest();
    if (!newest) return dying(newest.error());
    loaded = std::move(*newest);
    if (loaded && loaded->meta.index > durable_.snapshot.index) durable_.snapshot = loaded->meta;
  }
  const auto installed = world_.watch().coverage().of(State::snapshot_installed);
  replica_->chunk_written(job.chunk.snapshot, *written, std::move(loaded));
  if (written->complete && world_.watch().coverage().of(State::snapshot_installed) == installed)
    world_.watch().reached(State::snapshot_overtaken);
}

/// The process ends in the middle of it: some of its calls were done.
void SimNode::interrupt_snapshot_job() {
  if (snapshot_jobs_.empty() || dying_) return;
  disk_.stop_soon();
  SnapshotJob& job = snapshot_jobs_.front().job;
  if (const auto* save = std::get_if<Save>(&job))
    static_cast<void>(snapshots_->save(save->meta, save->state));
  else if (const auto* write = std::get_if<raft::WriteChunk>(&job))
    static_cast<void>(snapshots_->write_chunk(write->chunk));
  disk_.go_on();
}

}  // namespace plumbline::simulator
