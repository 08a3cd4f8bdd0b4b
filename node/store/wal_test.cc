// Goal: the WAL gives back what was put into it, in as few calls as it promises, and refuses what
// cannot be trusted.
// Method: one promise a case on a disk in memory; every byte of a small WAL damaged in turn.
#include "node/store/wal.h"

#include <gtest/gtest.h>

#include "node/store/wal_format.h"
#include "node/store/wal_replay.h"
#include "node/store/wal_testing.h"

namespace plumbline::store {
namespace {

using testing::entries_batch;
using testing::hard_state_batch;
using testing::k_directory;
using testing::make_entry;
using Operation = MemoryFileSystem::Operation;

std::string path_of(std::uint64_t sequence) {
  return str(k_directory, "/", segment_name(sequence));
}

Wal::Opened must_open(FileSystem& files, std::uint64_t segment_bytes = 1 << 16) {
  auto opened = Wal::open(files, k_directory, {segment_bytes});
  if (!opened) throw std::runtime_error(opened.error().what);
  return std::move(*opened);
}
Error open_error(FileSystem& files, std::uint64_t segment_bytes = 1 << 16) {
  auto opened = Wal::open(files, k_directory, {segment_bytes});
  return opened ? Error{Error::Code::failed, "it was opened"} : opened.error();
}
std::vector<std::uint64_t> indexes(const Wal::Opened& opened) {
  std::vector<std::uint64_t> indexes;
  for (const auto& entry : opened.entries) indexes.push_back(entry->index.value);
  return indexes;
}
std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = from; i <= to; ++i) all.push_back(i);
  return all;
}

TEST(Wal, StartsEmpty) {
  MemoryFileSystem files;
  const auto opened = must_open(files);
  EXPECT_TRUE(opened.entries.empty());
  EXPECT_EQ(opened.hard_state, raft::HardState{});
  EXPECT_EQ(opened.restarted_after, raft::SnapshotMeta{});
  EXPECT_EQ(opened.repaired, "");
  EXPECT_TRUE(files.exists("data/wal-0000000000000001.log"));
}

