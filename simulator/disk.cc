#include "simulator/disk.h"

#include <utility>

#include "core/base/text.h"
#include "node/replica/recovery.h"
#include "simulator/streams.h"

namespace plumbline::simulator {
namespace {

constexpr Nanos k_slow_min = 50ms, k_slow_max = 500ms;
// A snapshot is saved with about so many calls.
constexpr std::uint64_t k_calls_of_a_job = 10;
constexpr int k_flip_attempts = 100;

std::vector<std::string> all_files(const store::FileSystem& files) {
  std::vector<std::string> paths;
  for (const char* directory : {"data/wal", "data/snapshots"})
    if (const auto names = files.list(directory))
      for (const std::string& name : *names) paths.push_back(str(directory, '/', name));
  return paths;
}

/// What a node would start from.
std::string recovered_state(store::MemoryFileSystem& files, std::uint64_t segment_bytes) {
  const auto found = replica::recover(files, "data", {segment_bytes});
  if (!found) return "refused";
  const raft::Restored& restored = found->restored;
  return str(restored.hard_state.term, ' ', restored.hard_state.vote, ' ', restored.snapshot.index,
             ' ', restored.entries.size(), ' ',
             restored.entries.empty() ? raft::Term() : restored.entries.back()->term);
}

}  // namespace

Disk::Disk(std::uint64_t seed, std::size_t node, const Weather& weather)
    : weather_(weather),
      rng_(stream(seed, Purpose::disk, node)),
      crash_rng_(stream(seed, Purpose::crash, node)) {
  wipe();
}

void Disk::wipe() {
  files_ = std::make_unique<store::MemoryFileSystem>();
  files_->on_call = [this](const Call& call) { return fate_of(call); };
  flipped_ = false;
}

Nanos Disk::sync_time() {
  const Nanos time = between(rng_, weather_.sync_min, weather_.sync_max);
  return trouble_ == DiskTrouble::slow ? time + between(rng_, k_slow_min, k_slow_max) : time;
}

Disk::Fate Disk::fate_of(const Call& call) {
  using Operation = store::MemoryFileSystem::Operation;
  if (stopping_) {
    if (calls_left_ == 0) return Fate::fail;
    --calls_left_;
    return Fate::perform;
  }
  if (trouble_ == DiskTrouble::full && call.operation == Operation::write) return Fate::no_space;
  if (trouble_ == DiskTrouble::failing && call.operation == Operation::sync) return Fate::fail;
  return Fate::perform;
}

void Disk::stop_soon() {
  stopping_ = true;
  calls_left_ = crash_rng_.below(k_calls_of_a_job);
}

void Disk::go_on() { stopping_ = false; }

void Disk::cut_power() {
  using Survival = store::MemoryFileSystem::Survival;
  const bool torn = crash_rng_.chance(weather_.torn);
  files_->crash(torn ? Survival::anything : Survival::nothing, crash_rng_);
}

Status Disk::flip_bit(std::uint64_t segment_bytes) {
  const std::vector<std::string> paths = all_files(*files_);
  const auto copy_with = [&](const std::string& changed, const std::string& bytes) {
    auto copy = std::make_unique<store::MemoryFileSystem>();
    for (const std::string& path : paths)
      copy->put(path, path == changed ? bytes : files_->contents(path));
    return copy;
  };
  if (paths.empty()) return fail(Error::Code::unavailable, "there is nothing on this disk");
  const std::string before = recovered_state(*copy_with({}, {}), segment_bytes);
  for (int i = 0; i < k_flip_attempts; ++i) {
    const std::string& path = crash_rng_.pick(paths);
    std::string bytes = files_->contents(path);
    if (bytes.empty()) continue;
    const std::uint64_t bit = crash_rng_.below(bytes.size() * 8);
    bytes[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << bit % 8));
    const std::string after = recovered_state(*copy_with(path, bytes), segment_bytes);
    if (after != before && after != "refused") continue;  // it looks like a torn end
    files_->put(path, std::move(bytes));
    flipped_ = true;
    return {};
  }
  return fail(Error::Code::unavailable, "no bit of this disk can be told from a torn write");
}

}  // namespace plumbline::simulator
