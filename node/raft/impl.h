#pragma once
/// Raft::Impl: the state of one node. Its parts are in raft.cc (events, disk), election.cc,
/// replication.cc (leader), follower.cc, reads.cc, snapshot.cc, members.cc and transfer.cc.
///
/// Durability is tracked by Persist number, not by index: an index says nothing once entries were
/// cut off and written anew (the "ABA" of asynchronous logs). Each Persist handed out has a record
/// in `unsynced_` with the last index of *today's* log that is durable as soon as it is; cutting
/// the log lowers it in every record. Whatever promises durability is kept in the record that it
/// needs.

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/rng.h"
#include "node/raft/defects.h"
#include "node/raft/log.h"
#include "node/raft/progress.h"
#include "node/raft/quorum.h"
#include "node/raft/raft.h"

namespace plumbline::raft {

class Raft::Impl {
 public:
  Impl(Config config, Restored restored, Nanos now);
  Effects step(Nanos now, Input& input);
  NodeStatus status() const;
  const Log& log() const { return log_; }
  Nanos next_deadline() const;
  Configuration configuration_at(Index index) const;

 private:
  struct Unsynced {
    std::uint64_t number = 0;
    Index last;
    std::vector<Message> held;
  };
  struct WaitingRead {
    ReadId id;
    Index index;
    Round round;  ///< a quorum has to echo this one or a later one
  };
  struct SentRound {
    Round round;
    Nanos sent_at;
  };
  struct InForce {
    Index index;
    std::shared_ptr<const Configuration> what;
  };
  struct Transfer {
    std::uint64_t proposal = 0;
    NodeId to;
    Nanos deadline{0};
    std::optional<Nanos> told_at;
  };

  // raft.cc: events, what is written and what is durable
  void on(Tick&);
  void on(Receive&);
  void on(Propose&);
  void on(Read&);
  void on(Persisted&);
  void on(SnapshotMade&);
  void on(ChunkRead&);
  void on(ChunkWritten&);
  void on(ChunkRefused&);
  void on(ChangeMembers&);
  void on(TransferLeadership&);
  bool concerns_us(const Message& message) const;
  void answer_older(const Message& message);
  Persist& writing();
  void append(EntryPtr entry);
  void truncate_from(Index index);
  void save_hard_state();
  template <class Body>
  Message message_to(NodeId to, Body body) const {
    return {config_.id, to, term_, std::move(body)};
  }
  void send(Message message) { out_->messages.push_back(std::move(message)); }
  /// Sends once our log up to `index`, our term and our vote are durable, if the term is the same
  /// then.
  void send_when_durable(Index index, Message message);
  void set_commit(Index index);
  void hand_out_committed();
  void check_state() const;

  // election.cc
  bool leader_is_live() const;
  void set_election_deadline();
  void start_pre_vote();
  void start_election(bool transfer = false);
  void count_vote(NodeId from);
  void clear_vote();
  std::size_t votes_in(bool Standing::* half) const;
  VoteRequest vote_request() const;
  void become_leader();
  void become_follower(Term term, Refusal why = Refusal::not_leader);
  bool up_to_date(const VoteRequest& request) const;
  void handle(const Message&, VoteRequest&);
  void handle(const Message&, VoteResponse&);

  // replication.cc: a leader's side
  void check_quorum();
  void replicate_to_all();
  void replicate(NodeId to, Progress& peer);
  void send_append(NodeId to, Progress& peer, bool with_entries);
  void advance_commit();
  void on_refused(NodeId from, Progress& peer, const AppendResponse& response);
  void on_match(NodeId from, Progress& peer, Index match);
  void recover(NodeId to, Progress& peer);
  Progress* heard_from(NodeId peer);
  void handle(const Message&, AppendResponse&);
  void handle(const Message&, HeartbeatResponse&);

  // follower.cc
  bool follow(NodeId leader);
  bool contradicts_commit(const AppendRequest& request) const;
  bool agrees_with_log(const AppendRequest& request) const;
  void store_new(std::vector<EntryPtr>& entries);
  void refuse(NodeId leader, const AppendRequest& request);
  void handle(const Message&, AppendRequest&);
  void handle(const Message&, Heartbeat&);