TEST(Wal, GivesBackWhatWasAppended) {
  MemoryFileSystem files;
  raft::Persist batch = hard_state_batch(7, 3);
  batch.entries = {make_entry(1, 5, ""), make_entry(2, 7, std::string("\0binary\xff", 8)),
                   std::make_shared<const raft::Entry>(
                       raft::Entry{raft::Term(7), raft::Index(3), raft::EntryType::no_op, "d"})};
  {
    auto opened = must_open(files);
    ASSERT_TRUE(opened.wal->append(batch));
    ASSERT_TRUE(opened.wal->sync());
  }
  const auto opened = must_open(files);
  EXPECT_EQ(opened.hard_state, *batch.hard_state);
  ASSERT_EQ(opened.entries.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(*opened.entries[i], *batch.entries[i]);
  EXPECT_EQ(opened.repaired, "");
}

TEST(Wal, TruncatesAndRestartsInTheOrderOfABatch) {
  MemoryFileSystem files;
  {
    auto opened = must_open(files);
    ASSERT_TRUE(opened.wal->append(entries_batch(1, 10, 1)));
    raft::Persist batch = entries_batch(5, 2, 2);
    batch.truncate_from = raft::Index(5);
    ASSERT_TRUE(opened.wal->append(batch));
  }
  {
    auto opened = must_open(files);
    EXPECT_EQ(indexes(opened), range(1, 6));
    EXPECT_EQ(opened.entries[4]->term, raft::Term(2));
    raft::Persist batch = entries_batch(101, 1, 3);
    batch.truncate_from = raft::Index(3);
    batch.restart_after = {
        raft::Index(100), raft::Term(2), {.voters = {raft::NodeId(1), raft::NodeId(9)}}};
    ASSERT_TRUE(opened.wal->append(batch));
  }
  const auto opened = must_open(files);
  EXPECT_EQ(indexes(opened), range(101, 101));
  EXPECT_EQ(opened.restarted_after,
            (raft::SnapshotMeta{
                raft::Index(100), raft::Term(2), {.voters = {raft::NodeId(1), raft::NodeId(9)}}}));
}

TEST(Wal, RefusesBatchesThatDoNotConnectAndStaysUsable) {
  MemoryFileSystem files;
  auto opened = must_open(files);
  ASSERT_TRUE(opened.wal->append(entries_batch(1, 3)));
  EXPECT_EQ(opened.wal->append(entries_batch(5, 1)).error().code, Error::Code::invalid) << "gap";
  EXPECT_FALSE(opened.wal->append(entries_batch(3, 1))) << "overwrites without truncate_from";
  raft::Persist batch;
  batch.entries = {make_entry(4, 1), make_entry(6, 1)};
  EXPECT_FALSE(opened.wal->append(batch)) << "gap inside";
  batch.entries.clear();
  batch.truncate_from = raft::Index(0);
  EXPECT_FALSE(opened.wal->append(batch));
  batch.truncate_from.reset();
  batch.restart_after = raft::SnapshotMeta{raft::Index(UINT64_MAX), {}, {}};
  EXPECT_FALSE(opened.wal->append(batch));
  ASSERT_TRUE(opened.wal->append(entries_batch(4, 1)));
  EXPECT_EQ(indexes(must_open(files)), range(1, 4));
}

TEST(Wal, AnEmptyBatchWritesNothing) {
  MemoryFileSystem files;
  auto opened = must_open(files);
  const auto calls = files.calls();
  EXPECT_TRUE(opened.wal->append({}));
  EXPECT_TRUE(opened.wal->sync());
  EXPECT_EQ(files.calls(), calls);
}

TEST(Wal, OneAppendIsOneWriteAndOneSync) {
  MemoryFileSystem files;
  auto opened = must_open(files, 16 << 20);
  std::uint64_t next = 1;
  const auto append = [&] {
    ASSERT_TRUE(opened.wal->append(entries_batch(next, 64, 1, 256)));
    next += 64;
    ASSERT_TRUE(opened.wal->sync());
  };
  append();  // this one prepares a megabyte for those that follow
  const auto calls = files.calls();
  const auto writes = files.calls_of(Operation::write);
  const auto syncs = files.calls_of(Operation::sync);
  for (int i = 0; i < 50; ++i) append();
  EXPECT_EQ(files.calls_of(Operation::write) - writes, 50U);
  EXPECT_EQ(files.calls_of(Operation::sync) - syncs, 50U);
  EXPECT_EQ(files.calls() - calls, 100U) << "and nothing else";
  const auto figures = opened.wal->figures();
  EXPECT_EQ(figures.appends, 51U);
  EXPECT_EQ(figures.syncs, 51U);
  EXPECT_GT(figures.bytes, 51U * 64 * 256);
  EXPECT_EQ(figures.segments, 1U);
}

TEST(Wal, SegmentsFollowOneAnotherAndRepeatTheHardState) {
  MemoryFileSystem files;
  {
    auto opened = must_open(files, 1024);
    ASSERT_TRUE(opened.wal->append(hard_state_batch(4, 2)));
    for (std::uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(opened.wal->append(entries_batch(i, 1)));
    ASSERT_TRUE(opened.wal->sync());
    EXPECT_GT(opened.wal->figures().segments, 2U);
    ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(40)));
    EXPECT_FALSE(files.exists(path_of(1)));
  }
  const auto opened = must_open(files, 1024);
  EXPECT_EQ(opened.hard_state, (raft::HardState{raft::Term(4), raft::NodeId(2)}));
  EXPECT_EQ(opened.entries.back()->index, raft::Index(50));
  EXPECT_LE(opened.entries.front()->index, raft::Index(41));
  EXPECT_GT(opened.entries.front()->index, raft::Index(1));
}

