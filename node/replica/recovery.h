#pragma once
/// Recovery: what a node finds on its disk when it starts, put together: the newest snapshot, and
/// the log that goes on after it.

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "core/base/result.h"
#include "node/kv/state_machine.h"
#include "node/raft/types.h"
#include "node/store/file_system.h"
#include "node/store/snapshot_file.h"
#include "node/store/wal.h"

namespace plumbline::replica {

struct Recovered {
  raft::Restored restored;
  kv::StateMachine machine;  ///< at the snapshot; the log is applied as it is found committed
  std::unique_ptr<store::Wal> wal;
  store::SnapshotStore snapshots;
  std::uint64_t snapshot_bytes = 0;
  std::string repaired;  ///< what was cut off the log's torn end, in words; empty: nothing
};

/// Fails: io; corrupt: the log or the snapshot is damaged, or they do not fit together. Then
/// nothing was changed, and the node must not run. `defects`: planted bugs, see defects.h.
Result<Recovered> recover(store::FileSystem& files, const std::string& data_dir,
                          store::WalOptions options, const std::set<std::string>& defects = {});

}  // namespace plumbline::replica
