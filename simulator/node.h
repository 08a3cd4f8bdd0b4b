#pragma once
/// SimNode: one place of the simulated cluster: the shell of a replica while a process runs there,
/// and the disk and the clock that outlive it. The other shell is raftkvd's server: it writes its
/// log in one thread, its snapshots in another and sends at once, and so does this one, in virtual
/// time.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/replica/replica.h"
#include "node/replica/reset_points.h"
#include "node/replica/shell.h"
#include "node/store/wal.h"
#include "simulator/disk.h"
#include "simulator/event_queue.h"
#include "simulator/node_clock.h"

namespace plumbline::simulator {

class World;

class SimNode final : private replica::Shell {
 public:
  enum class Life : std::uint8_t {
    running,
    paused,
    down,    ///< no process
    refused  ///< no process will start from what was done to its disk
  };

  SimNode(World& world, std::size_t place);
  ~SimNode() override;

  // ---- its life
  /// A member of the cluster from now on, under `id`. `first`: see raft::Config::first.
  void enroll(raft::NodeId id, raft::Configuration first);
  /// A process from what the disk holds. A start that fails is a death, unless the disk was harmed.
  void start();
  void kill();
  void cut_power();
  void pause();
  void resume();
  /// Out of the cluster: no process, no data, no identity.
  void leave();
  void handle(const Due& due);

  std::size_t place() const { return place_; }
  const std::string& name() const { return name_; }
  raft::NodeId id() const { return id_; }
  bool is_member() const { return id_ != raft::k_nobody; }
  Life life() const { return life_; }
  bool answers() const { return life_ == Life::running; }
  bool has_process() const { return replica_ != nullptr; }
  bool is_dying() const { return dying_; }
  bool leads() const { return replica_ && replica_->status().role == raft::Role::leader; }
  replica::Replica& replica() { return *replica_; }  ///< Requires: has_process().
  const raft::Restored& durable() const { return durable_; }
  Disk& disk() { return disk_; }
  NodeClock& clock() { return clock_; }
  /// After the rate of the clock has changed.
  void clock_changed();
  /// Its own rate when nothing meddles with it.
  std::int64_t own_rate() const { return own_rate_; }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  using Job = std::variant<raft::Persist, raft::Index>;
  struct Save {
    raft::SnapshotMeta meta;
    std::string state;
  };
  using SnapshotJob = std::variant<Save, raft::ReadChunk, raft::WriteChunk>;

  // ---- what its replica needs done
  Nanos now() override;
  std::uint64_t wall_ms() override;
  void persist(raft::Persist batch) override;
  void drop_log_up_to(raft::Index index) override;
  void send(raft::Message message) override;
  void save_snapshot(raft::SnapshotMeta meta, std::string state) override;
  void read_chunk(raft::ReadChunk what) override;
  void write_chunk(raft::WriteChunk what) override;
  void members_changed(const raft::Configuration&) override {}
  std::string client_address(raft::NodeId node) override;
  void log(replica::LogLevel level, std::string_view event, replica::LogFields fields) override;
  void give_up(const Error& error) override { dying(error); }

  replica::Options options() const;
  void handle_now(const Due& due);
  void after_turn();
  void dying(const Error& error);
  void stop();
  void arm_tick();
  void tick();
  void note(std::string_view text);

  // ---- disk.cc's counterpart of raftkvd's two threads (node_disk.cc)
  void begin_write();
  void drop_from_log(const std::vector<Job>& jobs);
  void synced();
  void now_durable(const raft::Persist& batch);
  void add_snapshot_job(SnapshotJob job, std::uint64_t bytes);
  void begin_snapshot_job();
  void end_snapshot_job();
  void perform(const Save& job);
  void perform(const raft::ReadChunk& job);
  void perform(raft::WriteChunk& job);
  void interrupt_snapshot_job();

  World& world_;
  const std::size_t place_;
  const std::string name_;
  Disk disk_;
  NodeClock clock_;
  std::int64_t own_rate_ = NodeClock::k_true_rate;
  Rng snapshot_rng_;
  replica::ResetPoints reset_points_;
  raft::NodeId id_ = raft::k_nobody;
  raft::Configuration first_;
  Life life_ = Life::down;
  std::uint32_t lives_ = 0;  // processes so far, and their ends: events are for one life
  std::vector<std::string> lines_;
  raft::Restored durable_;  // what the log's completed writes say

  // ---- of the process
  bool dying_ = false;
  bool in_turn_ = false;
  std::string last_words_;
  Nanos started_{};          // by its own clock
  Nanos tick_at_ = k_never;  // of the world: the tick that is posted
  bool turn_open_ = false;   // a turn_ends is posted
  std::vector<Due> held_;    // while paused
  std::unique_ptr<store::Wal> wal_;
  std::vector<Job> waiting_;  // for the log
  std::vector<Job> in_flight_;
  bool writing_ = false;
  std::optional<store::SnapshotStore> snapshots_;
  struct TimedJob {
    SnapshotJob job;
    std::uint64_t bytes;
  };
  std::deque<TimedJob> snapshot_jobs_;
  std::unique_ptr<replica::Replica> replica_;  // last: it uses the rest
};

}  // namespace plumbline::simulator