TEST(Wal, TheSnapshotMarkOutlivesItsSegment) {
  MemoryFileSystem files;
  const raft::SnapshotMeta meta{raft::Index(7), raft::Term(2), {.voters = {raft::NodeId(1)}}};
  {
    auto opened = must_open(files, 1024);
    raft::Persist batch;
    batch.restart_after = meta;
    ASSERT_TRUE(opened.wal->append(batch));
    for (std::uint64_t i = 8; i <= 60; ++i) ASSERT_TRUE(opened.wal->append(entries_batch(i, 1)));
    ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(59)));
    EXPECT_EQ(opened.wal->figures().segments, 1U);
  }
  const auto opened = must_open(files, 1024);
  EXPECT_EQ(opened.restarted_after, meta);
  EXPECT_EQ(opened.entries.back()->index, raft::Index(60));
}

TEST(Wal, SegmentsWithLaterEntriesAreNotDropped) {
  MemoryFileSystem files;
  auto opened = must_open(files, 1024);
  for (std::uint64_t i = 1; i <= 50; ++i) ASSERT_TRUE(opened.wal->append(entries_batch(i, 1)));
  const auto segments = opened.wal->figures().segments;
  ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(1)));
  EXPECT_EQ(opened.wal->figures().segments, segments);
}

TEST(Wal, TruncatedEntriesDoNotHoldASegment) {
  MemoryFileSystem files;
  auto opened = must_open(files, 1024);
  for (std::uint64_t i = 1; i <= 40; ++i) ASSERT_TRUE(opened.wal->append(entries_batch(i, 1)));
  raft::Persist batch = entries_batch(3, 1, 2);
  batch.truncate_from = raft::Index(3);
  ASSERT_TRUE(opened.wal->append(batch));
  ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(2)));
  EXPECT_EQ(opened.wal->figures().segments, 1U);
  opened = must_open(files, 1024);
  EXPECT_EQ(indexes(opened), range(3, 3));
  ASSERT_TRUE(opened.wal->append(entries_batch(4, 1)));
}

TEST(Wal, ABatchLargerThanASegmentGetsOneOfItsOwn) {
  MemoryFileSystem files;
  {
    auto opened = must_open(files, 1024);
    ASSERT_TRUE(opened.wal->append(entries_batch(1, 2)));
    ASSERT_TRUE(opened.wal->append(entries_batch(3, 10, 1, 5000)));
    ASSERT_TRUE(opened.wal->append(entries_batch(13, 1)));
    EXPECT_EQ(opened.wal->figures().segments, 3U);
  }
  EXPECT_EQ(indexes(must_open(files, 1024)), range(1, 13));
}

TEST(Wal, DroppedSegmentsLiveAgain) {
  MemoryFileSystem files;
  auto opened = must_open(files, 4096);
  std::uint64_t next = 1;
  const auto fill = [&](int entries) {
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(opened.wal->append(entries_batch(next++, 1, 1, 100)));
      ASSERT_TRUE(opened.wal->sync());
    }
    ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(next - 1)));
  };
  fill(100);
  const auto created = files.calls_of(Operation::create);
  for (int i = 0; i < 20; ++i) {
    fill(40);
    // What the file held before does not look like a torn tail.
    opened = must_open(files, 4096);
    ASSERT_EQ(opened.repaired, "");
    ASSERT_EQ(opened.entries.empty() ? next - 1 : opened.entries.back()->index.value, next - 1);
  }
  EXPECT_EQ(files.calls_of(Operation::create), created) << "no new file was needed";
}

