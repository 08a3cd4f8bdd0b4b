#include "node/replica/recovery.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/text.h"

namespace plumbline::replica {
namespace {

// Not: remove the directory. A node that has forgotten what it acknowledged and voted can help to
// elect a leader that never had a committed entry.
constexpr const char* k_what_to_do =
    ": restore the missing file from a copy; a node must not vote with less than it had";

/// Whether the log's entries go on from `snapshot`, at once or after some overlap.
bool goes_on_from(const std::vector<raft::EntryPtr>& entries, const raft::SnapshotMeta& snapshot) {
  if (entries.empty() || snapshot.index < entries.front()->index) return true;  // see the gap check
  if (snapshot.index > entries.back()->index) return false;
  const std::size_t at = snapshot.index.value - entries.front()->index.value;
  return entries[at]->term == snapshot.term;
}

Status check_fit(const raft::Restored& restored, const raft::SnapshotMeta& log_begins_after) {
  const raft::Index snapshot = restored.snapshot.index;
  if (log_begins_after.index > snapshot)
    return fail(Error::Code::corrupt,
                str("the log begins after a snapshot at ", log_begins_after.index,
                    ", but the newest snapshot is at ", snapshot, k_what_to_do));
  if (!restored.entries.empty() && restored.entries.front()->index > snapshot.next())
    return fail(Error::Code::corrupt,
                str("entries ", snapshot.next(), " to ", restored.entries.front()->index.prev(),
                    " are neither in the log nor in a snapshot", k_what_to_do));
  const auto falls = std::ranges::adjacent_find(
      restored.entries, [](const auto& one, const auto& next) { return next->term < one->term; });
  if (falls != restored.entries.end())
    return fail(Error::Code::corrupt,
                str("the log's terms fall: entry ", (*falls)->index, " is of term ", (*falls)->term,
                    ", the next one of term ", (*std::next(falls))->term, k_what_to_do));
  return {};
}

}  // namespace

Result<Recovered> recover(store::FileSystem& files, const std::string& data_dir,
                          store::WalOptions options, const std::set<std::string>& defects) {
  options.defects = store::Defects(defects);
  TRY_ASSIGN(auto snapshots,
             store::SnapshotStore::open(files, data_dir + "/snapshots", options.defects));
  TRY_ASSIGN(auto newest, snapshots.load_newest());
  kv::StateMachine machine{kv::Defects(defects)};
  raft::Restored restored;
  if (newest) {
    if (const Status loaded = machine.restore(newest->state); !loaded)
      return context(loaded.error(), str("snapshot at ", newest->meta.index));
    restored.snapshot = newest->meta;
  }
  TRY_ASSIGN(auto log, store::Wal::open(files, data_dir + "/wal", options));
  restored.hard_state = log.hard_state;
  restored.entries = std::move(log.entries);
  TRY(check_fit(restored, log.restarted_after));
  if (!goes_on_from(restored.entries, restored.snapshot)) {
    // The process ended after a received snapshot was complete and before the log began anew after
    // it. What the log holds is older than the snapshot, or was never committed.
    restored.entries.clear();
    raft::Persist begin_anew;
    begin_anew.restart_after = restored.snapshot;
    TRY(log.wal->append(begin_anew));
    TRY(log.wal->sync());
  }
  return Recovered{std::move(restored),
                   std::move(machine),
                   std::move(log.wal),
                   std::move(snapshots),
                   newest ? newest->state.size() : 0,
                   std::move(log.repaired)};
}

}  // namespace plumbline::replica
