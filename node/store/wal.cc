#include "node/store/wal.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/base/text.h"
#include "node/store/wal_format.h"
#include "node/store/wal_replay.h"

namespace plumbline::store {
namespace {

using wal_format::RecordType;

// Zeros are written this far ahead of the records: a sync is twice as fast where the file need not
// grow, and a whole segment at once would stall the node.
constexpr std::uint64_t k_prepare_bytes = 1 << 20;
constexpr std::uint64_t k_least_segment_bytes = 1 << 10;
// Dropped segments kept for another life: as many as one snapshot usually frees.
constexpr std::size_t k_max_spares = 4;

std::string spare_name(std::uint64_t sequence) {
  return "spare-" + segment_name(sequence).substr(4);
}

// The sequence in "<prefix><16 hex digits>.log".
std::optional<std::uint64_t> sequence_in(std::string_view name, std::string_view prefix) {
  constexpr std::string_view k_end = ".log";
  constexpr std::size_t k_digits = 16;
  if (!name.starts_with(prefix) || !name.ends_with(k_end) ||
      name.size() != prefix.size() + k_digits + k_end.size())
    return std::nullopt;
  std::uint64_t sequence = 0;
  const char* first = name.data() + prefix.size();
  const auto [end, error] = std::from_chars(first, first + k_digits, sequence, 16);
  if (error != std::errc() || end != first + k_digits) return std::nullopt;
  return sequence;
}

}  // namespace

class Wal::Impl {
 public:
  Impl(FileSystem& files, std::string directory, WalOptions options)
      : files_(files), directory_(std::move(directory)), options_(options) {}

  Result<Opened> open();
  Status append(const raft::Persist& batch);
  Status sync();
  Status drop_up_to(raft::Index index);
  Figures figures() const {
    Figures figures = figures_;
    figures.segments = outline_.segments.size();
    return figures;
  }

 private:
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  std::string newest() const { return path(segment_name(outline_.segments.back().sequence)); }
  // After a failure nobody knows what is on the disk: every later call fails too.
  Status keep_failure(Status status) {
    if (!status) broken_ = status.error();
    return status;
  }

  Status take_over(WalReplay& replay);
  Status trim_spares();
  Status check(const raft::Persist& batch) const;
  Status write(const raft::Persist& batch);
  void frame(const raft::Persist& batch);
  void note(const raft::Persist& batch);
  Status prepare();
  Status zero(std::uint64_t from, std::uint64_t to);
  Status rotate();
  Result<std::uint64_t> take_spare(const std::string& spare);
  Status start_segment(std::uint64_t sequence, const wal_format::SegmentEnd& before);
  Status sync_all();
  Status sync_file();
  Status drop(raft::Index index);

  FileSystem& files_;
  const std::string directory_;
  const WalOptions options_;
  WalOutline outline_;
  std::vector<std::uint64_t> spares_;
  bool directory_changed_ = false;  // since it was synced
  std::optional<Error> broken_;
  Figures figures_;

  // The newest segment.
  std::unique_ptr<File> file_;
  wal_format::SegmentEnd end_;
  std::uint64_t start_end_ = 0;  // end of its start record
  std::uint64_t synced_ = 0;     // durable up to here
  bool unsynced_entries_ = false;
  std::uint64_t prepared_ = 0;  // the file is as long as this

  std::string buffer_;  // the batch being written
  std::uint32_t buffer_checksum_ = 0;
};

// ---- Opening ------------------------------------------------------------------------------------

Result<Wal::Opened> Wal::Impl::open() {
  if (options_.segment_bytes < k_least_segment_bytes ||
      options_.segment_bytes > wal_format::k_max_payload_bytes)
    return fail(Error::Code::invalid,
                str("segments of ", options_.segment_bytes, " bytes: give a size from ",
                    k_least_segment_bytes, " to ", wal_format::k_max_payload_bytes));
  TRY(files_.make_directory(directory_));
  TRY_ASSIGN(const auto names, files_.list(directory_));
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : names) {
    if (const auto sequence = sequence_in(name, "wal-")) sequences.push_back(*sequence);
    if (const auto sequence = sequence_in(name, "spare-")) spares_.push_back(*sequence);
  }
  std::sort(sequences.begin(), sequences.end());

  Opened opened;
  if (sequences.empty()) {
    TRY(start_segment(1, {}));
  } else {
    TRY_ASSIGN(auto replay, replay_wal(files_, directory_, sequences, options_.defects));
    opened.entries = std::move(replay.entries);
    opened.repaired = replay.torn;
    TRY(take_over(replay));
  }
  TRY(trim_spares());
  TRY(files_.sync_directory(directory_));
  directory_changed_ = false;
  opened.hard_state = outline_.now.hard_state;
  opened.restarted_after = outline_.now.restarted_after;
  return opened;
}