TEST(Wal, ASegmentMadeAgainAfterACrashHoldsNothingOfItsFormerSelf) {
  // A crash takes the name of a new segment, but not its bytes; the next life makes the same
  // segment out of the same file, and crashes before it has written over the old records.
  MemoryFileSystem files;
  Rng rng(1);
  std::uint64_t next = 1;
  const auto fill_segment = [&](Wal& wal, std::uint64_t term) {
    for (const auto segments = wal.figures().segments; wal.figures().segments == segments; ++next)
      ASSERT_TRUE(wal.append(entries_batch(next, 1, term)));
  };
  {
    auto opened = must_open(files, 1024);
    fill_segment(*opened.wal, 1);
    fill_segment(*opened.wal, 1);
    ASSERT_TRUE(opened.wal->drop_up_to(raft::Index(next - 1)));  // gives two spares
    files.forget_directory_syncs = true;
    fill_segment(*opened.wal, 2);
    ASSERT_TRUE(opened.wal->sync());
    files.crash(MemoryFileSystem::Survival::nothing, rng);
    files.forget_directory_syncs = false;
  }
  std::uint64_t acknowledged = 0;
  {
    auto opened = must_open(files, 1024);
    next = opened.entries.empty() ? next : opened.entries.back()->index.value + 1;
    acknowledged = next - 1;
    fill_segment(*opened.wal, 3);
    acknowledged = next - 2;  // all but the one in the new segment
    ASSERT_TRUE(files.sync_directory(k_directory));
    files.crash(MemoryFileSystem::Survival::nothing, rng);
  }
  const auto opened = must_open(files, 1024);
  for (const auto& entry : opened.entries) EXPECT_LE(entry->index.value, acknowledged);
}

TEST(Wal, SizesOfSegmentsAreChecked) {
  MemoryFileSystem files;
  EXPECT_EQ(open_error(files, 100).code, Error::Code::invalid);
  EXPECT_EQ(open_error(files, 1ULL << 40).code, Error::Code::invalid);
}

// ---- Damage -------------------------------------------------------------------------------------

// Three batches, each synced; the bytes of the segment and the end of each batch in it.
struct ThreeRecords {
  std::string bytes;
  std::vector<std::uint64_t> ends;  // of the start record, and of the three
  ThreeRecords() {
    MemoryFileSystem files;
    auto opened = must_open(files, 1024);
    const auto end = [&] { return ends.front() + opened.wal->figures().bytes; };
    ends.push_back(
        wal_format::record_at(files.contents(path_of(1)), id(), wal_format::k_segment_header_bytes)
            ->end);
    for (std::uint64_t i = 1; i <= 3; ++i) {
      EXPECT_TRUE(opened.wal->append(entries_batch(i, 1)));
      EXPECT_TRUE(opened.wal->sync());
      ends.push_back(end());
    }
    bytes = files.contents(path_of(1));
  }
  static std::uint64_t id() { return wal_format::SegmentHeader{1, {}, 0}.id(); }
};

TEST(WalDamage, CutAnywhereGivesWhatIsWholeBeforeIt) {
  const ThreeRecords wal;
  for (std::size_t size = 0; size <= wal.bytes.size(); ++size) {
    MemoryFileSystem files;
    files.put(path_of(1), wal.bytes.substr(0, size));
    if (size < wal.ends[0]) {
      EXPECT_EQ(open_error(files).code, Error::Code::corrupt) << size;
      EXPECT_EQ(files.contents(path_of(1)).size(), size) << "nothing may be changed";
      continue;
    }
    const auto opened = must_open(files);
    std::uint64_t whole = 0;
    while (whole < 3 && wal.ends[whole + 1] <= size) ++whole;
    EXPECT_EQ(indexes(opened), range(1, whole)) << size;
    const std::string rest = wal.bytes.substr(wal.ends[whole], size - wal.ends[whole]);
    EXPECT_EQ(opened.repaired.empty(), rest.find_first_not_of('\0') == std::string::npos) << size;
  }
}

