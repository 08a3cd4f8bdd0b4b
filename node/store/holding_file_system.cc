#include "node/store/holding_file_system.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "core/base/rng.h"

namespace plumbline::store {
namespace {

/// A file that gets its name next; one that a crash left is never shown, and overwritten.
constexpr const char* k_aside = ".held";

struct Change {  // of a file's bytes, not synced yet
  bool truncates = false;
  std::uint64_t offset = 0;  // or the new size
  std::string bytes;
};

std::uint64_t size_after(const Change& change, std::uint64_t size) {
  if (change.truncates) return change.offset;
  return change.bytes.empty() ? size : std::max(size, change.offset + change.bytes.size());
}

void apply(const Change& change, std::string& bytes) {
  bytes.resize(size_after(change, bytes.size()));
  if (!change.truncates && !change.bytes.empty())
    std::ranges::copy(change.bytes, bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

struct Node {
  std::unique_ptr<File> below;  // null: its name is not durable
  std::string synced;           // then: what was synced of it
  std::vector<Change> held;
};
using NodePtr = std::shared_ptr<Node>;

struct NameChange {  // of a directory, not synced yet; an empty name: none
  std::string gone, made;
  NodePtr node;
};

class HoldingFileSystem : public FileSystem {
 public:
  HoldingFileSystem(std::shared_ptr<FileSystem> below, const Holding& holding)
      : below_(std::move(below)), holding_(holding), rng_(holding.seed) {}

  Status make_directory(const std::string& path) override { return below_->make_directory(path); }
  Result<std::vector<std::string>> list(const std::string& directory) const override;
  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::unique_ptr<File>> open(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  bool exists(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return is_there(path);
  }

 private:
  friend class HeldFile;
  bool is_there(const std::string& path) const {
    return names_.contains(path) || (!gone_.contains(path) && below_->exists(path));
  }
  Result<NodePtr> find(const std::string& path);
  void change_name(NameChange change);
  Status perform(const NameChange& change);
  Status give_name(Node& node, const std::string& path);
  Status let_through(Node& node, const Change& change);
  Nanos sync_time();

  const std::shared_ptr<FileSystem> below_;
  const Holding holding_;
  mutable std::mutex mutex_;  // of all that follows, and of the nodes
  Rng rng_;
  std::map<std::string, NodePtr> names_;  // of files that were made, opened or renamed
  std::set<std::string> gone_;            // names that are below still, but not for this process
  std::map<std::string, std::vector<NameChange>> unsynced_names_;  // by directory
};

// ---- Files --------------------------------------------------------------------------------------

class HeldFile : public File {
 public:
  HeldFile(HoldingFileSystem& files, NodePtr node) : files_(files), node_(std::move(node)) {}

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(files_.mutex_);
    Change change{false, offset, std::string(bytes)};
    TRY(files_.let_through(*node_, change));
    node_->held.push_back(std::move(change));
    return {};
  }

  Result<std::string> read_at(std::uint64_t offset, std::size_t wanted) const override {
    const std::lock_guard lock(files_.mutex_);
    if (node_->below && node_->held.empty()) return node_->below->read_at(offset, wanted);
    TRY_ASSIGN(const std::string bytes, whole());
    return offset < bytes.size() ? bytes.substr(offset, wanted) : std::string();
  }

  Status sync() override {
    std::this_thread::sleep_for(files_.sync_time());
    const std::lock_guard lock(files_.mutex_);
    for (const Change& change : std::exchange(node_->held, {})) {
      if (!node_->below)
        apply(change, node_->synced);
      else if (change.truncates)
        TRY(node_->below->truncate(change.offset));
      else
        TRY(node_->below->write_at(change.offset, change.bytes));
    }
    return node_->below ? node_->below->sync() : Status{};
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(files_.mutex_);
    std::uint64_t size = node_->synced.size();
    if (node_->below) {
      TRY_ASSIGN(size, node_->below->size());
    }
    for (const Change& change : node_->held) size = size_after(change, size);
    return size;
  }

  Status truncate(std::uint64_t size) override {
    const std::lock_guard lock(files_.mutex_);
    node_->held.push_back({true, size, {}});
    return {};
  }

 private:
  /// As this process sees it. What got through already is in there twice, which is once.
  Result<std::string> whole() const {
    std::string bytes = node_->synced;
    if (node_->below) {
      TRY_ASSIGN(const std::uint64_t size, node_->below->size());
      TRY_ASSIGN(bytes, node_->below->read_at(0, size));
    }
    for (const Change& change : node_->held) apply(change, bytes);
    return bytes;
  }

  HoldingFileSystem& files_;
  const NodePtr node_;
};

Status HoldingFileSystem::let_through(Node& node, const Change& change) {
  if (!node.below || !rng_.chance(holding_.torn)) return {};
  for (std::uint64_t from = 0; from < change.bytes.size();) {
    const std::uint64_t at = change.offset + from;
    const std::uint64_t size =
        std::min<std::uint64_t>(k_sector_bytes - at % k_sector_bytes, change.bytes.size() - from);
    if (rng_.chance(0.5)) TRY(node.below->write_at(at, change.bytes.substr(from, size)));
    from += size;
  }
  return {};
}

Nanos HoldingFileSystem::sync_time() {
  const std::lock_guard lock(mutex_);
  return Nanos(rng_.between(holding_.sync_min.count(), holding_.sync_max.count()));
}

// ---- Names --------------------------------------------------------------------------------------

Result<NodePtr> HoldingFileSystem::find(const std::string& path) {
  if (const auto known = names_.find(path); known != names_.end()) return known->second;
  if (gone_.contains(path)) return fail(Error::Code::io, path + ": No such file or directory");
  TRY_ASSIGN(auto file, below_->open(path));
  auto node = std::make_shared<Node>();
  node->below = std::move(file);
  names_[path] = node;
  return node;
}

Result<std::vector<std::string>> HoldingFileSystem::list(const std::string& directory) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const auto below, below_->list(directory));
  std::set<std::string> found;
  for (const std::string& name : below)
    if (name != k_aside && !gone_.contains(directory + "/" + name)) found.insert(name);
  for (const auto& [path, node] : names_)
    if (parent_of(path) == directory) found.insert(path.substr(directory.size() + 1));
  return std::vector<std::string>(found.begin(), found.end());
}

Result<std::unique_ptr<File>> HoldingFileSystem::open(const std::string& path) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const NodePtr node, find(path));
  return std::make_unique<HeldFile>(*this, node);
}

