#include "node/store/wal_format.h"

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/raft/configuration.h"
#include "node/store/fixed_bytes.h"

namespace plumbline::store::wal_format {
namespace {

constexpr std::string_view k_magic = "plumbwal";
constexpr std::uint32_t k_version = 2;
constexpr std::size_t k_alignment = 8;
constexpr std::size_t k_type_at = 20;  // in a record's header; after the tag
constexpr std::size_t k_tag_at = 16;

std::size_t padded(std::size_t size) {
  return (size + k_alignment - 1) / k_alignment * k_alignment;
}

// The finisher of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint32_t seed_of(std::uint64_t segment_id) {
  std::string bytes;
  put_fixed(bytes, segment_id);
  return crc32_of(bytes);
}

// Of a record from its length to its padding, the checksum itself left out.
std::uint32_t checksum_of_record(std::string_view record, std::uint64_t segment_id) {
  const std::uint32_t of_length = crc32_of(record.substr(0, 4), seed_of(segment_id));
  return crc32_of(record.substr(8), of_length);
}

raft::SnapshotMeta meta_from(FixedReader& in) {
  raft::SnapshotMeta meta;
  meta.index = raft::Index(in.number<std::uint64_t>());
  meta.term = raft::Term(in.number<std::uint64_t>());
  auto configuration = raft::decode_configuration(in.text(in.number<std::uint32_t>()));
  in.expect(configuration.has_value());
  if (configuration) meta.configuration = std::move(*configuration);
  return meta;
}

raft::HardState hard_state_from(FixedReader& in) {
  raft::HardState hard_state;
  hard_state.term = raft::Term(in.number<std::uint64_t>());
  hard_state.vote = raft::NodeId(in.number<std::uint64_t>());
  return hard_state;
}

template <class Value>
std::optional<Value> if_finished(const FixedReader& in, Value value) {
  if (!in.finished()) return std::nullopt;
  return value;
}

}  // namespace

// ---- Segments -----------------------------------------------------------------------------------

std::uint64_t SegmentHeader::id() const {
  return scramble(sequence + scramble(before.id + scramble(before.checksum + scramble(former_id))));
}

std::string encode(const SegmentHeader& header) {
  std::string out(k_magic);
  put_fixed(out, k_version);
  put_fixed(out, header.sequence);
  put_fixed(out, header.id());
  put_fixed(out, header.former_id);
  put_fixed(out, header.before.id);
  put_fixed(out, header.before.offset);
  put_fixed(out, header.before.checksum);
  out.resize(k_segment_header_bytes - sizeof(std::uint32_t), '\0');
  put_fixed(out, crc32_of(out));
  CHECK(out.size() == k_segment_header_bytes, "the header has its size");
  return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view segment) {
  const auto damaged = [](std::string what) { return fail(Error::Code::corrupt, std::move(what)); };
  if (segment.size() < k_segment_header_bytes) return damaged("shorter than a segment's header");
  segment = segment.substr(0, k_segment_header_bytes);
  if (!segment.starts_with(k_magic)) return damaged("does not begin like a segment of a WAL");
  if (checksum_of_header(segment) != crc32_of(segment.substr(0, segment.size() - 4)))
    return damaged("damaged header");
  FixedReader in(segment.substr(k_magic.size()));
  if (const auto version = in.number<std::uint32_t>(); version != k_version)
    return damaged(str("format ", version, ", but this version reads ", k_version));
  SegmentHeader header;
  header.sequence = in.number<std::uint64_t>();
  const auto id = in.number<std::uint64_t>();
  header.former_id = in.number<std::uint64_t>();
  header.before.id = in.number<std::uint64_t>();
  header.before.offset = in.number<std::uint64_t>();
  header.before.checksum = in.number<std::uint32_t>();
  if (id != header.id()) return damaged("header that cannot be");
  return header;
}

std::uint32_t checksum_of_header(std::string_view segment) {
  return fixed_at<std::uint32_t>(segment, k_segment_header_bytes - 4);
}

// ---- Records ------------------------------------------------------------------------------------

void RecordWriter::begin(RecordType type) {
  start_ = out_.size();
  put_fixed(out_, std::uint64_t{0});  // length and checksum: end() knows them
  put_fixed(out_, place_.previous);
  put_fixed(out_, static_cast<std::uint32_t>(place_.synced));
  put_fixed(out_, static_cast<std::uint32_t>(place_.segment_id));
  put_fixed(out_, static_cast<std::uint32_t>(type));
}

void RecordWriter::end() {
  const std::size_t length = out_.size() - start_ - k_record_header_bytes;
  std::string number;
  put_fixed(number, static_cast<std::uint32_t>(length));
  out_.replace(start_, number.size(), number);
  out_.resize(start_ + k_record_header_bytes + padded(length), '\0');
  place_.previous = checksum_of_record(std::string_view(out_).substr(start_), place_.segment_id);
  number.clear();
  put_fixed(number, place_.previous);
  out_.replace(start_ + 4, number.size(), number);
}

