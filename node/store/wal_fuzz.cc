// Any bytes as the segments of a WAL. The first byte says how they are put there: as they are, as
// one segment; or as the payloads of records with right checksums, so that replay itself is
// reached. What opens must open again to the same, and take another entry.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "node/store/memory_file_system.h"
#include "node/store/wal.h"
#include "node/store/wal_format.h"
#include "node/store/wal_replay.h"

namespace {

using namespace plumbline;
using store::wal_format::RecordType;

// A whole segment with a start record, then records whose types and lengths the input gives.
std::string segment_of(std::string_view input) {
  const store::wal_format::SegmentHeader header{1, {}, 0};
  std::string bytes = store::wal_format::encode(header);
  store::wal_format::RecordWriter writer(
      bytes, {header.id(), store::wal_format::checksum_of_header(bytes), 0});
  writer.begin(RecordType::start);
  store::wal_format::put(bytes, store::wal_format::Start{});
  writer.end();
  while (input.size() >= 2) {
    writer.begin(static_cast<RecordType>(static_cast<unsigned char>(input[0]) % 6));
    const std::size_t size = static_cast<unsigned char>(input[1]);
    input.remove_prefix(2);
    bytes += input.substr(0, size);
    writer.end();
    input.remove_prefix(std::min(size, input.size()));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool framed = (input.front() & 1) != 0;
  input.remove_prefix(1);
  const std::string path = "data/" + store::segment_name(1);
  const std::string bytes = framed ? segment_of(input) : std::string(input);

  store::MemoryFileSystem files;
  files.put(path, bytes);
  std::uint64_t next = 0;
  std::size_t count = 0;
  {
    auto opened = store::Wal::open(files, "data", {4096});
    if (!opened) {
      CHECK(opened.error().code == Error::Code::corrupt, "a disk that works gives no other error");
      CHECK(files.contents(path) == bytes, "a damaged log is not changed");
      return 0;
    }
    for (std::size_t i = 1; i < opened->entries.size(); ++i)
      CHECK(opened->entries[i]->index == opened->entries[i - 1]->index.next(), "no gap");
    count = opened->entries.size();
    raft::Persist batch;
    next = count > 0 ? opened->entries.back()->index.value : opened->restarted_after.index.value;
    batch.restart_after = raft::SnapshotMeta{raft::Index(next), raft::Term(1), {}};
    batch.hard_state = raft::HardState{raft::Term(77), raft::NodeId(3)};
    batch.entries = {std::make_shared<const raft::Entry>(
        raft::Entry{raft::Term(1), raft::Index(next + 1), raft::EntryType::command, "more"})};
    CHECK(opened->wal->append(batch).has_value(), "an opened log takes more");
    CHECK(opened->wal->sync().has_value(), "the disk works");
  }
  auto again = store::Wal::open(files, "data", {4096});
  CHECK(again.has_value() && again->repaired.empty(), "what we wrote is whole");
  CHECK(again->hard_state.term == raft::Term(77), "what was synced is there");
  CHECK(again->entries.size() == 1 && again->entries[0]->index.value == next + 1, "and no more");
  return 0;
}
