// Goal: a saved snapshot is loaded again, whole or not at all; chunks arrive whatever the network
// does to them; a crash or a failure leaves the old one or the new one. Method: one promise a case;
// damage at every byte; a crash and an error at every call.
#include "node/store/snapshot_file.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "node/store/fixed_bytes.h"
#include "node/store/memory_file_system.h"

namespace plumbline::store {
namespace {

using Fate = MemoryFileSystem::Fate;
using Survival = MemoryFileSystem::Survival;
constexpr const char* k_snapshots = "data";

raft::SnapshotMeta meta_at(std::uint64_t index, std::uint64_t term = 3) {
  return {raft::Index(index), raft::Term(term), {.voters = {raft::NodeId(1), raft::NodeId(2)}}};
}
std::string state_at(std::uint64_t index, std::size_t size = 2000) {
  Rng rng(index);
  std::string state(size, '\0');
  for (char& c : state) c = static_cast<char>(rng.below(256));
  return state;
}
SnapshotStore open_store(FileSystem& files) {
  auto store = SnapshotStore::open(files, k_snapshots);
  if (!store) throw std::runtime_error(store.error().what);
  return std::move(*store);
}
/// Index of the newest snapshot, whose contents must be those of state_at(); 0: none.
std::uint64_t newest(const SnapshotStore& store) {
  const auto loaded = store.load_newest();
  if (!loaded) throw std::runtime_error(loaded.error().what);
  if (!*loaded) return 0;
  EXPECT_EQ((*loaded)->meta, meta_at((*loaded)->meta.index.value));
  EXPECT_TRUE((*loaded)->state == state_at((*loaded)->meta.index.value));
  return (*loaded)->meta.index.value;
}
std::string file_of(std::uint64_t index) {
  MemoryFileSystem files;
  EXPECT_TRUE(open_store(files).save(meta_at(index), state_at(index)));
  return files.contents(str(k_snapshots, "/", files.list(k_snapshots)->front()));
}
raft::SnapshotChunk chunk_of(const std::string& file, std::uint64_t index, std::uint64_t offset,
                             std::size_t size) {
  raft::SnapshotChunk chunk{meta_at(index), offset, file.size(), 0, file.substr(offset, size)};
  chunk.checksum = crc32_of(chunk.data);
  return chunk;
}

TEST(SnapshotStore, GivesTheNewestAndRemovesTheOlder) {
  MemoryFileSystem files;
  auto store = open_store(files);
  EXPECT_EQ(newest(store), 0U);
  for (const std::uint64_t index : {7U, 9U, 300U}) {
    ASSERT_TRUE(store.save(meta_at(index), state_at(index)));
    EXPECT_EQ(newest(store), index);
    EXPECT_EQ(files.list(k_snapshots)->size(), 1U);
  }
  EXPECT_TRUE(files.exists("data/snapshot-000000000000012c-0000000000000003"));
  EXPECT_EQ(newest(open_store(files)), 300U);
}

TEST(SnapshotStore, TakesEmptyStatesAndManyVoters) {
  MemoryFileSystem files;
  auto store = open_store(files);
  raft::SnapshotMeta meta = meta_at(1);
  for (std::uint64_t id = 1; id <= 60; ++id) meta.configuration.voters.insert(raft::NodeId(id));
  ASSERT_TRUE(store.save(meta, ""));
  const auto loaded = store.load_newest().value();
  EXPECT_EQ(loaded->meta, meta);
  EXPECT_EQ(loaded->state, "");
}

TEST(SnapshotStore, AnOlderOneDoesNotReplaceANewer) {
  MemoryFileSystem files;
  auto store = open_store(files);
  ASSERT_TRUE(store.save(meta_at(9), state_at(9)));
  ASSERT_TRUE(store.save(meta_at(7), state_at(7)));
  EXPECT_EQ(newest(store), 9U);
  const auto written = store.write_chunk(chunk_of(file_of(7), 7, 0, 100));
  EXPECT_FALSE(written->accepted);
  EXPECT_EQ(newest(open_store(files)), 9U);
  ASSERT_TRUE(store.save(meta_at(9), state_at(9))) << "the same again is no harm";
  EXPECT_EQ(newest(open_store(files)), 9U);
}

TEST(SnapshotStore, LeftoversAndForeignFilesAreNoSnapshots) {
  MemoryFileSystem files;
  for (const char* name : {"receiving.part", "saving.part", "snapshot-12", "snapshot-x-y",
                           "snapshot-0000000000000001-0000000000000001x", "notes.txt"})
    files.put(str(k_snapshots, "/", name), "junk");
  EXPECT_EQ(newest(open_store(files)), 0U);
  EXPECT_EQ(files.list(k_snapshots)->size(), 4U) << "only the parts are removed";
}

TEST(SnapshotStore, DamageAnywhereIsCorruptAndOlderOnesAreNotUsed) {
  const std::string bytes = file_of(7);
  const std::string name = "data/snapshot-0000000000000007-0000000000000003";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const bool cut : {false, true}) {
      std::string damaged = cut ? bytes.substr(0, at) : bytes;
      if (!cut) damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
      MemoryFileSystem files;
      files.put("data/snapshot-0000000000000005-0000000000000003", file_of(5));
      files.put(name, damaged);
      const auto loaded = open_store(files).load_newest();
      ASSERT_FALSE(loaded) << at;
      ASSERT_EQ(loaded.error().code, Error::Code::corrupt) << at;
      ASSERT_NE(loaded.error().what.find(name), std::string::npos);
      ASSERT_EQ(files.contents(name), damaged);
    }
  }
}

