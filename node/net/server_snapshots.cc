// Snapshots: made here, sent to followers that are behind the log, received from a leader.

#include <asio/post.hpp>
#include <utility>

#include "core/base/check.h"
#include "node/net/disk_failure.h"
#include "node/net/server.h"

namespace plumbline::net {
namespace {

const std::size_t k_chunk_bytes = raft::Config{}.snapshot_chunk_bytes;
constexpr std::uint64_t k_small_snapshot = 1 << 20;  // costs no more than the writes around it

}  // namespace

/// A large state is not written more often than its size in commands has come, so that snapshots
/// never cost more than the log itself.
bool Server::snapshot_due() const {
  return machine_.applied() >= snapshot_index_.value + options_.snapshot_every && !saving_ &&
         (snapshot_bytes_ <= k_small_snapshot || bytes_since_snapshot_ >= snapshot_bytes_);
}

void Server::make_snapshot() {
  if (saving_) return;
  const raft::SnapshotMeta meta{raft::Index(machine_.applied()), applied_term_,
                                raft_.configuration_at(raft::Index(machine_.applied()))};
  if (meta.index == snapshot_index_) return snapshot_made(meta);  // nothing has changed since
  saving_ = true;
  // The copy is made here, between two commands; only the slow part is done beside the loop.
  std::string state = machine_.snapshot();
  snapshot_bytes_ = state.size();
  bytes_since_snapshot_ = 0;
  snapshot_worker_.save(meta, std::move(state), [this, meta] {
    asio::post(io_, [this, meta] {
      saving_ = false;
      snapshot_made(meta);
    });
  });
}

void Server::snapshot_made(const raft::SnapshotMeta& made) {
  // While it was written a newer one may have come from the leader.
  if (made.index > snapshot_index_) {
    snapshot_index_ = made.index;
    ++metrics_.snapshots_made;
    log_.info("snapshot-made", {{"index", made.index}, {"term", made.term}});
    // Followers up to half an interval behind are served from the log.
    const std::uint64_t tail = options_.snapshot_every / 2;
    const std::uint64_t keep_after = made.index.value > tail ? made.index.value - tail : 0;
    step(raft::SnapshotMade{made, raft::Index(keep_after)});
  }
  for (const ReturnAddress& to : std::exchange(want_snapshot_, {}))
    to.answer({.revision = made.index.value});
}

void Server::read_chunk(const raft::ReadChunk& what) {
  if (what.offset == 0)
    log_.info("snapshot-send", {{"to", what.to}, {"index", what.snapshot.index}});
  snapshot_worker_.read(what, k_chunk_bytes, [this, to = what.to](raft::SnapshotChunk chunk) {
    asio::post(io_, [this, to, chunk = std::move(chunk)]() mutable {
      step(raft::ChunkRead{to, std::move(chunk)});
    });
  });
}

void Server::write_chunk(raft::WriteChunk what) {
  const raft::SnapshotMeta of = what.chunk.snapshot;
  snapshot_worker_.write(std::move(what), [this, of](SnapshotWorker::Written written) {
    asio::post(io_, [this, of, written = std::move(written)]() mutable {
      chunk_written(of, std::move(written));
    });
  });
}

void Server::chunk_written(const raft::SnapshotMeta& of, SnapshotWorker::Written written) {
  const auto& [next_offset, accepted, complete] = written.result;
  if (!accepted) return step(raft::ChunkRefused{of, next_offset});
  if (written.loaded) received_ = std::move(written.loaded);
  step(raft::ChunkWritten{of, next_offset, complete});
}

void Server::restore(const raft::SnapshotMeta& snapshot) {
  CHECK(received_ && received_->meta.index == snapshot.index,
        "what Raft puts in force is the snapshot that was just received whole");
  const store::SnapshotStore::Loaded loaded = std::move(*received_);
  received_.reset();
  // The file verified as what the leader sent. If it still makes no state, this node cannot go on.
  if (const Status restored = machine_.restore(loaded.state); !restored)
    end_on_disk_failure(log_, restored.error());
  applied_term_ = snapshot.term;
  snapshot_index_ = snapshot.index;
  snapshot_bytes_ = loaded.state.size();
  bytes_since_snapshot_ = 0;
  ++metrics_.snapshots_installed;
  log_.info("snapshot-installed", {{"index", snapshot.index}, {"term", snapshot.term}});
  unknown(writes_.hidden_by_snapshot(snapshot.index), "its entry is hidden by a snapshot");
  for (const PendingRead& read : reads_.caught_up(snapshot.index)) answer_read(read);
}

}  // namespace plumbline::net