Status Wal::Impl::take_over(WalReplay& replay) {
  outline_ = std::move(replay.outline);
  end_ = replay.end;
  start_end_ = replay.start_end;
  prepared_ = replay.file_size;
  TRY_ASSIGN(file_, files_.open(newest()));
  // The last records may be in the page cache only, even after a sync that failed; what the caller
  // reads it will take for durable. Written again and synced, it is.
  TRY(file_->write_at(replay.proven, replay.unproven));
  if (!replay.torn.empty()) TRY(zero(end_.offset, prepared_));
  TRY(file_->sync());
  synced_ = end_.offset;
  return {};
}

Status Wal::Impl::trim_spares() {
  for (; spares_.size() > k_max_spares; spares_.pop_back())
    TRY(files_.remove(path(spare_name(spares_.back()))));
  return {};
}

// ---- Writing ------------------------------------------------------------------------------------

Status Wal::Impl::check(const raft::Persist& batch) const {
  raft::Index next = outline_.now.next;
  if (batch.truncate_from) {
    if (batch.truncate_from->value == 0)
      return fail(Error::Code::invalid, "truncate_from 0: the first entry is 1");
    next = std::min(next, *batch.truncate_from);
  }
  if (batch.restart_after) next = batch.restart_after->index.next();
  if (next.value == 0) return fail(Error::Code::invalid, "restart_after the last possible index");
  std::size_t bytes = 0;
  for (const raft::EntryPtr& entry : batch.entries) {
    if (entry->index != next)
      return fail(Error::Code::invalid,
                  str("entry ", entry->index, " where the log goes on with ", next,
                      ": a batch truncates, or restarts after a snapshot, before it jumps"));
    next = next.next();
    bytes += entry->data.size() + wal_format::k_entry_header_bytes;
  }
  if (bytes > wal_format::k_max_payload_bytes / 2)
    return fail(Error::Code::invalid, str("a batch of ", bytes, " bytes of entries is too large"));
  return {};
}

Status Wal::Impl::append(const raft::Persist& batch) {
  if (broken_) return std::unexpected(*broken_);
  TRY(check(batch));
  frame(batch);
  if (buffer_.empty()) return {};
  return keep_failure(write(batch));
}

void Wal::Impl::frame(const raft::Persist& batch) {
  buffer_.clear();
  wal_format::RecordWriter writer(buffer_, {end_.id, end_.checksum, synced_});
  const auto add = [&](RecordType type, const auto& content) {
    writer.begin(type);
    wal_format::put(buffer_, content);
    writer.end();
  };
  if (batch.hard_state) add(RecordType::hard_state, *batch.hard_state);
  if (batch.truncate_from && !options_.defects.has(Defect::truncate_not_logged))
    add(RecordType::truncate, *batch.truncate_from);
  if (batch.restart_after) add(RecordType::restart_after, *batch.restart_after);
  if (!batch.entries.empty()) add(RecordType::entries, batch.entries);
  buffer_checksum_ = writer.checksum();
}

Status Wal::Impl::write(const raft::Persist& batch) {
  const bool fits = end_.offset + buffer_.size() <= options_.segment_bytes;
  // A batch larger than a segment gets one of its own.
  if (!fits && end_.offset > start_end_) {
    TRY(rotate());
    frame(batch);
  }
  TRY(file_->write_at(end_.offset, buffer_));
  end_.offset += buffer_.size();
  end_.checksum = buffer_checksum_;
  note(batch);
  ++figures_.appends;
  figures_.bytes += buffer_.size();
  return prepare();
}

void Wal::Impl::note(const raft::Persist& batch) {
  if (batch.hard_state) outline_.now.hard_state = *batch.hard_state;
  if (batch.truncate_from) outline_.truncate(*batch.truncate_from);
  if (batch.restart_after) outline_.restart(*batch.restart_after);
  if (!batch.entries.empty()) outline_.append(batch.entries.back()->index);
  unsynced_entries_ = unsynced_entries_ || !batch.entries.empty();
}

Status Wal::Impl::prepare() {
  if (end_.offset <= prepared_) return {};
  const std::uint64_t until =
      std::max(end_.offset, std::min(options_.segment_bytes, end_.offset + k_prepare_bytes));
  TRY(zero(end_.offset, until));
  prepared_ = until;
  return {};
}

Status Wal::Impl::zero(std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    const std::uint64_t size = std::min(to - from, k_prepare_bytes);
    TRY(file_->write_at(from, std::string(size, '\0')));
    from += size;
  }
  return {};
}