TEST(SnapshotStore, AnotherSnapshotUnderThisNameIsCorrupt) {
  MemoryFileSystem files;
  files.put("data/snapshot-0000000000000008-0000000000000003", file_of(7));
  EXPECT_EQ(open_store(files).load_newest().error().code, Error::Code::corrupt);
  files.put("data/snapshot-0000000000000009-0000000000000003", file_of(9) + "more");
  EXPECT_EQ(open_store(files).load_newest().error().code, Error::Code::corrupt);
}

// ---- Chunks -------------------------------------------------------------------------------------

TEST(SnapshotChunks, CarryASnapshotToAnotherStore) {
  MemoryFileSystem here;
  MemoryFileSystem there;
  auto sender = open_store(here);
  auto receiver = open_store(there);
  ASSERT_TRUE(sender.save(meta_at(7), state_at(7)));
  ASSERT_TRUE(receiver.save(meta_at(3), state_at(3)));
  std::uint64_t offset = 0;
  for (;;) {
    const auto chunk = sender.read_chunk(meta_at(7), offset, 300).value();
    EXPECT_EQ(chunk.snapshot, meta_at(7));
    EXPECT_EQ(chunk.offset, offset);
    EXPECT_GT(chunk.total_size, 2000U);
    const auto written = receiver.write_chunk(chunk).value();
    ASSERT_TRUE(written.accepted);
    offset = written.next_offset;
    ASSERT_EQ(written.complete, offset == chunk.total_size);
    if (written.complete) break;
    ASSERT_EQ(newest(receiver), 3U) << "the old one is in force until then";
  }
  EXPECT_EQ(newest(receiver), 7U);
  EXPECT_EQ(there.list(k_snapshots)->size(), 1U);
  Rng rng(1);
  there.crash(Survival::nothing, rng);
  EXPECT_EQ(newest(open_store(there)), 7U) << "complete means durable";
}

TEST(SnapshotChunks, OfASnapshotThatIsGoneSaySo) {
  MemoryFileSystem files;
  auto store = open_store(files);
  ASSERT_TRUE(store.save(meta_at(7), state_at(7)));
  ASSERT_TRUE(store.save(meta_at(9), state_at(9)));
  const auto chunk = store.read_chunk(meta_at(7), 0, 300).value();
  EXPECT_EQ(chunk.total_size, 0U);
  EXPECT_EQ(chunk.data, "");
  EXPECT_EQ(chunk.snapshot, meta_at(7));
}

TEST(SnapshotChunks, BeyondTheEndAreEmpty) {
  MemoryFileSystem files;
  auto store = open_store(files);
  ASSERT_TRUE(store.save(meta_at(7), state_at(7)));
  const auto total = store.read_chunk(meta_at(7), 0, 1).value().total_size;
  EXPECT_EQ(store.read_chunk(meta_at(7), total, 9).value().data, "");
  EXPECT_EQ(store.read_chunk(meta_at(7), UINT64_MAX, 9).value().data, "");
  EXPECT_EQ(store.read_chunk(meta_at(7), total - 2, 9).value().data.size(), 2U);
}

