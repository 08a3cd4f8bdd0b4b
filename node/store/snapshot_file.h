#pragma once
/// Snapshot files: one file a snapshot, `snapshot-<index>-<term>`, written aside, synced, renamed,
/// with the directory synced; a whole-file checksum. Received in chunks into one `.part` file.
/// Threads: one at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "node/raft/raft.h"
#include "node/store/defects.h"
#include "node/store/file_system.h"

namespace plumbline::store {

class SnapshotStore {
 public:
  /// Removes `.part` leftovers. Fails: io.
  static Result<SnapshotStore> open(FileSystem& files, const std::string& directory,
                                    Defects defects = {});
  SnapshotStore(SnapshotStore&&) noexcept;
  SnapshotStore& operator=(SnapshotStore&&) noexcept;
  ~SnapshotStore();

  struct Loaded {
    raft::SnapshotMeta meta;
    std::string state;  ///< the state machine's bytes
  };
  /// The newest snapshot that is whole; nothing if there is none. Fails: corrupt if the newest one
  /// is damaged (its log may be gone already, so an older one must not be used silently).
  Result<std::optional<Loaded>> load_newest() const;
  /// Durable when it returns. Then older ones are removed. Does nothing if there is a newer one.
  /// Fails: io; what was durable before is still so, and the next call begins a new file.
  Status save(const raft::SnapshotMeta& meta, std::string_view state);

  /// Bytes of the file of `meta`, for a follower. `total_size` 0: that snapshot is gone.
  Result<raft::SnapshotChunk> read_chunk(const raft::SnapshotMeta& meta, std::uint64_t offset,
                                         std::size_t size) const;
  struct Written {
    std::uint64_t next_offset = 0;  ///< where the sender has to go on
    bool accepted = false;          ///< false: wrong offset or bad checksum; nothing was written
    bool complete = false;          ///< verified, durable, and what load_newest() gives from now on
  };
  Result<Written> write_chunk(const raft::SnapshotChunk& chunk);

 private:
  class Impl;
  explicit SnapshotStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::store