TEST(WalDamage, AFlippedBitAnywhereIsDetectedOrHarmless) {
  const ThreeRecords wal;
  for (std::size_t at = 0; at < wal.bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      MemoryFileSystem files;
      std::string bytes = wal.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      files.put(path_of(1), bytes);
      if (at < wal.ends[2]) {  // acknowledged, and a later record knows
        const Error error = open_error(files);
        ASSERT_EQ(error.code, Error::Code::corrupt) << at;
        ASSERT_EQ(files.contents(path_of(1)), bytes) << "nothing may be changed";
        continue;
      }
      // The very last record: damage and a torn write look the same. It is said, in any case.
      const auto opened = must_open(files);
      ASSERT_EQ(indexes(opened), range(1, at < wal.ends[3] ? 2 : 3)) << at;
      ASSERT_NE(opened.repaired, "") << at;
    }
  }
}

TEST(WalDamage, TheErrorSaysWhereAndWhatToDo) {
  const ThreeRecords wal;
  MemoryFileSystem files;
  std::string bytes = wal.bytes;
  bytes[wal.ends[1] + 30] ^= 1;
  files.put(path_of(1), bytes);
  const std::string what = open_error(files).what;
  EXPECT_NE(what.find(path_of(1)), std::string::npos) << what;
  EXPECT_NE(what.find(str("offset ", wal.ends[1])), std::string::npos) << what;
  EXPECT_NE(what.find("Only if every other voter is up"), std::string::npos) << what;
  EXPECT_EQ(what.find('\n'), std::string::npos);
}

TEST(WalDamage, ATornTailIsCutOffForGood) {
  const ThreeRecords wal;
  MemoryFileSystem files;
  Rng rng(1);
  std::string bytes = wal.bytes;
  bytes[wal.ends[3] - 9] ^= 1;
  files.put(path_of(1), bytes);
  {
    auto opened = must_open(files);
    EXPECT_NE(opened.repaired.find("offset"), std::string::npos);
    EXPECT_EQ(files.contents(path_of(1)).find_first_not_of('\0', wal.ends[2]), std::string::npos);
    files.crash(MemoryFileSystem::Survival::nothing, rng);
  }
  auto opened = must_open(files);
  EXPECT_EQ(opened.repaired, "") << "said once";
  ASSERT_TRUE(opened.wal->append(entries_batch(3, 1, 2)));
  ASSERT_TRUE(opened.wal->sync());
  opened = must_open(files);
  EXPECT_EQ(indexes(opened), range(1, 3));
  EXPECT_EQ(opened.entries[2]->term, raft::Term(2));
}

TEST(WalDamage, ATornWriteBeforeAWholeOneIsATornTailIfNeitherWasSynced) {
  // Two batches, one sync outstanding: the disk may have written the second only.
  MemoryFileSystem files;
  std::uint64_t first = 0;
  {
    auto opened = must_open(files);
    ASSERT_TRUE(opened.wal->append(entries_batch(1, 1)));
    ASSERT_TRUE(opened.wal->sync());
    first = opened.wal->figures().bytes;
    ASSERT_TRUE(opened.wal->append(entries_batch(2, 1)));
    ASSERT_TRUE(opened.wal->append(entries_batch(3, 1)));
  }
  std::string bytes = files.contents(path_of(1));
  const std::uint64_t start =
      wal_format::record_at(bytes, ThreeRecords::id(), wal_format::k_segment_header_bytes)->end;
  bytes[start + first + 30] ^= 1;
  MemoryFileSystem after;
  after.put(path_of(1), bytes);
  const auto opened = must_open(after);
  EXPECT_EQ(indexes(opened), range(1, 1));
  EXPECT_NE(opened.repaired, "");
}

struct ManySegments {
  MemoryFileSystem files;
  std::uint64_t last = 0;
  ManySegments() {
    auto opened = must_open(files, 1024);
    for (std::uint64_t i = 1; i <= 60; ++i)
      EXPECT_TRUE(opened.wal->append(entries_batch(i, 1, 1, 40)));
    EXPECT_TRUE(opened.wal->sync());
    last = opened.wal->figures().segments;
  }
  // The whole of it, with one segment changed.
  void with(std::uint64_t sequence, std::string bytes, MemoryFileSystem& out) const {
    for (std::uint64_t i = 1; i <= last; ++i)
      out.put(path_of(i), i == sequence ? bytes : files.contents(path_of(i)));
  }
};

