#pragma once
/// HoldingFileSystem: another file system without the page cache that outlives a process. What is
/// written stays in this process's memory until its file is synced, and a new, changed or removed
/// name until its directory is; only then the file system below sees it. So a process that is
/// killed loses what a power failure would have lost, and nothing else. For tests of real
/// processes.
///
/// Why it loses nothing else: the file system below is a kernel's, which forgets nothing that it
/// was given when the process that gave it ends; and a sync gives it all that was held before it
/// returns. A file whose name is not durable yet is kept in memory even when it is synced: its
/// bytes would be on a disk, but nobody would find them. When its directory is synced it is written
/// aside and renamed, so that at no moment a crash shows the name with less than was synced.
///
/// Requires: it outlives its files; renames within one directory; nobody else changes the files.
/// Threads: any, though a file is used by one at a time.

#include "core/base/time.h"
#include "node/store/file_system.h"

namespace plumbline::store {

struct Holding {
  /// Share of the writes of which some sectors get through at once, so that a crash leaves a part
  /// of what was not synced; of the others nothing is left.
  double torn = 0;
  Nanos sync_min{}, sync_max{};  ///< every sync of a file takes as much longer
  std::uint64_t seed = 0;        ///< of what gets through, and of those times
};

std::unique_ptr<FileSystem> holding_file_system(std::shared_ptr<FileSystem> below,
                                                const Holding& holding);

}  // namespace plumbline::store
