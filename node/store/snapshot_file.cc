#include "node/store/snapshot_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "node/store/fixed_bytes.h"
#include "node/store/snapshot_format.h"

namespace plumbline::store {
namespace {

constexpr std::string_view k_prefix = "snapshot-";
// Unfinished files; what a crash leaves of them is removed by open().
constexpr const char* k_saving = "saving.part";
constexpr const char* k_receiving = "receiving.part";

std::string name_of(const SnapshotId& id) {
  char name[64];
  std::snprintf(name, sizeof name, "%s%016llx-%016llx", k_prefix.data(),
                static_cast<unsigned long long>(id.first.value),
                static_cast<unsigned long long>(id.second.value));
  return name;
}

std::optional<SnapshotId> id_in(std::string_view name) {
  if (!name.starts_with(k_prefix)) return std::nullopt;
  const char* at = name.data() + k_prefix.size();
  const char* end = name.data() + name.size();
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  const auto first = std::from_chars(at, end, index, 16);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return std::nullopt;
  if (std::from_chars(first.ptr + 1, end, term, 16).ec != std::errc()) return std::nullopt;
  const SnapshotId id{raft::Index(index), raft::Term(term)};
  if (name_of(id) != name) return std::nullopt;
  return id;
}

SnapshotId id_of(const raft::SnapshotMeta& meta) { return {meta.index, meta.term}; }

}  // namespace

class SnapshotStore::Impl {
 public:
  Impl(FileSystem& files, std::string directory, Defects defects)
      : files_(files), directory_(std::move(directory)), defects_(defects) {}

  Status open();
  Result<std::optional<Loaded>> load_newest() const;
  Status save(const raft::SnapshotMeta& meta, std::string_view state);
  Result<raft::SnapshotChunk> read_chunk(const raft::SnapshotMeta& meta, std::uint64_t offset,
                                         std::size_t size) const;
  Result<Written> write_chunk(const raft::SnapshotChunk& chunk);

 private:
  struct Receiving {
    raft::SnapshotMeta meta;
    std::uint64_t total_size = 0;
    std::uint64_t next_offset = 0;
    std::unique_ptr<File> file;
  };
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  SnapshotTrust trust() const {
    return defects_.has(Defect::snapshot_checksum_unchecked) ? SnapshotTrust::blind
                                                             : SnapshotTrust::verified;
  }
  bool is_newest(const SnapshotId& id) const {
    return !snapshots_.empty() && *snapshots_.rbegin() == id;
  }
  bool is_older(const SnapshotId& id) const {
    return !snapshots_.empty() && id < *snapshots_.rbegin();
  }
  Status begin_receiving(const raft::SnapshotChunk& chunk);
  Result<Written> finish_receiving();
  Status put_in_force(const char* part, const SnapshotId& id);

