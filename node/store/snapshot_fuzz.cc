// Any bytes as a snapshot file, and as the file that a peer sends in chunks: corrupt, or what its
// header says. Both ways must judge the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "node/store/fixed_bytes.h"
#include "node/store/memory_file_system.h"
#include "node/store/snapshot_file.h"
#include "node/store/snapshot_format.h"

namespace {

using namespace plumbline;

const raft::SnapshotMeta k_meta{raft::Index(7), raft::Term(3), {.voters = {raft::NodeId(1)}}};

// The input as the file; or, so that its inside is reached, with the checksums made right.
std::string file_of(std::string_view input, bool repair) {
  std::string bytes(input);
  constexpr std::size_t k_header = 40 + 8;  // with one voter; then its checksum
  if (!repair || bytes.size() < k_header + 8) return bytes;
  const auto put_checksum = [&](std::size_t at) {
    std::string checksum;
    store::put_fixed(checksum, store::crc32_of(std::string_view(bytes).substr(0, at)));
    bytes.replace(at, checksum.size(), checksum);
  };
  put_checksum(k_header);
  put_checksum(bytes.size() - 4);
  return bytes;
}

bool arrives(const std::string& bytes, std::size_t piece) {
  store::MemoryFileSystem files;
  auto receiver = store::SnapshotStore::open(files, "data");
  bool complete = false;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    raft::SnapshotChunk chunk{k_meta, at, bytes.size(), 0, bytes.substr(at, piece)};
    chunk.checksum = store::crc32_of(chunk.data);
    const auto written = receiver->write_chunk(chunk);
    CHECK(written.has_value(), "the disk works");
    complete = written->complete;
  }
  return complete;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string bytes = file_of(input.substr(2), (input[0] & 1) != 0);
  const std::size_t piece = static_cast<unsigned char>(input[1]) + std::size_t{1};

  store::MemoryFileSystem files;
  files.put("data/snapshot-0000000000000007-0000000000000003", bytes);
  const auto loaded = store::SnapshotStore::open(files, "data")->load_newest();
  CHECK(loaded || loaded.error().code == Error::Code::corrupt, "the disk works");
  const bool is_ours = loaded && *loaded && (*loaded)->meta == k_meta;
  CHECK(arrives(bytes, piece) == is_ours, "sent or found, a file is judged the same");
  return 0;
}
