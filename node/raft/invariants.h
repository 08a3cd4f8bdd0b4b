#pragma once
/// Invariants: what must hold of a cluster after every step, whatever the network, the disks and
/// the processes did. It sees only what the nodes show and what their disks hold, and remembers.
///   election safety         one leader a term, one vote a node and term (dissertation, figure 3.2)
///   log matching            an entry's index and term determine it and everything before it
///   leader completeness     a leader has every entry that was committed in an earlier term
///   state-machine safety    everybody commits the same entry at an index, each once, in order
///   durability              a vote, an acknowledgement and a commit are on the disks they claim
///   configuration safety    the newest configuration in the log is in force; members change after
///   an entry of the leader's own term is committed,
///                           one change at a time, voters by way of a joint configuration; a leader
///                           that is no voter any more gives up once that is committed
///   linearizable reads      a read's index is no less than what was committed when it was asked
/// Gives: the first violation, in words. Threads: none.
/// Cost: of a step, proportional to what it wrote, sent and committed; of a new leader, what was
/// committed since the term before; of a restart, the log.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/raft/raft.h"

namespace plumbline::raft::testing {

class Invariants {
 public:
  struct Node {
    NodeId id;
    const Raft* raft = nullptr;
    /// What it would find if it started now. Null: not known, and nothing is said of durability.
    const Restored* durable = nullptr;
  };

  /// `node` has just been made from its disk. Requires: what it points to stays valid until
  /// stopped(), or the next started() of the same node.
  void started(const Node& node);
  /// The process is gone; its disk stays valid.
  void stopped(NodeId id);
  /// The node has just made a step that gave `effects`; none of them is performed yet.
  /// Requires: it was started.
  void stepped(NodeId id, const Effects& effects);
  void asked(ReadId read);
  /// For a checker that sees more. Only the first report is kept.
  void report(std::string violation);

  const std::optional<std::string>& violation() const { return violation_; }
  Index highest_commit() const { return highest_commit_; }

 private:
  struct SeenNode {
    Node node;
    Role role = Role::follower;
    Term term;
    Index commit;
    Index handed_out;
    Index members_at;  // of the entry of its configuration
    std::shared_ptr<const Configuration> members;
    std::shared_ptr<const Configuration> members_before;  // this step
    std::map<Term, NodeId> votes;
  };
  struct SeenEntry {
    Term previous_term;
    EntryPtr entry;
  };
  /// What was seen at an index: entries of different terms, and the one that was committed.
  struct Place {
    std::vector<SeenEntry> entries;
    EntryPtr committed;
    Term committed_in;  // the first committer's
  };

  Place& place(Index index);
  bool is_forgotten(Index index) const { return index.value < first_place_; }
  void forget_old();
  void check_entries(const SeenNode& seen, const std::vector<EntryPtr>& entries);
  void check_numbers(SeenNode& seen, const NodeStatus& status, const Effects& effects);
  void check_new_leader(const SeenNode& seen, const NodeStatus& status);
  void check_in_force(SeenNode& seen, const NodeStatus& status, const Effects& effects);
  void check_members_at_commit(const SeenNode& seen, const NodeStatus& status);
  void check_members(SeenNode& seen, const NodeStatus& status, const Effects& effects);
  void check_message(SeenNode& seen, const Message& message);
  void check_vote(SeenNode& seen, Term term, NodeId vote);
  void check_acknowledged(const SeenNode& seen, Term term, Index index);
  void check_restored(SeenNode& seen, const SnapshotMeta& snapshot);
  void check_committed(SeenNode& seen, const NodeStatus& status, const Effects& effects);
  void check_commit_is_durable(const SeenNode& seen, const Entry& entry);
  void check_reads(const SeenNode& seen, const NodeStatus& status, const Effects& effects);

  std::deque<Place> places_;       // from index first_place_
  std::uint64_t first_place_ = 1;  // what is before it everybody committed
  std::map<Index, EntryPtr> committed_members_;
  std::map<Term, NodeId> leaders_;
  std::map<NodeId, SeenNode> nodes_;
  std::map<ReadId, Index> read_floors_;
  Index highest_commit_;
  std::optional<std::string> violation_;
};

}  // namespace plumbline::raft::testing
