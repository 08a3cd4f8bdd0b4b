#include "node/store/wal_replay.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>

#include "core/base/text.h"

namespace plumbline::store {
namespace {

using wal_format::Record;
using wal_format::RecordType;

// What a valid record somewhere after the end of the log tells about that end.
struct Beyond {
  bool any = false;
  std::uint64_t promised = 0;  // the largest `synced` of such records
};

Beyond records_beyond(std::string_view segment, std::uint64_t id, std::uint64_t end) {
  constexpr std::uint64_t k_step = 8;  // records are aligned to it
  Beyond beyond;
  for (std::uint64_t at = end; at < segment.size(); at += k_step) {
    const auto record = wal_format::record_at(segment, id, at);
    if (!record) continue;
    beyond.any = true;
    beyond.promised = std::max(beyond.promised, record->synced);
    at = record->end - k_step;
  }
  return beyond;
}

class Replayer {
 public:
  Replayer(FileSystem& files, const std::string& directory, Defects defects)
      : files_(files), directory_(directory), defects_(defects) {}

  /// Adds the next segment; `is_last`: there is none after it.
  Status add(std::uint64_t sequence, bool is_last) {
    name_ = directory_ + "/" + segment_name(sequence);
    TRY_ASSIGN(const auto file, files_.open(name_));
    TRY_ASSIGN(const std::uint64_t size, file->size());
    TRY_ASSIGN(const std::string segment, file->read_at(0, size));
    at_ = 0;
    TRY_ASSIGN(const auto header, checked_header(segment, sequence));
    replay_.outline.segments.push_back({sequence, {}});
    replay_.end = {header.id(), wal_format::k_segment_header_bytes,
                   wal_format::checksum_of_header(segment)};
    TRY(read_records(segment));
    if (is_last) TRY(find_tail(segment, header));
    return {};
  }
  WalReplay take() { return std::move(replay_); }

 private:
  std::unexpected<Error> damaged(const std::string& what) const {
    return fail(
        Error::Code::corrupt,
        str(name_, ", offset ", at_, ": ", what,
            ". Nothing was changed. Put back an intact copy of this node's data directory. Only if "
            "every other voter is up, follows one leader and has caught up with it: stop this "
            "node, remove its whole data directory and start it again, and it fetches all from "
            "them (a voter that forgets while others lag behind can lose committed writes)"));
  }

  Result<wal_format::SegmentHeader> checked_header(std::string_view segment,
                                                   std::uint64_t sequence) const {
    const auto header = wal_format::decode_segment_header(segment);
    if (!header) return damaged(header.error().what);
    if (header->sequence != sequence)
      return damaged(str("it is segment ", header->sequence, " by its header"));
    if (replay_.outline.segments.empty()) return *header;
    const std::uint64_t before = replay_.outline.segments.back().sequence;
    if (sequence != before + 1)
      return damaged(str("the segment before it, ", segment_name(sequence - 1), ", is missing"));
    if (header->before != replay_.end)
      return damaged(str("it goes on after offset ", header->before.offset, " of ",
                         segment_name(before), ", but what can be read there ends at offset ",
                         replay_.end.offset));
    return *header;
  }

  // As far as they go without a gap.
  Status read_records(std::string_view segment) {
    using wal_format::Trust;
    const Trust trust = defects_.has(Defect::torn_tail_accepted) ? Trust::blind : Trust::verified;
    bool is_first = true;
    replay_.proven = replay_.end.offset;
    for (;;) {
      at_ = replay_.end.offset;
      const auto record = wal_format::record_at(segment, replay_.end.id, at_, trust);
      if (!record || (record->previous != replay_.end.checksum && trust == Trust::verified)) break;
      if ((record->type == RecordType::start) != is_first)
        return damaged("a start record belongs at the start of a segment, and there only");
      TRY(is_first ? start(*record) : apply(*record));
      replay_.end.offset = record->end;
      replay_.end.checksum = record->checksum;
      replay_.proven = std::max(replay_.proven, record->synced);
      // The header and the start record are durable before a segment gets its name.
      if (is_first) replay_.proven = replay_.start_end = record->end;
      is_first = false;
    }
    if (is_first) return damaged("no start record");
    return {};
  }

