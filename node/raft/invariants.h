#pragma once
/// Invariants: what must hold of a cluster after every step, whatever the network, the disks and
/// the processes did. It sees only what the nodes show and what their disks hold, and remembers.
///   election safety       one leader a term, one vote a node and term (figure 3.2 of the
///   dissertation) log matching          an entry's index and term determine it and everything
///   before it leader completeness   a leader has every entry that was committed in an earlier term
///   state-machine safety  everybody commits the same entry at an index, each once, in order
///   durability            a vote, an acknowledgement and a commit are on the disks they claim
///   linearizable reads    a read's index is no less than what was committed when it was asked
/// Gives: the first violation, in words. Threads: none.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/raft/raft.h"

namespace plumbline::raft::testing {

class Invariants {
 public:
  struct Node {
    NodeId id;
    const Raft* raft = nullptr;         ///< null: it is down
    const Restored* durable = nullptr;  ///< what it would find if it started now
  };

  /// `node` has just been made from its disk.
  void started(const Node& node);
  /// The node at `which` has just made a step that gave `effects`; none of them is performed yet.
  void stepped(const std::vector<Node>& nodes, std::size_t which, const Effects& effects);
  void asked(ReadId read);
  /// For a checker that sees more. Only the first report is kept.
  void report(std::string violation);

  const std::optional<std::string>& violation() const { return violation_; }
  Index highest_commit() const { return highest_commit_; }

 private:
  struct SeenEntry {
    Term previous_term;
    EntryPtr entry;
  };
  struct SeenCommit {
    EntryPtr entry;
    Term in_term;  // the first committer's
  };
  struct SeenNode {
    Term term;
    Index commit;
    Index handed_out;
  };

  void check_entries(const Node& node, const std::vector<EntryPtr>& entries);
  void check_role(const Node& node, const NodeStatus& status);
  void check_message(const Node& node, const Message& message);
  void check_vote(const Node& node, Term term, NodeId vote);
  void check_acknowledged(const Node& node, Term term, Index index);
  void check_committed(const std::vector<Node>& nodes, const Node& node, const Effects& effects);
  void check_commit_is_durable(const std::vector<Node>& nodes, const Entry& entry);
  void check_reads(const Node& node, const Effects& effects);

  std::map<std::pair<Index, Term>, SeenEntry> entries_;
  std::map<Index, SeenCommit> committed_;
  std::map<Term, NodeId> leaders_;
  std::map<std::pair<NodeId, Term>, NodeId> votes_;
  std::map<NodeId, SeenNode> nodes_;
  std::map<ReadId, Index> read_floors_;
  Index highest_commit_;
  std::optional<std::string> violation_;
};

}  // namespace plumbline::raft::testing