TEST(SnapshotChunks, ThatDoNotFitAreRefusedWithThePlaceToGoOn) {
  MemoryFileSystem files;
  auto store = open_store(files);
  const std::string file = file_of(7);
  const auto refused_at = [&](const raft::SnapshotChunk& chunk) {
    const auto written = store.write_chunk(chunk).value();
    EXPECT_FALSE(written.accepted || written.complete);
    return written.next_offset;
  };
  EXPECT_EQ(refused_at(chunk_of(file, 7, 100, 100)), 0U) << "not the first";
  ASSERT_TRUE(store.write_chunk(chunk_of(file, 7, 0, 100)).value().accepted);
  EXPECT_EQ(refused_at(chunk_of(file, 7, 0, 100)), 100U) << "a copy";
  EXPECT_EQ(refused_at(chunk_of(file, 7, 200, 100)), 100U) << "one is missing";
  EXPECT_EQ(refused_at(chunk_of(file, 7, 100, 0)), 100U) << "empty";
  auto bad = chunk_of(file, 7, 100, 100);
  bad.data[5] ^= 1;
  EXPECT_EQ(refused_at(bad), 100U) << "checksum";
  auto beyond = chunk_of(file + file, 7, 100, file.size());
  beyond.total_size = file.size();
  EXPECT_EQ(refused_at(beyond), 100U) << "more than it should be";
  EXPECT_EQ(refused_at(chunk_of(file, 0, 0, 100)), 0U) << "no such snapshot";
  EXPECT_TRUE(store.write_chunk(chunk_of(file, 7, 100, file.size())).value().complete);
  EXPECT_EQ(newest(store), 7U);
}

TEST(SnapshotChunks, TheLastOneAgainIsAnsweredAgain) {
  MemoryFileSystem files;
  auto store = open_store(files);
  const std::string file = file_of(7);
  EXPECT_TRUE(store.write_chunk(chunk_of(file, 7, 0, file.size())).value().complete);
  const auto written = store.write_chunk(chunk_of(file, 7, 0, file.size())).value();
  EXPECT_TRUE(written.complete && written.accepted);
  EXPECT_EQ(written.next_offset, file.size());
}

TEST(SnapshotChunks, AnotherSnapshotStartsAnew) {
  MemoryFileSystem files;
  auto store = open_store(files);
  const std::string seven = file_of(7);
  const std::string nine = file_of(9);
  ASSERT_TRUE(store.write_chunk(chunk_of(seven, 7, 0, 1000)).value().accepted);
  EXPECT_FALSE(store.write_chunk(chunk_of(nine, 9, 1000, 100)).value().accepted) << "from 0 only";
  ASSERT_TRUE(store.write_chunk(chunk_of(nine, 9, 0, 500)).value().accepted);
  EXPECT_EQ(store.write_chunk(chunk_of(seven, 7, 1000, 100)).value().next_offset, 0U);
  EXPECT_TRUE(store.write_chunk(chunk_of(nine, 9, 500, nine.size())).value().complete);
  EXPECT_EQ(newest(store), 9U);
}

TEST(SnapshotChunks, AFileThatDoesNotVerifyIsThrownAway) {
  MemoryFileSystem files;
  auto store = open_store(files);
  std::string file = file_of(7);
  const std::string good = file;
  file[700] ^= 1;  // each chunk's own checksum is right
  ASSERT_TRUE(store.write_chunk(chunk_of(file, 7, 0, 1000)).value().accepted);
  const auto written = store.write_chunk(chunk_of(file, 7, 1000, file.size())).value();
  EXPECT_FALSE(written.accepted || written.complete);
  EXPECT_EQ(written.next_offset, 0U);
  EXPECT_EQ(newest(store), 0U);
  EXPECT_FALSE(store.write_chunk(chunk_of(good, 8, 0, good.size())).value().complete)
      << "whole, but not what the sender calls it";
  EXPECT_TRUE(store.write_chunk(chunk_of(good, 7, 0, good.size())).value().complete);
}

