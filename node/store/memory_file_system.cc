#include "node/store/memory_file_system.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::store {
namespace {

std::unexpected<Error> no_such(const std::string& path) {
  return fail(Error::Code::io, path + ": No such file or directory");
}

bool kept(MemoryFileSystem::Survival survival, Rng& rng) {
  return survival == MemoryFileSystem::Survival::everything ||
         (survival == MemoryFileSystem::Survival::anything && rng.chance(0.5));
}

}  // namespace

class MemoryFile : public File {
 public:
  MemoryFile(MemoryFileSystem& files, std::shared_ptr<MemoryFileSystem::Node> node,
             std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), opened_(files.crashes_) {}

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    return call(Operation::write, [&](bool half) {
      change({false, offset, std::string(half ? bytes.substr(0, bytes.size() / 2) : bytes)});
    });
  }
  Result<std::string> read_at(std::uint64_t offset, std::size_t size) const override {
    std::string bytes;
    TRY(call(Operation::read, [&](bool) {
      if (offset < node_->current.size()) bytes = node_->current.substr(offset, size);
    }));
    return bytes;
  }
  Status sync() override {
    const auto status = call(Operation::sync, [&](bool) {
      if (files_.forget_syncs) return;
      for (const auto& change : node_->unsynced) MemoryFileSystem::apply(change, node_->durable);
    });
    // Linux marks the pages of a failed write-back as clean: nobody will write them again.
    if (files_.power_ && !files_.forget_syncs) node_->unsynced.clear();
    return status;
  }
  Result<std::uint64_t> size() const override {
    std::uint64_t size = 0;
    TRY(call(Operation::size, [&](bool) { size = node_->current.size(); }));
    return size;
  }
  Status truncate(std::uint64_t size) override {
    return call(Operation::truncate, [&](bool half) {
      if (!half) change({true, size, {}});
    });
  }

 private:
  using Operation = MemoryFileSystem::Operation;

  template <class Perform>
  Status call(Operation operation, Perform perform) const {
    if (opened_ != files_.crashes_)
      return fail(Error::Code::io, path_ + ": opened before the power failed");
    return files_.call(operation, path_, perform);
  }
  void change(MemoryFileSystem::Change change) {
    MemoryFileSystem::apply(change, node_->current);
    node_->unsynced.push_back(std::move(change));
  }

  MemoryFileSystem& files_;
  std::shared_ptr<MemoryFileSystem::Node> node_;
  std::string path_;
  std::uint64_t opened_;  // before which crash
};

MemoryFileSystem::Fate MemoryFileSystem::begin(Operation operation, const std::string& path) const {
  if (!power_) return Fate::power_off_before;
  ++calls_of_[operation];
  const Call this_call{++calls_, operation, path};
  return on_call ? on_call(this_call) : Fate::perform;
}

template <class Perform>
Status MemoryFileSystem::call(Operation operation, const std::string& path, Perform perform) const {
  switch (begin(operation, path)) {
    case Fate::perform:
      perform(false);
      return {};
    case Fate::fail:
      return fail(Error::Code::io, path + ": Input/output error");
    case Fate::no_space:
      if (operation == Operation::write) perform(true);
      return fail(Error::Code::io, path + ": No space left on device");
    case Fate::power_off_after:
      perform(false);
      break;
    case Fate::power_off_before:
      break;
  }
  power_ = false;
  return fail(Error::Code::io, path + ": the power is off");
}

// ---- Names --------------------------------------------------------------------------------------

Status MemoryFileSystem::make_directory(const std::string& path) {
  return call(Operation::make_directory, path, [&](bool) {
    for (std::string each = path; directories_.insert(each).second;) each = parent_of(each);
  });
}

Result<std::vector<std::string>> MemoryFileSystem::list(const std::string& directory) const {
  std::vector<std::string> found;
  TRY(call(Operation::list, directory, [&](bool) {
    for (const auto& [path, node] : names_)
      if (parent_of(path) == directory) found.push_back(path.substr(directory.size() + 1));
  }));
  if (!directories_.contains(directory)) return no_such(directory);
  return found;
}

