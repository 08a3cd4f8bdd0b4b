#include <algorithm>

#include "core/base/check.h"
#include "node/raft/impl.h"

namespace plumbline::raft {

/// Our own state machine's. What it covers may leave memory and disk, but no entry that is not
/// durable: the disk could otherwise be told to forget what it has yet to write.
void Raft::Impl::on(SnapshotMade& event) {
  const SnapshotMeta& made = event.snapshot;
  if (made.index > applied_ && defects_.has(Defect::snapshot_goes_back)) return;
  CHECK(made.index <= applied_, "a snapshot holds only what was applied");
  CHECK(event.keep_after <= made.index, "entries after the snapshot are never dropped");
  if (made.index <= snapshot_.index) return;  // a newer one was installed while this one was made
  CHECK(log_.term_at(made.index) == made.term, "a snapshot names the entry at its end");
  snapshot_ = made;
  forget_old_members();
  const Index drop = std::min(event.keep_after, durable_);
  if (drop < log_.first()) return;
  log_.compact(drop);
  out_->compacted_to = drop;
}

// ---- A leader sends -----------------------------------------------------------------------------

void Raft::Impl::start_snapshot(NodeId to, Progress& peer) {
  CHECK(snapshot_.index > Index{0}, "only what is in a snapshot was compacted");
  peer.enter(Flow::snapshot, peer.match.next());
  peer.sending = snapshot_;
  peer.offset = 0;
  ask_chunk(to, peer);
}

void Raft::Impl::ask_chunk(NodeId to, Progress& peer) {
  peer.asked_at = now_;
  if (peer.reading) return;
  peer.reading = true;
  out_->read_chunks.push_back({to, peer.sending, peer.offset});
}

void Raft::Impl::on(ChunkRead& event) {
  const auto found = peers_.find(event.to);
  if (role_ != Role::leader || found == peers_.end()) return;
  Progress& peer = found->second;
  const SnapshotChunk& chunk = event.chunk;
  if (peer.flow != Flow::snapshot || chunk.snapshot != peer.sending) return;
  peer.reading = false;
  if (chunk.total_size ==
      0) {  // the file is gone; if a newer one took its place, start over with that
    if (snapshot_ != peer.sending) start_snapshot(event.to, peer);
    return;
  }
  if (chunk.offset != peer.offset) return ask_chunk(event.to, peer);  // the peer spoke meanwhile
  peer.asked_at = now_;
  send(message_to(event.to, std::move(event.chunk)));
}

void Raft::Impl::handle(const Message& message, SnapshotResponse& response) {
  Progress* peer = heard_from(message.from);
  if (peer == nullptr) return;
  if (response.installed) return on_match(message.from, *peer, response.index);
  if (peer->flow != Flow::snapshot || response.index != peer->sending.index) return;
  if (response.next_offset == peer->offset)
    return;  // what is out has not arrived whole: wait, repeat
  peer->offset = response.next_offset;
  ask_chunk(message.from, *peer);
}

// ---- A follower receives ------------------------------------------------------------------------

void Raft::Impl::handle(const Message& message, SnapshotChunk& chunk) {
  if (!follow(message.from)) return;
  if (chunk.snapshot.index <= commit_ && !defects_.has(Defect::snapshot_goes_back))
    return answer_installed(message.from, chunk.snapshot, chunk.total_size);
  out_->write_chunks.push_back({message.from, std::move(chunk)});
}

void Raft::Impl::on(ChunkWritten& event) {
  if (event.complete) install(event.snapshot);
  if (leader_ == k_nobody || leader_ == config_.id) return;
  if (event.complete) return answer_installed(leader_, event.snapshot, event.next_offset);
  send(message_to(
      leader_, SnapshotResponse{.index = event.snapshot.index, .next_offset = event.next_offset}));
}

void Raft::Impl::on(ChunkRefused& event) {
  if (leader_ == k_nobody || leader_ == config_.id) return;
  send(message_to(
      leader_, SnapshotResponse{.index = event.snapshot.index, .next_offset = event.next_offset}));
}

/// We have all that the snapshot has, and perhaps more: the answer names how far, but only what is
/// durable (an index acknowledged and then lost would never be sent again).
void Raft::Impl::answer_installed(NodeId leader, const SnapshotMeta& snapshot, std::uint64_t size) {
  const Index index = std::max(snapshot.index, std::min(commit_, durable_));
  send_when_durable(
      index,
      message_to(leader, SnapshotResponse{.index = index, .next_offset = size, .installed = true}));
}

/// The snapshot is durable already. If our log has its last entry, the log agrees with it, and what
/// follows may have been acknowledged: it stays. Else nothing in the log is worth keeping. Should
/// we stop before the disk knows of that, the next start sees it: continues_snapshot().
void Raft::Impl::install(const SnapshotMeta& snapshot) {
  const bool goes_back = snapshot.index <= commit_ && defects_.has(Defect::snapshot_goes_back);
  const bool in_log = !goes_back && log_.term_at(snapshot.index) == snapshot.term;
  // The mistake: a log that is long enough is taken to hold what the snapshot holds.
  if (defects_.has(Defect::snapshot_keeps_conflict) && !in_log && log_.last() >= snapshot.index)
    return set_commit(std::max(commit_, snapshot.index));
  if (snapshot.index <= commit_ && !goes_back) {  // the log came faster
    if (in_log && snapshot.index > snapshot_.index) {
      snapshot_ = snapshot;
      forget_old_members();
    }
    return;
  }
  if (in_log) {
    // No further than what is durable, as in on(SnapshotMade).
    out_->compacted_to = std::min(snapshot.index, durable_);
    log_.compact(snapshot.index);
    durable_ = std::max(durable_, snapshot.index);
    for (auto& record : unsynced_) record.last = std::max(record.last, snapshot.index);
  } else {
    log_.restart(snapshot.index, snapshot.term);
    durable_ = snapshot.index;
    for (auto& record : unsynced_) record.last = snapshot.index;
    // No compacted_to: were the old log's first part deleted before this is durable, a crash in
    // between would leave its second part looking like the snapshot's continuation.
    writing().restart_after = snapshot;
  }
  snapshot_ = snapshot;
  if (in_log)
    forget_old_members();
  else
    start_members(snapshot.index, snapshot.configuration);
  commit_ = applied_ = snapshot.index;
  recount_uncommitted();
  out_->restore = snapshot;
}

void Raft::Impl::recount_uncommitted() {
  uncommitted_cost_ = 0;
  for (Index i = commit_.next(); i <= log_.last(); i = i.next())
    uncommitted_cost_ += cost_of(*log_.entry_at(i));
}

}  // namespace plumbline::raft