TEST(SnapshotChunks, ArriveThroughABadNetwork) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    MemoryFileSystem here;
    MemoryFileSystem there;
    auto sender = open_store(here);
    auto receiver = open_store(there);
    ASSERT_TRUE(sender.save(meta_at(7), state_at(7)));
    std::uint64_t offset = 0;
    bool complete = false;
    for (int message = 0; message < 2000 && !complete; ++message) {
      auto chunk = sender.read_chunk(meta_at(7), rng.chance(0.9) ? offset : rng.below(2200),
                                     1 + rng.below(400));
      if (rng.chance(0.1) && !chunk->data.empty())
        chunk->data[rng.below(chunk->data.size())] ^= 0x20;
      if (rng.chance(0.01)) receiver = open_store(there);  // it was started again
      const auto written = receiver.write_chunk(*chunk);
      ASSERT_TRUE(written) << "seed " << seed;
      complete = written->complete;
      if (rng.chance(0.9)) offset = written->next_offset;
    }
    ASSERT_TRUE(complete) << "seed " << seed;
    ASSERT_EQ(newest(receiver), 7U) << "seed " << seed;
  }
}

// ---- Crashes and failures -----------------------------------------------------------------------

// Saves 5, receives 7, saves 9; stops at the first Error. Gives the index of the last one that the
// store called durable.
std::uint64_t use(FileSystem& files, const std::string& seven) {
  std::uint64_t durable = 0;
  auto store = SnapshotStore::open(files, k_snapshots);
  if (!store || !store->save(meta_at(5), state_at(5))) return durable;
  durable = 5;
  for (std::uint64_t offset = 0; offset < seven.size();) {
    const auto written = store->write_chunk(chunk_of(seven, 7, offset, 700));
    if (!written) return durable;
    offset = written->next_offset;
    if (written->complete) durable = 7;
  }
  if (store->save(meta_at(9), state_at(9))) durable = 9;
  return durable;
}

TEST(SnapshotCrash, AtAnyCallLeavesTheOldOrTheNew) {
  const std::string seven = file_of(7);
  MemoryFileSystem dry;
  ASSERT_EQ(use(dry, seven), 9U);
  std::size_t runs = 0;
  for (std::uint64_t call = 1; call <= dry.calls(); ++call) {
    for (const Fate fate :
         {Fate::power_off_before, Fate::power_off_after, Fate::fail, Fate::no_space}) {
      for (std::uint64_t seed = 0; seed < 12; ++seed, ++runs) {
        Rng rng(seed);
        MemoryFileSystem files;
        files.on_call = [=](const MemoryFileSystem::Call& one) {
          return one.number == call ? fate : Fate::perform;
        };
        const std::uint64_t durable = use(files, seven);
        files.on_call = nullptr;
        files.crash(seed == 0   ? Survival::nothing
                    : seed == 1 ? Survival::everything
                                : Survival::anything,
                    rng);
        auto store = open_store(files);
        ASSERT_GE(newest(store), durable) << "call " << call << " seed " << seed;
        ASSERT_TRUE(store.save(meta_at(11), state_at(11)));
        ASSERT_EQ(newest(store), 11U);
        ASSERT_EQ(files.list(k_snapshots)->size(), 1U);
      }
    }
  }
  EXPECT_GT(runs, 1000U);
}

TEST(SnapshotCrash, IsSeenWhenSomethingIsNotSynced) {
  const std::string seven = file_of(7);
  for (const bool directories : {true, false}) {
    Rng rng(1);
    MemoryFileSystem files;
    (directories ? files.forget_directory_syncs : files.forget_syncs) = true;
    ASSERT_EQ(use(files, seven), 9U);
    files.crash(Survival::nothing, rng);
    const auto loaded = SnapshotStore::open(files, k_snapshots)->load_newest();
    EXPECT_TRUE(!loaded || !*loaded || (*loaded)->meta.index.value < 9);
  }
}

TEST(SnapshotFailure, WhileReadingIsAnErrorNotDamage) {
  MemoryFileSystem files;
  auto store = open_store(files);
  ASSERT_TRUE(store.save(meta_at(5), state_at(5)));
  std::uint64_t failures = 0;
  for (std::uint64_t nth = 1; nth <= 20; ++nth) {
    files.on_call = [number = files.calls() + nth](const MemoryFileSystem::Call& call) {
      return call.number == number ? Fate::fail : Fate::perform;
    };
    const auto loaded = store.load_newest();
    if (loaded) continue;
    ++failures;
    EXPECT_EQ(loaded.error().code, Error::Code::io) << nth;
  }
  EXPECT_GE(failures, 5U);
}

}  // namespace
}  // namespace plumbline::store