Result<std::unique_ptr<File>> HoldingFileSystem::create(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (is_there(path)) {
    TRY_ASSIGN(const NodePtr node, find(path));
    node->held.push_back({true, 0, {}});
    return std::make_unique<HeldFile>(*this, node);
  }
  TRY(below_->list(parent_of(path)));
  auto node = std::make_shared<Node>();
  change_name({{}, path, node});
  return std::make_unique<HeldFile>(*this, node);
}

Status HoldingFileSystem::rename(const std::string& from, const std::string& to) {
  CHECK(parent_of(from) == parent_of(to), "the store renames within one directory");
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(const NodePtr node, find(from));
  change_name({from, to, node});
  return {};
}

Status HoldingFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  TRY(find(path));
  change_name({path, {}, nullptr});
  return {};
}

void HoldingFileSystem::change_name(NameChange change) {
  const std::string directory = parent_of(change.made.empty() ? change.gone : change.made);
  if (!change.gone.empty()) {
    names_.erase(change.gone);
    gone_.insert(change.gone);
  }
  if (!change.made.empty()) names_[change.made] = change.node;
  unsynced_names_[directory].push_back(std::move(change));
}

Status HoldingFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  for (const NameChange& change : std::exchange(unsynced_names_[path], {})) TRY(perform(change));
  std::erase_if(gone_, [&](const std::string& gone) { return parent_of(gone) == path; });
  return below_->sync_directory(path);
}

/// In their order, so that below a name is always what it was here when it was changed.
Status HoldingFileSystem::perform(const NameChange& change) {
  if (change.gone.empty()) return give_name(*change.node, change.made);
  if (change.made.empty()) return below_->remove(change.gone);
  return below_->rename(change.gone, change.made);
}

Status HoldingFileSystem::give_name(Node& node, const std::string& path) {
  const std::string aside = parent_of(path) + "/" + k_aside;
  TRY_ASSIGN(auto file, below_->create(aside));
  TRY(file->write_at(0, node.synced));
  TRY(file->sync());
  TRY(below_->rename(aside, path));
  node.below = std::move(file);
  node.synced.clear();
  return {};
}

}  // namespace

std::unique_ptr<FileSystem> holding_file_system(std::shared_ptr<FileSystem> below,
                                                const Holding& holding) {
  return std::make_unique<HoldingFileSystem>(std::move(below), holding);
}

}  // namespace plumbline::store