// ---- Segments -----------------------------------------------------------------------------------

Status Wal::Impl::rotate() {
  // Replay relies on it: a segment and its name are durable before there is a later one.
  TRY(sync_all());
  return start_segment(outline_.segments.back().sequence + 1, end_);
}

// Opens `spare`, or makes it if there is none; gives the id that it had.
Result<std::uint64_t> Wal::Impl::take_spare(const std::string& spare) {
  if (!spares_.empty()) {
    spares_.pop_back();
    TRY_ASSIGN(file_, files_.open(spare));
    TRY_ASSIGN(const std::string bytes, file_->read_at(0, wal_format::k_segment_header_bytes));
    if (const auto header = wal_format::decode_segment_header(bytes)) return header->id();
  }
  // Also if a crash left a spare with half a header: whose records follow it, nobody knows.
  TRY_ASSIGN(file_, files_.create(spare));
  return std::uint64_t{0};
}

Status Wal::Impl::start_segment(std::uint64_t sequence, const wal_format::SegmentEnd& before) {
  const std::string spare = path(spare_name(spares_.empty() ? sequence : spares_.back()));
  TRY_ASSIGN(const std::uint64_t former_id, take_spare(spare));
  const wal_format::SegmentHeader header{sequence, before, former_id};
  std::string bytes = wal_format::encode(header);
  wal_format::RecordWriter writer(bytes, {header.id(), wal_format::checksum_of_header(bytes), 0});
  writer.begin(RecordType::start);
  wal_format::put(bytes, outline_.now);
  writer.end();
  TRY(file_->write_at(0, bytes));
  // Before it has its name: a segment with a bad start is damaged, never just new.
  TRY(file_->sync());
  TRY_ASSIGN(prepared_, file_->size());
  TRY(files_.rename(spare, path(segment_name(sequence))));
  directory_changed_ = true;

  outline_.segments.push_back({sequence, {}});
  end_ = {header.id(), bytes.size(), writer.checksum()};
  start_end_ = synced_ = end_.offset;
  return {};
}

Status Wal::Impl::sync() {
  if (broken_) return std::unexpected(*broken_);
  return keep_failure(sync_all());
}

Status Wal::Impl::sync_all() {
  if (synced_ < end_.offset) {
    TRY(sync_file());
    synced_ = end_.offset;
    ++figures_.syncs;
  }
  if (directory_changed_ && !options_.defects.has(Defect::directory_not_synced)) {
    TRY(files_.sync_directory(directory_));
    directory_changed_ = false;
  }
  return {};
}

Status Wal::Impl::sync_file() {
  const bool has_entries = std::exchange(unsynced_entries_, false);
  if (!has_entries && options_.defects.has(Defect::fsync_skipped_on_hard_state)) return {};
  const Status synced = file_->sync();
  return options_.defects.has(Defect::fsync_error_ignored) ? Status{} : synced;
}

Status Wal::Impl::drop_up_to(raft::Index index) {
  if (broken_) return std::unexpected(*broken_);
  return keep_failure(drop(index));
}

Status Wal::Impl::drop(raft::Index index) {
  const auto& segments = outline_.segments;
  while (segments.size() > 1 && segments.front().last <= index) {
    // What makes it needless (a truncation, the newer segment's name) must not vanish after it.
    TRY(sync_all());
    const std::uint64_t sequence = segments.front().sequence;
    if (spares_.size() < k_max_spares) {
      TRY(files_.rename(path(segment_name(sequence)), path(spare_name(sequence))));
      spares_.push_back(sequence);
    } else {
      TRY(files_.remove(path(segment_name(sequence))));
    }
    // One by one: a crash must not bring back an older segment without the next, and no spare may
    // be written to while a crash could give it its old name back.
    TRY(files_.sync_directory(directory_));
    outline_.segments.erase(outline_.segments.begin());
  }
  return {};
}

// ---- Wal ----------------------------------------------------------------------------------------

Wal::Wal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wal::~Wal() = default;

Result<Wal::Opened> Wal::open(FileSystem& files, const std::string& directory, WalOptions options) {
  auto impl = std::make_unique<Impl>(files, directory, options);
  auto opened = impl->open();
  if (opened) opened->wal.reset(new Wal(std::move(impl)));
  return opened;
}

Status Wal::append(const raft::Persist& batch) { return impl_->append(batch); }
Status Wal::sync() { return impl_->sync(); }
Status Wal::drop_up_to(raft::Index index) { return impl_->drop_up_to(index); }
Wal::Figures Wal::figures() const { return impl_->figures(); }

}  // namespace plumbline::store
