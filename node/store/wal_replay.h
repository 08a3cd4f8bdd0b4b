#pragma once
/// Reading a WAL: what its records add up to, and where it ends. Changes nothing on the disk.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/raft/types.h"
#include "node/store/defects.h"
#include "node/store/file_system.h"
#include "node/store/wal_format.h"

namespace plumbline::store {

std::string segment_name(std::uint64_t sequence);  ///< "wal-<16 hex digits>.log"

/// The log without its entries' data: what a new segment has to repeat, and what may be dropped.
struct WalOutline {
  struct Segment {
    std::uint64_t sequence = 0;
    raft::Index last;  ///< of the entries in it that are in force; 0: none are
  };
  wal_format::Start now;
  std::vector<Segment> segments;  ///< oldest first

  void truncate(raft::Index from);
  void restart(const raft::SnapshotMeta& after);
  void append(raft::Index last);  ///< to the newest segment
};

struct WalReplay {
  WalOutline outline;
  std::vector<raft::EntryPtr> entries;
  wal_format::SegmentEnd end;   ///< of the newest segment
  std::uint64_t start_end = 0;  ///< in it, the end of its start record
  std::uint64_t file_size = 0;  ///< of it
  /// The last records of it, from `proven` to the end: nothing says that they are durable.
  std::uint64_t proven = 0;
  std::string unproven;
  std::string torn;  ///< what has to be cut off after the end, in words; empty: nothing
};
/// Requires: sequences ascend and are not empty. Fails: io; corrupt, with file, offset and remedy.
Result<WalReplay> replay_wal(FileSystem& files, const std::string& directory,
                             const std::vector<std::uint64_t>& sequences, Defects defects);

}  // namespace plumbline::store
