#pragma once
/// The bytes of a snapshot file (snapshot_file.h), numbers with their low byte first:
/// magic, version, size of the configuration, index, term, size of the state, configuration, CRC-32
/// of all that; the state; CRC-32 of all before. Nothing after.

#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "node/raft/types.h"
#include "node/store/file_system.h"

namespace plumbline::store {

/// Ascends with what a snapshot holds.
using SnapshotId = std::pair<raft::Index, raft::Term>;

/// Into an empty file. Does not sync.
Status write_snapshot(File& file, const raft::SnapshotMeta& meta, std::string_view state);
/// Verifies the whole file, or with SnapshotTrust::blind its header only; the state is put into
/// `state` if that is given.
/// Fails: corrupt, with the reason only; io.
enum class SnapshotTrust : std::uint8_t { verified, blind };
Result<raft::SnapshotMeta> read_snapshot(const File& file, std::string* state,
                                         SnapshotTrust trust = SnapshotTrust::verified);

}  // namespace plumbline::store