  // reads.cc
  void start_round();
  void echoed(Progress& peer, Round round);
  void confirm_rounds();
  void admit(const Read& read);
  void admit_early_reads();
  void refuse_reads(Refusal why);

  // snapshot.cc
  void start_snapshot(NodeId to, Progress& peer);
  void ask_chunk(NodeId to, Progress& peer);
  void install(const SnapshotMeta& snapshot);
  void answer_installed(NodeId leader, const SnapshotMeta& snapshot, std::uint64_t size);
  void recount_uncommitted();
  void handle(const Message&, SnapshotChunk&);
  void handle(const Message&, SnapshotResponse&);

  // members.cc
  const Configuration& members() const { return *configurations_.back().what; }
  bool is_voter() const { return members().is_voter(config_.id); }
  bool is_alone() const;
  bool may_stand() const;
  void restore_members();
  void adopt(const Entry& entry);
  void start_members(Index index, const Configuration& configuration);
  void roll_back_members(Index from);
  void forget_old_members();
  void members_changed();
  void apply_members();
  void add_peer(NodeId id);
  void choose_peers();
  void forget_departed();
  void settle_members();
  bool change_makes_sense(const Configuration& wanted) const;
  bool is_caught_up(const Progress& learner) const;
  void append_members(const Configuration& configuration);
  /// The largest value that every majority needed has reached. Takes: ours, how to get a peer's,
  /// and by how many nodes a majority may fall short (none, without a defect).
  template <class T, class Of>
  T reached_by_quorum(T own, Of of, std::size_t fewer = 0) const {
    const auto reached = [&](bool Standing::* half, std::size_t needed) {
      Tally<T> tally;
      if (standing_.*half) tally.add(own);
      for (const auto& [id, peer] : peers_)
        if (peer.standing.*half) tally.add(of(peer));
      return tally.reached_by(std::max<std::size_t>(needed - fewer, 1));
    };
    const T one = reached(&Standing::in_voters, voters_needed_);
    if (outgoing_needed_ == 0 || defects_.has(Defect::joint_new_majority_only)) return one;
    return std::min(one, reached(&Standing::in_outgoing, outgoing_needed_));
  }

  // transfer.cc
  void tell_target();
  void end_transfer(bool done);
  void hand_over();
  void handle(const Message&, TimeoutNow&);

  Config config_;
  Defects defects_;
  Rng rng_;
  Nanos now_;

  Role role_ = Role::follower;
  Term term_;
  NodeId vote_ = k_nobody;
  NodeId leader_ = k_nobody;
  Log log_;
  SnapshotMeta snapshot_;
  Index commit_;
  Index applied_;
  std::size_t uncommitted_cost_ = 0;

  std::uint64_t issued_ = 0;             // number of the latest Persist
  std::uint64_t persisted_ = 0;          // all up to here are durable
  std::uint64_t hard_state_number_ = 0;  // the Persist with the latest hard state
  Index durable_;                        // of today's log
  std::deque<Unsynced> unsynced_;
  std::optional<Persist> batch_;  // of this step

  Nanos election_deadline_{0};
  Nanos election_wait_{0};
  Nanos leader_heard_at_{0};
  std::vector<NodeId> votes_;

  std::vector<InForce> configurations_;  // of the snapshot (or the first one), then of the log
  bool unsettled_ = false;               // the one in force is joint, or was uncommitted
  std::uint64_t members_version_ = 0;    // counts changes of what is in force
  Standing standing_;                    // ours
  std::size_t voters_needed_ = 0;
  std::size_t outgoing_needed_ = 0;  // 0: not joint

  std::map<NodeId, Progress> peers_;  // everybody else; meaningful to a leader
  Nanos heartbeat_deadline_{0};
  Index term_start_;  // the leader's no-op

  Round round_;      // the latest one started in this term
  Round confirmed_;  // the latest one that a quorum echoed
  std::deque<SentRound> sent_rounds_;
  Nanos lease_until_{0};
  bool lease_void_ = false;        // for the rest of this term
  std::vector<Read> early_reads_;  // came before the no-op was committed
  std::deque<WaitingRead> reads_;  // rounds never fall
  std::optional<Transfer> transfer_;
  Effects* out_ = nullptr;  // of the step under way
};

}  // namespace plumbline::raft