  FileSystem& files_;
  const std::string directory_;
  const Defects defects_;
  std::set<SnapshotId> snapshots_;  // the files there are
  std::optional<Receiving> receiving_;
};

Status SnapshotStore::Impl::open() {
  TRY(files_.make_directory(directory_));
  TRY_ASSIGN(const auto names, files_.list(directory_));
  for (const std::string& name : names) {
    if (name.ends_with(".part"))
      TRY(files_.remove(path(name)));
    else if (const auto id = id_in(name))
      snapshots_.insert(*id);
  }
  // A rename that this process sees may not be durable yet; what is loaded has to be.
  return files_.sync_directory(directory_);
}

Result<std::optional<SnapshotStore::Loaded>> SnapshotStore::Impl::load_newest() const {
  if (snapshots_.empty()) return std::nullopt;
  const SnapshotId id = *snapshots_.rbegin();
  const std::string name = path(name_of(id));
  TRY_ASSIGN(const auto file, files_.open(name));
  Loaded loaded;
  const auto meta = read_snapshot(*file, &loaded.state, trust());
  if (!meta && meta.error().code != Error::Code::corrupt) return context(meta.error(), name);
  if (!meta || id_of(*meta) != id)
    return fail(
        Error::Code::corrupt,
        str(name, ": ", meta ? "it is another snapshot than its name says" : meta.error().what,
            ". Nothing was changed. The log before it may be gone, so no older one is used. Put "
            "back an intact copy of this node's data directory. Only if every other voter is up, "
            "follows one leader and has caught up with it: stop this node, remove its whole data "
            "directory and start it again, and it fetches all from them"));
  loaded.meta = *meta;
  return loaded;
}

Status SnapshotStore::Impl::save(const raft::SnapshotMeta& meta, std::string_view state) {
  const SnapshotId id = id_of(meta);
  if (is_older(id)) return {};  // a newer one was received meanwhile, and holds more
  TRY_ASSIGN(const auto file, files_.create(path(k_saving)));
  TRY(write_snapshot(*file, meta, state));
  if (!defects_.has(Defect::snapshot_not_synced)) TRY(file->sync());
  return put_in_force(k_saving, id);
}

Status SnapshotStore::Impl::put_in_force(const char* part, const SnapshotId& id) {
  TRY(files_.rename(path(part), path(name_of(id))));
  if (!defects_.has(Defect::directory_not_synced)) TRY(files_.sync_directory(directory_));
  snapshots_.insert(id);
  while (*snapshots_.begin() < id) {
    TRY(files_.remove(path(name_of(*snapshots_.begin()))));
    snapshots_.erase(snapshots_.begin());
  }
  return {};
}

// ---- Chunks -------------------------------------------------------------------------------------

Result<raft::SnapshotChunk> SnapshotStore::Impl::read_chunk(const raft::SnapshotMeta& meta,
                                                            std::uint64_t offset,
                                                            std::size_t size) const {
  raft::SnapshotChunk chunk;
  chunk.snapshot = meta;
  chunk.offset = offset;
  if (!snapshots_.contains(id_of(meta))) return chunk;
  TRY_ASSIGN(const auto file, files_.open(path(name_of(id_of(meta)))));
  TRY_ASSIGN(chunk.total_size, file->size());
  TRY_ASSIGN(chunk.data, file->read_at(offset, size));
  chunk.checksum = crc32_of(chunk.data);
  return chunk;
}

Result<SnapshotStore::Written> SnapshotStore::Impl::write_chunk(const raft::SnapshotChunk& chunk) {
  const SnapshotId id = id_of(chunk.snapshot);
  // The sender missed our last answer: it is told again.
  if (is_newest(id)) return Written{chunk.total_size, true, true};
  if (is_older(id) || id.first.value == 0) return Written{};

  const bool is_same = receiving_ && receiving_->meta == chunk.snapshot &&
                       receiving_->total_size == chunk.total_size;
  const Written refused{is_same ? receiving_->next_offset : 0, false, false};
  const bool fits = !chunk.data.empty() && chunk.offset <= chunk.total_size &&
                    chunk.data.size() <= chunk.total_size - chunk.offset;
  if (!fits || chunk.offset != refused.next_offset || chunk.checksum != crc32_of(chunk.data))
    return refused;

  if (!is_same) TRY(begin_receiving(chunk));
  if (const auto written = receiving_->file->write_at(chunk.offset, chunk.data); !written) {
    receiving_.reset();  // what the file holds now is unknown
    return std::unexpected(written.error());
  }
  receiving_->next_offset += chunk.data.size();
  if (receiving_->next_offset < receiving_->total_size)
    return Written{receiving_->next_offset, true, false};
  return finish_receiving();
}

Status SnapshotStore::Impl::begin_receiving(const raft::SnapshotChunk& chunk) {
  receiving_.reset();
  TRY_ASSIGN(auto file, files_.create(path(k_receiving)));
  receiving_ = Receiving{chunk.snapshot, chunk.total_size, 0, std::move(file)};
  return {};
}

Result<SnapshotStore::Written> SnapshotStore::Impl::finish_receiving() {
  const Receiving done = std::move(*receiving_);
  receiving_.reset();
  if (!defects_.has(Defect::snapshot_not_synced)) TRY(done.file->sync());
  const auto meta = read_snapshot(*done.file, nullptr);
  if (!meta && meta.error().code != Error::Code::corrupt) return std::unexpected(meta.error());
  if (!meta || *meta != done.meta) return Written{};  // from the start again
  TRY(put_in_force(k_receiving, id_of(done.meta)));
  return Written{done.total_size, true, true};
}

// ---- SnapshotStore ------------------------------------------------------------------------------

SnapshotStore::SnapshotStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SnapshotStore::SnapshotStore(SnapshotStore&&) noexcept = default;
SnapshotStore& SnapshotStore::operator=(SnapshotStore&&) noexcept = default;
SnapshotStore::~SnapshotStore() = default;

Result<SnapshotStore> SnapshotStore::open(FileSystem& files, const std::string& directory,
                                          Defects defects) {
  auto impl = std::make_unique<Impl>(files, directory, defects);
  TRY(impl->open());
  return SnapshotStore(std::move(impl));
}

Result<std::optional<SnapshotStore::Loaded>> SnapshotStore::load_newest() const {
  return impl_->load_newest();
}
Status SnapshotStore::save(const raft::SnapshotMeta& meta, std::string_view state) {
  return impl_->save(meta, state);
}
Result<raft::SnapshotChunk> SnapshotStore::read_chunk(const raft::SnapshotMeta& meta,
                                                      std::uint64_t offset,
                                                      std::size_t size) const {
  return impl_->read_chunk(meta, offset, size);
}
Result<SnapshotStore::Written> SnapshotStore::write_chunk(const raft::SnapshotChunk& chunk) {
  return impl_->write_chunk(chunk);
}

}  // namespace plumbline::store