Result<std::unique_ptr<File>> MemoryFileSystem::create(const std::string& path) {
  if (!directories_.contains(parent_of(path))) return no_such(path);
  TRY(call(Operation::create, path, [&](bool) {
    if (const auto there = names_.find(path); there != names_.end()) {
      there->second->current.clear();
      there->second->unsynced.push_back({true, 0, {}});
    } else {
      change_name({{}, path, std::make_shared<Node>()});
    }
  }));
  return std::make_unique<MemoryFile>(*this, names_.at(path), path);
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const std::string& path) {
  TRY(call(Operation::open, path, [](bool) {}));
  const auto found = names_.find(path);
  if (found == names_.end()) return no_such(path);
  return std::make_unique<MemoryFile>(*this, found->second, path);
}

Status MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  CHECK(parent_of(from) == parent_of(to), "the store renames within one directory");
  if (!names_.contains(from)) return no_such(from);
  return call(Operation::rename, from, [&](bool) { change_name({from, to, names_.at(from)}); });
}

Status MemoryFileSystem::remove(const std::string& path) {
  if (!names_.contains(path)) return no_such(path);
  return call(Operation::remove, path, [&](bool) { change_name({path, {}, nullptr}); });
}

Status MemoryFileSystem::sync_directory(const std::string& path) {
  return call(Operation::sync_directory, path, [&](bool) {
    if (forget_directory_syncs) return;
    for (const NameChange& change : unsynced_names_[path]) apply(change, durable_names_);
    unsynced_names_[path].clear();
  });
}

bool MemoryFileSystem::exists(const std::string& path) const { return names_.contains(path); }

void MemoryFileSystem::change_name(NameChange change) {
  apply(change, names_);
  unsynced_names_[parent_of(change.made.empty() ? change.gone : change.made)].push_back(
      std::move(change));
}

void MemoryFileSystem::apply(const NameChange& change, Names& names) {
  if (!change.gone.empty()) names.erase(change.gone);
  if (!change.made.empty()) names[change.made] = change.node;
}

// ---- Bytes --------------------------------------------------------------------------------------

void MemoryFileSystem::apply(const Change& change, std::string& bytes) {
  if (change.truncates) {
    bytes.resize(change.offset);
    return;
  }
  if (change.bytes.empty()) return;
  bytes.resize(std::max<std::size_t>(bytes.size(), change.offset + change.bytes.size()));
  std::copy(change.bytes.begin(), change.bytes.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void MemoryFileSystem::survive(Node& node, Survival survival, Rng& rng) {
  for (const Change& change : node.unsynced) {
    const bool torn = survival == Survival::anything && !change.truncates && rng.chance(0.5);
    if (!torn) {
      if (kept(survival, rng)) apply(change, node.durable);
      continue;
    }
    std::uint64_t from = 0;
    while (from < change.bytes.size()) {
      const std::uint64_t at = change.offset + from;
      const std::uint64_t end_of_sector = (at / k_sector_bytes + 1) * k_sector_bytes;
      const std::uint64_t size =
          std::min<std::uint64_t>(end_of_sector - at, change.bytes.size() - from);
      if (rng.chance(0.5)) apply({false, at, change.bytes.substr(from, size)}, node.durable);
      from += size;
    }
  }
  node.unsynced.clear();
  node.current = node.durable;
}

void MemoryFileSystem::crash(Survival survival, Rng& rng) {
  for (auto& [directory, changes] : unsynced_names_) {
    for (const NameChange& change : changes)
      if (kept(survival, rng)) apply(change, durable_names_);
    changes.clear();
  }
  names_ = durable_names_;
  for (auto& [path, node] : names_) survive(*node, survival, rng);
  ++crashes_;
  power_ = true;
}

// ---- For tests ----------------------------------------------------------------------------------

std::uint64_t MemoryFileSystem::calls_of(Operation operation) const {
  const auto found = calls_of_.find(operation);
  return found == calls_of_.end() ? 0 : found->second;
}

const std::string& MemoryFileSystem::contents(const std::string& path) const {
  const auto found = names_.find(path);
  CHECK(found != names_.end(), str("no file ", path));
  return found->second->current;
}

void MemoryFileSystem::put(const std::string& path, std::string bytes) {
  auto node = std::make_shared<Node>();
  node->current = node->durable = std::move(bytes);
  names_[path] = durable_names_[path] = node;
  for (std::string each = parent_of(path); directories_.insert(each).second;)
    each = parent_of(each);
}

}  // namespace plumbline::store