TEST(WalDamage, InAnOlderSegmentIsNeverATornTail) {
  const ManySegments wal;
  ASSERT_GE(wal.last, 4U);
  const std::string bytes = wal.files.contents(path_of(2));
  const std::size_t end = bytes.find_last_not_of('\0');
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    MemoryFileSystem files;
    wal.with(2, damaged, files);
    auto opened = Wal::open(files, k_directory, {1024});
    if (at <= end) {
      ASSERT_FALSE(opened) << at;
      ASSERT_EQ(opened.error().code, Error::Code::corrupt);
    } else if (opened) {
      ASSERT_EQ(indexes(*opened), range(1, 60)) << "in the zeros after the records";
    }
  }
  for (std::size_t size = 0; size < end; size += 7) {
    MemoryFileSystem files;
    wal.with(2, bytes.substr(0, size), files);
    ASSERT_EQ(open_error(files, 1024).code, Error::Code::corrupt) << size;
  }
}

TEST(WalDamage, AMissingOrMisplacedSegmentIsRefused) {
  const ManySegments wal;
  {
    MemoryFileSystem files;
    for (std::uint64_t i = 1; i <= wal.last; ++i)
      if (i != 2) files.put(path_of(i), wal.files.contents(path_of(i)));
    const Error error = open_error(files, 1024);
    EXPECT_EQ(error.code, Error::Code::corrupt);
    EXPECT_NE(error.what.find("is missing"), std::string::npos) << error.what;
  }
  MemoryFileSystem files;
  wal.with(2, wal.files.contents(path_of(3)), files);
  EXPECT_EQ(open_error(files, 1024).code, Error::Code::corrupt);
}

TEST(WalDamage, ASegmentOfAnotherLogIsRefused) {
  const ManySegments wal;
  MemoryFileSystem other;
  {
    auto opened = must_open(other, 1024);
    for (std::uint64_t i = 1; i <= 60; ++i)
      ASSERT_TRUE(opened.wal->append(entries_batch(i, 1, 2, 40)));
  }
  MemoryFileSystem files;
  wal.with(wal.last, other.contents(path_of(wal.last)), files);
  EXPECT_EQ(open_error(files, 1024).code, Error::Code::corrupt);
}

// A segment with these records, all whole.
std::string segment_of(const std::vector<std::pair<wal_format::RecordType, std::string>>& records) {
  const wal_format::SegmentHeader header{1, {}, 0};
  std::string bytes = wal_format::encode(header);
  wal_format::RecordWriter writer(bytes, {header.id(), wal_format::checksum_of_header(bytes), 0});
  for (const auto& [type, payload] : records) {
    writer.begin(type);
    bytes += payload;
    writer.end();
  }
  return bytes;
}
template <class Content>
std::string payload_of(const Content& content) {
  std::string bytes;
  wal_format::put(bytes, content);
  return bytes;
}

TEST(WalDamage, WholeRecordsThatMakeNoSenseAreRefused) {
  using wal_format::RecordType;
  const std::pair start{RecordType::start, payload_of(wal_format::Start{})};
  const auto entries = [](std::uint64_t first) {
    return std::pair{RecordType::entries, payload_of(entries_batch(first, 2).entries)};
  };
  const auto error_of = [](const auto& records) {
    MemoryFileSystem files;
    files.put(path_of(1), segment_of(records));
    return open_error(files);
  };
  using Records = std::vector<std::pair<RecordType, std::string>>;
  EXPECT_EQ(error_of(Records{start, entries(1), entries(3)}).what, "it was opened");
  const Error gap = error_of(Records{start, entries(1), entries(4)});
  EXPECT_EQ(gap.code, Error::Code::corrupt);
  EXPECT_NE(gap.what.find("gap"), std::string::npos);
  for (const Records& records :
       {Records{}, Records{entries(1)}, Records{start, start}, Records{start, entries(2)},
        Records{start, entries(1), entries(2)}, Records{start, {RecordType::hard_state, "short"}},
        Records{start, {RecordType::truncate, payload_of(raft::Index(0))}},
        Records{start, {RecordType::truncate, ""}},
        Records{start, {RecordType::restart_after, std::string(19, '\0')}},
        Records{start, {RecordType::entries, ""}}, Records{{RecordType::start, ""}}})
    EXPECT_EQ(error_of(records).code, Error::Code::corrupt);
}

