#pragma once
/// Disk: one node's: a file system in memory that forgets what was not synced, with trouble when
/// asked for. Survives its node's processes.

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/rng.h"
#include "nemesis/cluster.h"
#include "node/store/memory_file_system.h"
#include "simulator/weather.h"

namespace plumbline::simulator {

class Disk {
 public:
  Disk(std::uint64_t seed, std::size_t node, const Weather& weather);

  store::FileSystem& files() { return *files_; }
  /// How long the next sync takes.
  Nanos sync_time();

  void set_trouble(DiskTrouble trouble) { trouble_ = trouble; }
  DiskTrouble trouble() const { return trouble_; }
  /// Whether what we did to it may keep a process from running.
  bool excuses_death() const {
    return flipped_ || trouble_ == DiskTrouble::full || trouble_ == DiskTrouble::failing;
  }
  bool is_flipped() const { return flipped_; }

  /// The power fails, and comes back.
  void cut_power();
  /// The calls from now on stop being performed after some of them: a process that is killed, or
  /// loses power, in the middle of what it does next. Until go_on().
  void stop_soon();
  void go_on();

  /// Changes one bit where a checksum can notice it: not in the end of the log, where damage looks
  /// like a torn write. Fails: unavailable, if there is no such bit.
  Status flip_bit(std::uint64_t segment_bytes);
  /// A new, empty disk.
  void wipe();

 private:
  using Fate = store::MemoryFileSystem::Fate;
  using Call = store::MemoryFileSystem::Call;
  void install();
  Fate fate_of(const Call& call);

  const Weather weather_;
  Rng rng_;
  Rng crash_rng_;
  std::unique_ptr<store::MemoryFileSystem> files_;
  DiskTrouble trouble_ = DiskTrouble::none;
  bool flipped_ = false;
  bool stopping_ = false;
  std::uint64_t calls_left_ = 0;
};

}  // namespace plumbline::simulator
