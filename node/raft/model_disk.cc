#include "node/raft/model_disk.h"

#include <algorithm>

#include "core/base/check.h"

namespace plumbline::raft::testing {

/// FNV-1a: any checksum will do for a model.
std::uint32_t checksum_of(const std::string& data) {
  std::uint32_t hash = 2166136261U;
  for (const char c : data) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

void ModelDisk::apply(const Persist& persist, std::size_t entries) {
  auto& log = durable_.entries;
  if (persist.restart_after) log.clear();
  if (persist.hard_state) durable_.hard_state = *persist.hard_state;
  if (persist.truncate_from)
    while (!log.empty() && log.back()->index >= *persist.truncate_from) log.pop_back();
  for (const auto& entry : persist.entries) {
    if (entries-- == 0) break;
    CHECK(log.empty() || entry->index == log.back()->index.next(), "a log on disk has no holes");
    log.push_back(entry);
  }
}

std::uint64_t ModelDisk::sync(std::size_t count) {
  std::uint64_t last = 0;
  for (; count > 0 && !unsynced_.empty(); --count) {
    last = unsynced_.front().number;
    apply(unsynced_.front(), SIZE_MAX);
    unsynced_.pop_front();
  }
  return last;
}

void ModelDisk::crash(std::size_t whole, std::size_t torn) {
  sync(whole);
  if (torn > 0 && !unsynced_.empty()) apply(unsynced_.front(), torn);
  unsynced_.clear();
  part_.clear();
  part_of_ = {};
}

void ModelDisk::drop_up_to(Index index) {
  auto& log = durable_.entries;
  const auto keep = std::find_if(log.begin(), log.end(),
                                 [&](const EntryPtr& entry) { return entry->index > index; });
  log.erase(log.begin(), keep);
}

void ModelDisk::save_snapshot(const SnapshotMeta& meta, std::string bytes) {
  if (meta.index <= durable_.snapshot.index) return;
  durable_.snapshot = meta;
  snapshot_bytes_ = std::move(bytes);
}

SnapshotChunk ModelDisk::read_chunk(const ReadChunk& request, std::size_t size) const {
  SnapshotChunk chunk;
  chunk.snapshot = request.snapshot;
  chunk.offset = request.offset;
  if (request.snapshot != durable_.snapshot) return chunk;  // gone
  chunk.total_size = snapshot_bytes_.size();
  if (request.offset < snapshot_bytes_.size())
    chunk.data = snapshot_bytes_.substr(request.offset, size);
  chunk.checksum = checksum_of(chunk.data);
  return chunk;
}

std::variant<ChunkWritten, ChunkRefused> ModelDisk::write_chunk(const SnapshotChunk& chunk) {
  if (part_of_ != chunk.snapshot) {
    part_of_ = chunk.snapshot;
    part_.clear();
  }
  if (chunk.offset != part_.size() || chunk.checksum != checksum_of(chunk.data))
    return ChunkRefused{chunk.snapshot, part_.size()};
  part_ += chunk.data;
  const ChunkWritten written{chunk.snapshot, part_.size(), part_.size() == chunk.total_size};
  if (written.complete) {
    save_snapshot(chunk.snapshot, std::move(part_));
    part_.clear();
    part_of_ = {};
  }
  return written;
}

}  // namespace plumbline::raft::testing
