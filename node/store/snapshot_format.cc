#include "node/store/snapshot_format.h"

#include <algorithm>

#include "core/base/text.h"
#include "node/raft/configuration.h"
#include "node/store/fixed_bytes.h"

namespace plumbline::store {
namespace {

constexpr std::string_view k_snapshot_magic = "plumsnap";
constexpr std::uint32_t k_snapshot_version = 2;
constexpr std::size_t k_fixed_part_bytes = 40;  // of the header, before the configuration
constexpr std::size_t k_checksum_bytes = 4;
constexpr std::size_t k_piece_bytes = 1 << 20;  // read and written at a time

std::unexpected<Error> corrupt(std::string what) {
  return fail(Error::Code::corrupt, std::move(what));
}

struct Header {
  raft::SnapshotMeta meta;
  std::uint64_t state_size = 0;
  std::string bytes;  // of the header itself
};

Result<Header> read_header(const File& file, std::uint64_t file_size) {
  TRY_ASSIGN(const std::string fixed, file.read_at(0, k_fixed_part_bytes));
  if (fixed.size() < k_fixed_part_bytes) return corrupt("shorter than a snapshot's header");
  if (!fixed.starts_with(k_snapshot_magic)) return corrupt("does not begin like a snapshot");
  FixedReader in(std::string_view(fixed).substr(k_snapshot_magic.size()));
  const auto version = in.number<std::uint32_t>();
  const auto configuration_size = in.number<std::uint32_t>();
  Header header;
  header.meta.index = raft::Index(in.number<std::uint64_t>());
  header.meta.term = raft::Term(in.number<std::uint64_t>());
  header.state_size = in.number<std::uint64_t>();
  const std::uint64_t size =
      k_fixed_part_bytes + std::uint64_t{configuration_size} + k_checksum_bytes;
  if (size > file_size) return corrupt("damaged header");
  TRY_ASSIGN(header.bytes, file.read_at(0, size));
  if (header.bytes.size() < size) return corrupt("damaged header");
  const std::string_view checked(header.bytes.data(), size - k_checksum_bytes);
  if (crc32_of(checked) != fixed_at<std::uint32_t>(header.bytes, checked.size()))
    return corrupt("damaged header");
  if (version != k_snapshot_version)
    return corrupt(str("format ", version, ", but this version reads ", k_snapshot_version));
  auto configuration = raft::decode_configuration(checked.substr(k_fixed_part_bytes));
  if (!configuration) return corrupt("damaged header");
  header.meta.configuration = std::move(*configuration);
  return header;
}

}  // namespace

Status write_snapshot(File& file, const raft::SnapshotMeta& meta, std::string_view state) {
  std::string header(k_snapshot_magic);
  put_fixed(header, k_snapshot_version);
  const std::string configuration = raft::encode(meta.configuration);
  put_fixed(header, static_cast<std::uint32_t>(configuration.size()));
  put_fixed(header, meta.index.value);
  put_fixed(header, meta.term.value);
  put_fixed(header, static_cast<std::uint64_t>(state.size()));
  header += configuration;
  put_fixed(header, crc32_of(header));
  TRY(file.write_at(0, header));
  const std::uint32_t checksum = crc32_of(state, crc32_of(header));
  std::uint64_t at = header.size();
  while (!state.empty()) {
    const std::string_view piece = state.substr(0, k_piece_bytes);
    TRY(file.write_at(at, piece));
    at += piece.size();
    state.remove_prefix(piece.size());
  }
  std::string trailer;
  put_fixed(trailer, checksum);
  return file.write_at(at, trailer);
}

Result<raft::SnapshotMeta> read_snapshot(const File& file, std::string* state,
                                         SnapshotTrust trust) {
  TRY_ASSIGN(const std::uint64_t file_size, file.size());
  TRY_ASSIGN(const Header header, read_header(file, file_size));
  const std::uint64_t around = header.bytes.size() + k_checksum_bytes;
  if (file_size < around || file_size - around != header.state_size)
    return corrupt(str("its size of ", file_size, " bytes is not what its header says"));
  if (state) state->reserve(header.state_size);
  std::uint32_t checksum = crc32_of(header.bytes);
  std::uint64_t at = header.bytes.size();
  const std::uint64_t end = at + header.state_size;
  while (at < end) {
    const std::size_t wanted = std::min<std::uint64_t>(k_piece_bytes, end - at);
    TRY_ASSIGN(const std::string piece, file.read_at(at, wanted));
    if (piece.size() != wanted) return corrupt("it ends too early");
    checksum = crc32_of(piece, checksum);
    if (state) *state += piece;
    at += wanted;
  }
  TRY_ASSIGN(const std::string trailer, file.read_at(end, k_checksum_bytes));
  const bool verified =
      trailer.size() == k_checksum_bytes && fixed_at<std::uint32_t>(trailer, 0) == checksum;
  if (!verified && trust == SnapshotTrust::verified)
    return corrupt("its bytes do not match its checksum");
  return header.meta;
}

}  // namespace plumbline::store
