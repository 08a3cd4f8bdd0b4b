#pragma once
/// The bytes of a WAL segment (wal.h), all numbers with their low byte first:
///
///   segment header, 56 bytes   magic, version, flags, sequence, id, and the end of the segment
///   before record, 24 bytes + payload + zeros up to a multiple of 8:
///     u32 length     of the payload
///     u32 checksum   CRC-32 of the segment's id, the rest of this header, and the padded payload
///     u32 previous   checksum of the record before; of the segment's header for the first one
///     u32 synced     everything before this offset of the segment was durable when this was
///     written u32 tag        low half of the segment's id u8  type, 3 zeros
///
/// `id` comes from the sequence, the end of the segment before and the id of the file's former
/// life: what a recycled file still holds never verifies, even if it was the same segment before a
/// crash. `previous` chains the records, so none can be missing between two; and as it is stored, a
/// record after a damaged one can still be recognised. `synced` tells a torn tail (nothing later
/// knows it as durable) from damage to what was promised.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "node/raft/types.h"

namespace plumbline::store::wal_format {

inline constexpr std::size_t k_segment_header_bytes = 64;
inline constexpr std::size_t k_record_header_bytes = 24;
/// Of one payload, so that every offset within a segment fits its 32 bits.
inline constexpr std::size_t k_max_payload_bytes = 1U << 30;
inline constexpr std::size_t k_entry_header_bytes = 13;

/// Where one segment ends, as the next one's header repeats it.
struct SegmentEnd {
  std::uint64_t id = 0;
  std::uint64_t offset = 0;
  std::uint32_t checksum = 0;  ///< of the last record
  bool operator==(const SegmentEnd&) const = default;
};
struct SegmentHeader {
  std::uint64_t sequence = 0;
  SegmentEnd before;  ///< zeros for the first segment of all
  /// Id of the segment that the file was before; then anything may follow the records. 0: a new
  /// file.
  std::uint64_t former_id = 0;
  std::uint64_t id() const;
  bool operator==(const SegmentHeader&) const = default;
};
std::string encode(const SegmentHeader& header);
/// Fails: corrupt, with the reason only.
Result<SegmentHeader> decode_segment_header(std::string_view segment);
/// The checksum that the first record has as `previous`. Requires: a whole header.
std::uint32_t checksum_of_header(std::string_view segment);

enum class RecordType : std::uint8_t {
  start = 1,  ///< first of each segment: what is in force as it begins
  hard_state = 2,
  truncate = 3,
  restart_after = 4,
  entries = 5,
};

/// Appends records to a buffer that will stand at a given place of a segment.
class RecordWriter {
 public:
  struct Place {
    std::uint64_t segment_id = 0;
    std::uint32_t previous = 0;  ///< checksum
    std::uint64_t synced = 0;    ///< offset
  };
  RecordWriter(std::string& out, const Place& place) : out_(out), place_(place) {}
  /// What is put into out() between begin() and end() is the payload.
  void begin(RecordType type);
  void end();
  std::string& out() { return out_; }
  std::uint32_t checksum() const { return place_.previous; }  ///< of the last record

 private:
  std::string& out_;
  Place place_;
  std::size_t start_ = 0;  // of the record in out_
};

struct Record {
  RecordType type = RecordType::start;
  std::string_view payload;
  std::uint32_t checksum = 0;
  std::uint32_t previous = 0;
  std::uint64_t synced = 0;
  std::uint64_t end = 0;  ///< offset of what follows
};
/// The record at `offset`, if there is one of this segment and it verifies by itself; with
/// Trust::blind, if it only looks like one.
enum class Trust : std::uint8_t { verified, blind };
std::optional<Record> record_at(std::string_view segment, std::uint64_t segment_id,
                                std::uint64_t offset, Trust trust = Trust::verified);
/// Whether at least the header of a record of this very segment seems to stand there.
bool looks_like_record(std::string_view segment, std::uint64_t segment_id, std::uint64_t offset);

// ---- Payloads -----------------------------------------------------------------------------------

/// What is in force where a segment starts, so that those before it can be dropped.
struct Start {
  raft::HardState hard_state;
  raft::SnapshotMeta restarted_after;
  raft::Index next{1};  ///< index that the next entry must have
  bool operator==(const Start&) const = default;
};
void put(std::string& out, const Start& start);
void put(std::string& out, const raft::HardState& hard_state);
void put(std::string& out, raft::Index index);
void put(std::string& out, const raft::SnapshotMeta& meta);
/// Requires: not empty, contiguous. Each entry takes k_entry_header_bytes and its data.
void put(std::string& out, const std::vector<raft::EntryPtr>& entries);

/// Each reads what put() wrote; nothing if the bytes are not exactly that.
std::optional<Start> read_start(std::string_view payload);
std::optional<raft::HardState> read_hard_state(std::string_view payload);
std::optional<raft::Index> read_index(std::string_view payload);
std::optional<raft::SnapshotMeta> read_meta(std::string_view payload);
std::optional<std::vector<raft::EntryPtr>> read_entries(std::string_view payload);

}  // namespace plumbline::store::wal_format
