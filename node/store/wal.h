#pragma once
/// Wal: the write-ahead log of one node: entries, hard state and truncations as checksummed records
/// in segments. What append() and sync() have returned for is found again by open(), whatever
/// happens to the process or the power in between.
/// Torn tail: what was being written at a crash, and was not synced: cut off, and said. Damage to
/// the very last batch looks the same. Damaged middle: a bad record that a later one knows as
/// durable, or one in an older segment: open() refuses, changing nothing. Threads: one at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/raft/raft.h"
#include "node/store/defects.h"
#include "node/store/file_system.h"

namespace plumbline::store {

struct WalOptions {
  std::uint64_t segment_bytes = 16 << 20;
  Defects defects{};
};

class Wal {
 public:
  struct Opened {
    std::unique_ptr<Wal> wal;
    raft::HardState hard_state;
    std::vector<raft::EntryPtr> entries;  ///< contiguous; may start before the snapshot's end
    raft::SnapshotMeta restarted_after;   ///< of the last restart_after record; index 0: none
    std::string repaired;  ///< what was cut off a torn tail, in words; empty: nothing
  };
  /// Makes `directory` if need be. Fails: io; corrupt, with file, offset and what can be done.
  static Result<Opened> open(FileSystem& files, const std::string& directory, WalOptions options);
  ~Wal();

  /// Writes one batch (not yet durable): truncate_from first, then restart_after, then the entries.
  /// Fails: invalid, with nothing written, if the entries do not go on where the log then ends; io,
  /// and then the process must stop: every later call gives the same error.
  Status append(const raft::Persist& batch);
  /// Makes durable all that was appended: one fdatasync, and the directory where a segment is new.
  Status sync();
  /// Drops whole segments that hold only entries up to and with `index`. Hard state stays.
  Status drop_up_to(raft::Index index);

  struct Figures {
    std::uint64_t appends = 0, syncs = 0, bytes = 0, segments = 0;
  };
  Figures figures() const;

 private:
  class Impl;
  explicit Wal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::store