bool looks_like_record(std::string_view segment, std::uint64_t segment_id, std::uint64_t offset) {
  return offset + k_record_header_bytes <= segment.size() &&
         fixed_at<std::uint32_t>(segment, offset + k_tag_at) ==
             static_cast<std::uint32_t>(segment_id);
}

std::optional<Record> record_at(std::string_view segment, std::uint64_t segment_id,
                                std::uint64_t offset, Trust trust) {
  if (!looks_like_record(segment, segment_id, offset)) return std::nullopt;
  const auto length = fixed_at<std::uint32_t>(segment, offset);
  if (length > k_max_payload_bytes) return std::nullopt;
  const std::size_t size = k_record_header_bytes + padded(length);
  if (size > segment.size() - offset) return std::nullopt;
  const std::string_view bytes = segment.substr(offset, size);
  const auto type = fixed_at<std::uint32_t>(bytes, k_type_at);
  if (type < static_cast<std::uint32_t>(RecordType::start) ||
      type > static_cast<std::uint32_t>(RecordType::entries))
    return std::nullopt;
  Record record;
  record.checksum = fixed_at<std::uint32_t>(bytes, 4);
  if (trust == Trust::verified && record.checksum != checksum_of_record(bytes, segment_id))
    return std::nullopt;
  record.type = static_cast<RecordType>(type);
  record.payload = bytes.substr(k_record_header_bytes, length);
  record.previous = fixed_at<std::uint32_t>(bytes, 8);
  record.synced = fixed_at<std::uint32_t>(bytes, 12);
  record.end = offset + size;
  return record;
}

// ---- Payloads -----------------------------------------------------------------------------------

void put(std::string& out, const Start& start) {
  put(out, start.hard_state);
  put(out, start.next);
  put(out, start.restarted_after);
}

void put(std::string& out, const raft::HardState& hard_state) {
  put_fixed(out, hard_state.term.value);
  put_fixed(out, hard_state.vote.value);
}

void put(std::string& out, raft::Index index) { put_fixed(out, index.value); }

void put(std::string& out, const raft::SnapshotMeta& meta) {
  put_fixed(out, meta.index.value);
  put_fixed(out, meta.term.value);
  const std::string configuration = raft::encode(meta.configuration);
  put_fixed(out, static_cast<std::uint32_t>(configuration.size()));
  out += configuration;
}

void put(std::string& out, const std::vector<raft::EntryPtr>& entries) {
  put(out, entries.front()->index);
  put_fixed(out, static_cast<std::uint32_t>(entries.size()));
  for (const raft::EntryPtr& entry : entries) {
    put_fixed(out, entry->term.value);
    put_fixed(out, static_cast<std::uint8_t>(entry->type));
    put_fixed(out, static_cast<std::uint32_t>(entry->data.size()));
    out += entry->data;
  }
}

std::optional<Start> read_start(std::string_view payload) {
  FixedReader in(payload);
  Start start;
  start.hard_state = hard_state_from(in);
  start.next = raft::Index(in.number<std::uint64_t>());
  start.restarted_after = meta_from(in);
  in.expect(start.next.value > 0);
  return if_finished(in, std::move(start));
}

std::optional<raft::HardState> read_hard_state(std::string_view payload) {
  FixedReader in(payload);
  const raft::HardState hard_state = hard_state_from(in);
  return if_finished(in, hard_state);
}

std::optional<raft::Index> read_index(std::string_view payload) {
  FixedReader in(payload);
  const raft::Index index(in.number<std::uint64_t>());
  in.expect(index.value > 0);
  return if_finished(in, index);
}

std::optional<raft::SnapshotMeta> read_meta(std::string_view payload) {
  FixedReader in(payload);
  raft::SnapshotMeta meta = meta_from(in);
  in.expect(meta.index.value < UINT64_MAX);  // the log goes on after it
  return if_finished(in, std::move(meta));
}

std::optional<std::vector<raft::EntryPtr>> read_entries(std::string_view payload) {
  FixedReader in(payload);
  const auto first = in.number<std::uint64_t>();
  const auto count = in.number<std::uint32_t>();
  in.expect(first > 0 && count > 0 && first <= UINT64_MAX - count);
  std::vector<raft::EntryPtr> entries;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    raft::Entry entry;
    entry.index = raft::Index(first + i);
    entry.term = raft::Term(in.number<std::uint64_t>());
    const auto type = in.number<std::uint8_t>();
    in.expect(type <= static_cast<std::uint8_t>(raft::k_last_entry_type));
    entry.type = static_cast<raft::EntryType>(type);
    entry.data = in.text(in.number<std::uint32_t>());
    entries.push_back(std::make_shared<const raft::Entry>(std::move(entry)));
  }
  return if_finished(in, std::move(entries));
}

}  // namespace plumbline::store::wal_format