// ---- Format -------------------------------------------------------------------------------------

TEST(WalFormat, BytesAreThoseOfTheFormat) {
  // Logs on disk are read by later versions: these bytes may not change.
  const std::string bytes = segment_of(
      {{wal_format::RecordType::start, payload_of(wal_format::Start{})},
       {wal_format::RecordType::entries, payload_of(entries_batch(1, 1, 9, 3).entries)}});
  std::string hex;
  for (const char c : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    hex += digits;
  }
  EXPECT_EQ(hex,
            "706c756d6277616c020000000100000000000000e5050b101d16925600000000000000000000"
            "0000000000000000000000000000000000000000000044bc5b66470000008883393d44bc5b66"
            "00000000e5050b10010000000000000000000000000000000000000001000000000000000000"
            "00000000000000000000000000001b000000766f74657273200a6f7574676f696e67200a6c65"
            "61726e65727320001c000000ae2542ce8883393d00000000e5050b1005000000010000000000"
            "0000010000000900000000000000000300000061616100000000");
}

TEST(WalFormat, HeadersComeBackAndDamagedOnesDoNot) {
  const wal_format::SegmentHeader header{7, {42, 4096, 0xdeadbeef}, 11};
  const std::string bytes = wal_format::encode(header);
  EXPECT_EQ(wal_format::decode_segment_header(bytes), header);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= 4;
    EXPECT_FALSE(wal_format::decode_segment_header(damaged)) << at;
    EXPECT_FALSE(wal_format::decode_segment_header(bytes.substr(0, at))) << at;
  }
}

TEST(WalFormat, IdsDifferByPlaceAndPast) {
  const wal_format::SegmentHeader header{7, {42, 4096, 1}, 0};
  EXPECT_NE(header.id(), (wal_format::SegmentHeader{8, {42, 4096, 1}, 0}.id()));
  EXPECT_NE(header.id(), (wal_format::SegmentHeader{7, {43, 4096, 1}, 0}.id()));
  EXPECT_NE(header.id(), (wal_format::SegmentHeader{7, {42, 4096, 2}, 0}.id()));
  EXPECT_NE(header.id(), (wal_format::SegmentHeader{7, {42, 4096, 1}, 1}.id()));
}

TEST(WalFormat, PayloadsAreReadToTheLastByte) {
  const wal_format::Start start{{raft::Term(3), raft::NodeId(1)},
                                {raft::Index(9), raft::Term(2), {.voters = {raft::NodeId(1)}}},
                                raft::Index(12)};
  const auto entries = entries_batch(5, 3).entries;
  const std::string starts = payload_of(start);
  const std::string batches = payload_of(entries);
  EXPECT_EQ(wal_format::read_start(starts), start);
  EXPECT_EQ(wal_format::read_entries(batches)->size(), 3U);
  for (std::size_t size = 0; size < starts.size(); ++size)
    EXPECT_FALSE(wal_format::read_start(starts.substr(0, size)));
  for (std::size_t size = 0; size < batches.size(); ++size)
    EXPECT_FALSE(wal_format::read_entries(batches.substr(0, size)));
  EXPECT_FALSE(wal_format::read_start(starts + "x"));
  EXPECT_FALSE(wal_format::read_entries(batches + "x"));
}

}  // namespace
}  // namespace plumbline::store
