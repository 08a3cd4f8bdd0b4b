// Goal: each planted bug breaks the promise that it says, and nothing breaks without it.
// Method: a log or a snapshot on a disk in memory, a crash or damage, and a second look.
#include "node/store/defects.h"

#include <gtest/gtest.h>

#include "node/store/snapshot_file.h"
#include "node/store/wal_testing.h"

namespace plumbline::store {
namespace {

using testing::entries_batch;
using testing::hard_state_batch;
using testing::k_directory;
using Survival = MemoryFileSystem::Survival;

struct Promise {
  const char* defect;
  bool (*is_kept)(Defects);
};

constexpr const char* k_first_segment = "data/wal-0000000000000001.log";

/// A log on a disk in memory, which crashes without mercy.
struct World {
  explicit World(Defects defects) : options{.segment_bytes = 2048, .defects = defects} { open(); }
  bool open() {
    wal.reset();
    auto opened = Wal::open(files, k_directory, options);
    if (!opened) return false;
    wal = std::move(opened->wal);
    entries = std::move(opened->entries);
    hard_state = opened->hard_state;
    return true;
  }
  void write(const raft::Persist& batch) {
    EXPECT_TRUE(wal->append(batch));
    EXPECT_TRUE(wal->sync());
  }
  bool crash_and_open() {
    Rng rng(1);
    files.crash(Survival::nothing, rng);
    return open();
  }
  /// The byte `text` begins with becomes another one.
  void damage(const std::string& path, const std::string& text) {
    std::string bytes = files.contents(path);
    const std::size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos);
    bytes[at] ^= 1;
    files.put(path, std::move(bytes));
  }

  MemoryFileSystem files;
  WalOptions options;
  std::unique_ptr<Wal> wal;
  std::vector<raft::EntryPtr> entries;
  raft::HardState hard_state;
};

raft::Persist one_entry(std::uint64_t index, std::string data, std::uint64_t term = 1) {
  raft::Persist batch;
  batch.entries.push_back(testing::make_entry(index, term, std::move(data)));
  return batch;
}

bool a_vote_outlives_the_power(Defects defects) {
  World world(defects);
  world.write(hard_state_batch(3, 2));
  return world.crash_and_open() && world.hard_state.vote == raft::NodeId(2);
}

bool a_failed_sync_is_told(Defects defects) {
  World world(defects);
  EXPECT_TRUE(world.wal->append(entries_batch(1, 1)));
  world.files.on_call = [](const MemoryFileSystem::Call& call) {
    return call.operation == MemoryFileSystem::Operation::sync ? MemoryFileSystem::Fate::fail
                                                               : MemoryFileSystem::Fate::perform;
  };
  return !world.wal->sync();
}

bool a_torn_record_is_no_record(Defects defects) {
  World world(defects);
  world.write(one_entry(1, "first"));
  world.write(one_entry(2, "second"));
  world.damage(k_first_segment, "second");
  return world.open() && world.entries.size() == 1;
}

bool damage_before_the_end_is_refused(Defects defects) {
  World world(defects);
  world.write(one_entry(1, "first"));
  world.write(one_entry(2, "second"));
  world.damage(k_first_segment, "first");
  return !world.open();
}

bool what_was_cut_off_stays_away(Defects defects) {
  World world(defects);
  world.write(entries_batch(1, 5));
  raft::Persist batch = one_entry(3, "other", 2);
  batch.truncate_from = raft::Index(3);
  world.write(batch);
  return world.open() && world.entries.size() == 3 && world.entries.back()->data == "other";
}

bool new_segments_outlive_the_power(Defects defects) {
  World world(defects);
  for (std::uint64_t i = 0; i < 20; ++i) world.write(entries_batch(1 + 10 * i, 10));
  return world.crash_and_open() && world.entries.size() == 200;
}

bool the_newest_vote_of_a_term_counts(Defects defects) {
  World world(defects);
  world.write(hard_state_batch(5, 0));
  world.write(hard_state_batch(5, 2));
  return world.open() && world.hard_state.vote == raft::NodeId(2);
}

const raft::SnapshotMeta k_meta{raft::Index(7), raft::Term(2), {.voters = {raft::NodeId(1)}}};

bool a_snapshot_outlives_the_power(Defects defects) {
  MemoryFileSystem files;
  auto snapshots = SnapshotStore::open(files, k_directory, defects);
  EXPECT_TRUE(snapshots && snapshots->save(k_meta, "state"));
  Rng rng(1);
  files.crash(Survival::nothing, rng);
  snapshots = SnapshotStore::open(files, k_directory, defects);
  const auto loaded = snapshots->load_newest();
  return loaded && *loaded && (*loaded)->state == "state";
}

bool a_damaged_snapshot_is_refused(Defects defects) {
  World world(defects);
  auto snapshots = SnapshotStore::open(world.files, k_directory, defects);
  EXPECT_TRUE(snapshots && snapshots->save(k_meta, "state"));
  world.damage("data/snapshot-0000000000000007-0000000000000002", "state");
  return !snapshots->load_newest();
}

class EachDefect : public ::testing::TestWithParam<Promise> {};

TEST_P(EachDefect, BreaksItsPromise) {
  const auto [defect, is_kept] = GetParam();
  EXPECT_TRUE(is_kept({}));
  EXPECT_EQ(is_kept(Defects({defect})), !k_planted_compiled);
}

INSTANTIATE_TEST_SUITE_P(
    Store, EachDefect,
    ::testing::Values(Promise{"fsync-skipped-on-hard-state", a_vote_outlives_the_power},
                      Promise{"fsync-error-ignored", a_failed_sync_is_told},
                      Promise{"torn-tail-accepted", a_torn_record_is_no_record},
                      Promise{"torn-middle-is-end", damage_before_the_end_is_refused},
                      Promise{"truncate-not-logged", what_was_cut_off_stays_away},
                      Promise{"directory-not-synced", new_segments_outlive_the_power},
                      Promise{"restart-replays-old-vote", the_newest_vote_of_a_term_counts},
                      Promise{"snapshot-not-synced", a_snapshot_outlives_the_power},
                      Promise{"directory-not-synced", a_snapshot_outlives_the_power},
                      Promise{"snapshot-checksum-unchecked", a_damaged_snapshot_is_refused}),
    [](const auto& promise) {
      std::string name = promise.param.defect;
      for (char& c : name)
        if (c == '-') c = '_';
      return name + "_" + std::to_string(promise.index);
    });

}  // namespace
}  // namespace plumbline::store