  Status start(const Record& record) {
    const auto start = wal_format::read_start(record.payload);
    if (!start) return damaged("bad start record");
    if (replay_.outline.segments.size() == 1)
      replay_.outline.now = *start;
    else if (*start != replay_.outline.now && !defects_.has(Defect::truncate_not_logged) &&
             !defects_.has(Defect::restart_replays_old_vote))
      return damaged("the segment does not start where the one before it ends");
    return {};
  }

  Status apply(const Record& record) {
    WalOutline& outline = replay_.outline;
    auto& entries = replay_.entries;
    switch (record.type) {
      case RecordType::hard_state: {
        const auto hard_state = wal_format::read_hard_state(record.payload);
        if (!hard_state) return damaged("bad hard state record");
        if (defects_.has(Defect::restart_replays_old_vote)) return {};
        outline.now.hard_state = *hard_state;
        return {};
      }
      case RecordType::truncate: {
        const auto from = wal_format::read_index(record.payload);
        if (!from) return damaged("bad truncate record");
        outline.truncate(*from);
        while (!entries.empty() && entries.back()->index >= *from) entries.pop_back();
        return {};
      }
      case RecordType::restart_after: {
        const auto meta = wal_format::read_meta(record.payload);
        if (!meta) return damaged("bad snapshot mark");
        outline.restart(*meta);
        entries.clear();
        return {};
      }
      case RecordType::entries:
        break;
      case RecordType::start:
        return damaged("start record in the middle");
    }
    auto more = wal_format::read_entries(record.payload);
    if (!more) return damaged("bad entries record");
    if (defects_.has(Defect::truncate_not_logged) && more->front()->index < outline.now.next)
      return add_what_is_new(*more);
    if (more->front()->index != outline.now.next)
      return damaged(str("entry ", more->front()->index, " where entry ", outline.now.next,
                         " has to come: the log has a gap"));
    outline.append(more->back()->index);
    std::move(more->begin(), more->end(), std::back_inserter(entries));
    return {};
  }

  /// What the log holds already wins over what took its place.
  Status add_what_is_new(const std::vector<raft::EntryPtr>& more) {
    for (const raft::EntryPtr& entry : more) {
      if (entry->index != replay_.outline.now.next) continue;
      replay_.outline.append(entry->index);
      replay_.entries.push_back(entry);
    }
    return {};
  }

  Status find_tail(std::string_view segment, const wal_format::SegmentHeader& header) {
    at_ = replay_.end.offset;
    const Beyond beyond = records_beyond(segment, replay_.end.id, at_);
    if (beyond.promised > at_ && !defects_.has(Defect::torn_middle_is_end))
      return damaged("damaged record, and a later one knows it as durable");
    const std::string_view rest = segment.substr(at_);
    const bool is_clean = header.former_id != 0
                              ? !wal_format::looks_like_record(segment, replay_.end.id, at_)
                              : rest.find_first_not_of('\0') == std::string_view::npos;
    if (beyond.any || !is_clean)
      replay_.torn = str("cut off ", name_, " at offset ", at_,
                         ": what was being written when the node stopped is incomplete");
    replay_.file_size = segment.size();
    replay_.unproven = segment.substr(replay_.proven, at_ - replay_.proven);
    return {};
  }

  FileSystem& files_;
  const std::string& directory_;
  const Defects defects_;
  std::string name_;      // of the file being read
  std::uint64_t at_ = 0;  // in it
  WalReplay replay_;
};

}  // namespace

std::string segment_name(std::uint64_t sequence) {
  char name[32];
  std::snprintf(name, sizeof name, "wal-%016llx.log", static_cast<unsigned long long>(sequence));
  return name;
}

void WalOutline::truncate(raft::Index from) {
  now.next = std::min(now.next, from);
  for (Segment& segment : segments) segment.last = std::min(segment.last, from.prev());
}

void WalOutline::restart(const raft::SnapshotMeta& after) {
  now.restarted_after = after;
  now.next = after.index.next();
  for (Segment& segment : segments) segment.last = raft::Index(0);
}

void WalOutline::append(raft::Index last) {
  now.next = last.next();
  segments.back().last = last;
}

Result<WalReplay> replay_wal(FileSystem& files, const std::string& directory,
                             const std::vector<std::uint64_t>& sequences, Defects defects) {
  Replayer replayer(files, directory, defects);
  for (const std::uint64_t sequence : sequences)
    TRY(replayer.add(sequence, sequence == sequences.back()));
  return replayer.take();
}

}  // namespace plumbline::store
