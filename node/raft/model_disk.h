#pragma once
/// ModelDisk: the disk of one node in tests. It knows what was written and what is durable, and a
/// crash loses the difference, or a part of it. One snapshot file, and one that is being received.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "node/raft/raft.h"

namespace plumbline::raft::testing {

class ModelDisk {
 public:
  ModelDisk() = default;
  ModelDisk(Restored start, std::string snapshot)
      : durable_(std::move(start)), snapshot_bytes_(std::move(snapshot)) {}

  void write(Persist persist) { unsynced_.push_back(std::move(persist)); }
  /// Makes the oldest `count` writes durable. Gives: the number of the last; 0 if there is none.
  std::uint64_t sync(std::size_t count = SIZE_MAX);
  std::size_t unsynced() const { return unsynced_.size(); }
  /// Unsynced writes are lost, but for the first `whole` ones and `torn` entries of the one after.
  void crash(std::size_t whole = 0, std::size_t torn = 0);
  void drop_up_to(Index index);

  void save_snapshot(const SnapshotMeta& meta, std::string bytes);
  const std::string& snapshot_bytes() const { return snapshot_bytes_; }
  SnapshotChunk read_chunk(const ReadChunk& request, std::size_t size) const;
  std::variant<ChunkWritten, ChunkRefused> write_chunk(const SnapshotChunk& chunk);

  const Restored& durable() const { return durable_; }

 private:
  void apply(const Persist& persist, std::size_t entries);

  Restored durable_;
  std::deque<Persist> unsynced_;
  std::string snapshot_bytes_;
  SnapshotMeta part_of_;
  std::string part_;
};

std::uint32_t checksum_of(const std::string& data);

}  // namespace plumbline::raft::testing
