#include "node/raft/invariants.h"

#include "core/base/text.h"
#include "node/raft/describe.h"
#include "node/raft/quorum.h"

namespace plumbline::raft::testing {
namespace {

bool is_durable(const Restored& disk, Index index, Term term) {
  if (disk.snapshot.index >= index) return true;
  if (disk.entries.empty() || index < disk.entries.front()->index) return false;
  const auto at = index.value - disk.entries.front()->index.value;
  return at < disk.entries.size() && disk.entries[at]->term == term;
}

}  // namespace

void Invariants::report(std::string violation) {
  if (!violation_) violation_ = std::move(violation);
}

void Invariants::started(const Node& node) {
  const auto status = node.raft->status();
  nodes_[node.id] = {status.term, status.commit, status.applied};
  std::vector<EntryPtr> log;
  for (Index i = status.first_index; i <= status.last_index; i = i.next())
    log.push_back(node.raft->entry_at(i));
  check_entries(node, log);
}

void Invariants::stepped(const std::vector<Node>& nodes, std::size_t which,
                         const Effects& effects) {
  const Node& node = nodes[which];
  const auto status = node.raft->status();
  SeenNode& seen = nodes_[node.id];
  if (status.term < seen.term)
    report(str(name_of(node.id), "'s term fell from ", seen.term, " to ", status.term));
  if (status.commit < seen.commit)
    report(str(name_of(node.id), "'s commit index fell from ", seen.commit, " to ", status.commit));
  if (status.applied > status.commit)
    report(str(name_of(node.id), " applied more than is committed"));
  const bool counted =
      status.role == Role::leader && status.commit > seen.commit && !effects.restore;
  if (counted && node.raft->term_at(status.commit) != status.term)
    report(str(name_of(node.id), " leads term ", status.term, " and commits ", status.commit,
               " of an earlier term by counting copies"));
  seen.term = status.term;
  seen.commit = status.commit;
  if (effects.persist) check_entries(node, effects.persist->entries);
  check_role(node, status);
  for (const auto& message : effects.messages) check_message(node, message);
  check_committed(nodes, node, effects);
  check_reads(node, effects);
}

void Invariants::check_entries(const Node& node, const std::vector<EntryPtr>& entries) {
  std::optional<Term> previous;
  for (const auto& entry : entries) {
    if (!previous) previous = node.raft->term_at(entry->index.prev());
    const auto [known, is_new] =
        entries_.try_emplace({entry->index, entry->term}, SeenEntry{*previous, entry});
    if (!is_new && (*known->second.entry != *entry || known->second.previous_term != *previous))
      report(str("log matching: ", name_of(node.id), " has another ", describe(*entry),
                 " after term ", *previous));
    previous = entry->term;
  }
}

void Invariants::check_role(const Node& node, const NodeStatus& status) {
  if (status.role != Role::leader) return;
  const auto [leader, is_new] = leaders_.try_emplace(status.term, node.id);
  if (leader->second != node.id)
    return report(str("election safety: ", name_of(leader->second), " and ", name_of(node.id),
                      " both lead term ", status.term));
  if (!is_new) return;
  for (const auto& [index, commit] : committed_) {
    if (index < status.first_index || commit.in_term >= status.term) continue;
    if (node.raft->term_at(index) != commit.entry->term)
      return report(str("leader completeness: ", name_of(node.id), " leads term ", status.term,
                        " without ", describe(*commit.entry), ", committed in term ",
                        commit.in_term));
  }
}

void Invariants::check_message(const Node& node, const Message& message) {
  if (const auto* request = std::get_if<VoteRequest>(&message.body)) {
    if (!request->pre_vote) check_vote(node, message.term, node.id);
  } else if (const auto* response = std::get_if<VoteResponse>(&message.body)) {
    if (!response->pre_vote && response->granted) check_vote(node, message.term, message.to);
  } else if (const auto* answer = std::get_if<AppendResponse>(&message.body)) {
    if (answer->success) check_acknowledged(node, message.term, answer->match);
  } else if (const auto* installed = std::get_if<SnapshotResponse>(&message.body)) {
    if (installed->installed) check_acknowledged(node, message.term, installed->index);
  }
}

void Invariants::check_vote(const Node& node, Term term, NodeId vote) {
  const auto [known, is_new] = votes_.try_emplace({node.id, term}, vote);
  if (known->second != vote)
    report(str("election safety: ", name_of(node.id), " votes for ", name_of(vote), " in term ",
               term, ", after ", name_of(known->second)));
  if (node.durable->hard_state != HardState{term, vote})
    report(str("durability: ", name_of(node.id), " sends its vote in term ", term,
               " before it is on its disk"));
}

void Invariants::check_acknowledged(const Node& node, Term term, Index index) {
  if (node.durable->hard_state.term < term)
    report(str("durability: ", name_of(node.id), " acknowledges in term ", term,
               " before the term is on its disk"));
  if (index == Index{0}) return;
  const auto ours = node.raft->term_at(index);
  if (ours && !is_durable(*node.durable, index, *ours))
    report(str("durability: ", name_of(node.id), " acknowledges ", index, "/", *ours,
               " before it is on its disk"));
}

void Invariants::check_committed(const std::vector<Node>& nodes, const Node& node,
                                 const Effects& effects) {
  SeenNode& seen = nodes_[node.id];
  if (effects.restore) {
    const SnapshotMeta& snapshot = *effects.restore;
    if (snapshot.index <= seen.handed_out)
      report(str(name_of(node.id), " goes back to snapshot ", snapshot.index));
    const auto known = committed_.find(snapshot.index);
    if (known != committed_.end() && known->second.entry->term != snapshot.term)
      report(str("state-machine safety: ", name_of(node.id), " restores ", snapshot.index, "/",
                 snapshot.term, " where ", describe(*known->second.entry), " is committed"));
    seen.handed_out = snapshot.index;
  }
  for (const auto& entry : effects.committed) {
    if (entry->index != seen.handed_out.next())
      report(str(name_of(node.id), " hands out entry ", entry->index, " after ", seen.handed_out));
    seen.handed_out = entry->index;
    const auto [known, is_new] =
        committed_.try_emplace(entry->index, SeenCommit{entry, node.raft->status().term});
    if (*known->second.entry != *entry)
      report(str("state-machine safety: ", name_of(node.id), " commits ", describe(*entry),
                 " where ", describe(*known->second.entry), " is committed"));
    if (is_new) check_commit_is_durable(nodes, *entry);
    highest_commit_ = std::max(highest_commit_, entry->index);
  }
}

void Invariants::check_commit_is_durable(const std::vector<Node>& nodes, const Entry& entry) {
  std::size_t copies = 0;
  for (const auto& node : nodes)
    if (is_durable(*node.durable, entry.index, entry.term)) ++copies;
  if (copies < majority_of(nodes.size()))
    report(str("durability: ", describe(entry), " is committed with ", copies, " of ", nodes.size(),
               " disks having it"));
}

void Invariants::asked(ReadId read) { read_floors_[read] = highest_commit_; }

void Invariants::check_reads(const Node& node, const Effects& effects) {
  const Index applied = node.raft->status().applied;
  for (const auto& read : effects.reads) {
    if (read.index < read_floors_[read.id])
      report(str("linearizable reads: ", name_of(node.id), " answers r", read.id, " at ",
                 read.index, ", but ", read_floors_[read.id],
                 " was committed before it was asked"));
    if (read.index > applied)
      report(str(name_of(node.id), " answers r", read.id, " at ", read.index,
                 " without having applied it"));
  }
}

}  // namespace plumbline::raft::testing
