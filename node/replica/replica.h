#pragma once
/// Replica: one node of the store without sockets, threads and clocks: the Raft core, the state
/// machine, the requests that wait, and when snapshots are made. It takes what the world brings,
/// steps the core with it and performs the effects through a Shell. raftkvd and the simulator run
/// this very code. Threads: none; calls must not overlap.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/kv/state_machine.h"
#include "node/proto/request.h"
#include "node/raft/raft.h"
#include "node/replica/defects.h"
#include "node/replica/figures.h"
#include "node/replica/pending.h"
#include "node/replica/recovery.h"
#include "node/replica/shell.h"
#include "node/store/snapshot_file.h"

namespace plumbline::replica {

struct Options {
  raft::Config raft;
  std::uint64_t snapshot_every = 10'000;  ///< entries
  std::size_t waiting_max = 16'384;       ///< requests; beyond it the answer is "busy" at once
};

class Replica {
 public:
  /// Of `recovered`: what is not a file. Requires: `shell` outlives it.
  Replica(Options options, raft::Restored restored, kv::StateMachine machine,
          std::uint64_t snapshot_bytes, Shell& shell);

  // ---- what the world brings
  void tick();  ///< about every 10 ms
  /// Ticks before this do nothing.
  Nanos next_deadline() const;
  void receive(raft::Message message);
  /// Answers exactly once, perhaps before it returns. Requires: a request that check_request()
  /// passes.
  void ask(proto::Request request, ReturnAddress to);
  /// Proposes together what was asked since the last call.
  void flush();
  bool has_gathered() const { return !gathered_.empty(); }

  // ---- completions of the shell
  void persisted(std::uint64_t number) { step(raft::Persisted{number}); }
  void snapshot_saved(const raft::SnapshotMeta& made);
  void chunk_read(raft::NodeId to, raft::SnapshotChunk chunk);
  /// `loaded`: the whole, if this chunk completed it.
  void chunk_written(const raft::SnapshotMeta& of, const store::SnapshotStore::Written& written,
                     std::optional<store::SnapshotStore::Loaded> loaded);

  // ---- what it shows
  const raft::Raft& raft() const { return raft_; }
  const raft::NodeStatus& status() const { return status_; }  ///< as of the last change of role
  const kv::StateMachine& machine() const { return machine_; }
  const Figures& figures() const { return figures_; }
  std::size_t waiting() const { return writes_.size() + reads_.size(); }
  proto::Status describe(bool with_hash) const;
  /// Told of every step of the core before its effects are performed: invariants and coverage.
  using Observer = std::function<void(const raft::Effects&)>;
  void observe(Observer observer) { observer_ = std::move(observer); }

 private:
  // ---- the core and its effects (replica.cc)
  void step(raft::Input&& input);
  void perform(raft::Effects& effects);
  void apply(const std::vector<raft::EntryPtr>& committed);
  kv::Outcome apply_one(const raft::Entry& entry);
  void role_changed();
  void lose_leadership();
  bool snapshot_due() const;
  raft::Index last_in_state() const;
  void make_snapshot(raft::Index at);
  bool restore(const raft::SnapshotMeta& snapshot);

  // ---- requests and their replies (requests.cc)
  void propose(const proto::Request& request, ReturnAddress to);
  void change_members(const proto::Request& request, ReturnAddress to);
  void transfer_leadership(const proto::Request& request, ReturnAddress to);
  void read(proto::Request request, ReturnAddress to);
  bool answers_alone() const;
  void answer_read(const PendingRead& read);
  proto::Reply look_up(const std::string& key) const;
  void settle(const raft::Entry& entry, const kv::Outcome& outcome);
  void unknown(const std::vector<PendingWrite>& writes, const char* why);
  void refuse(const ReturnAddress& to, raft::Refusal why, proto::Op op = proto::Op::put);
  void settle_proposals(const raft::Effects& effects);
  void settle_reads(const raft::Effects& effects);
  proto::LeaderHint leader_hint() const;

  const Options options_;
  const Defects defects_;
  const kv::Defects kv_defects_;
  Shell& shell_;
  kv::StateMachine machine_;
  const std::uint64_t started_at_;  // applied() then
  raft::Term applied_term_;
  raft::Raft raft_;
  raft::NodeStatus status_;
  Figures figures_;
  Observer observer_;
  bool ended_ = false;  // it gave up

  std::vector<raft::Propose::Command> gathered_;
  PendingWrites writes_;
  PendingReads reads_;

  raft::Index snapshot_index_;  // of the newest one in force
  std::uint64_t snapshot_bytes_ = 0;
  std::uint64_t bytes_since_snapshot_ = 0;  // of commands applied
  bool saving_ = false;
  std::vector<ReturnAddress> want_snapshot_;
  std::optional<store::SnapshotStore::Loaded> received_;  // complete, and perhaps soon in force
};

}  // namespace plumbline::replica
