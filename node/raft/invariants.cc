#include "node/raft/invariants.h"

#include <algorithm>

#include "core/base/text.h"
#include "node/raft/configuration.h"
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

bool same(const EntryPtr& one, const EntryPtr& other) { return one == other || *one == *other; }

bool has_quorum(const Configuration& members, const std::set<NodeId>& nodes) {
  const auto enough = [&](const std::set<NodeId>& voters) {
    const auto count = std::count_if(voters.begin(), voters.end(),
                                     [&](NodeId voter) { return nodes.contains(voter); });
    return static_cast<std::size_t>(count) >= majority_of(voters.size());
  };
  return enough(members.voters) && (!members.is_joint() || enough(members.outgoing));
}

/// Places are forgotten when there are more than these that everybody has committed.
constexpr std::size_t k_places_kept = 4096;

}  // namespace

void Invariants::report(std::string violation) {
  if (!violation_) violation_ = std::move(violation);
}

Invariants::Place& Invariants::place(Index index) {
  const std::size_t at = index.value - first_place_;
  if (at >= places_.size()) places_.resize(at + 1);
  return places_[at];
}

void Invariants::forget_old() {
  if (places_.size() < 2 * k_places_kept) return;
  Index everybody = highest_commit_;
  for (const auto& [id, seen] : nodes_) everybody = std::min(everybody, seen.commit);
  while (places_.size() > k_places_kept && first_place_ < everybody.value) {
    places_.pop_front();
    ++first_place_;
  }
}

void Invariants::started(const Node& node) {
  SeenNode& seen = nodes_[node.id];
  seen.node = node;
  const auto status = node.raft->status();
  seen.role = status.role;
  seen.term = status.term;
  seen.commit = status.commit;
  seen.handed_out = status.applied;
  seen.members_at = status.configuration_index;
  seen.members = status.configuration;
  std::vector<EntryPtr> log;
  for (Index i = status.first_index; i <= status.last_index; i = i.next())
    log.push_back(node.raft->entry_at(i));
  check_entries(seen, log);
  check_members_at_commit(seen, status);
}

void Invariants::stopped(NodeId id) { nodes_.at(id).node.raft = nullptr; }

void Invariants::stepped(NodeId id, const Effects& effects) {
  SeenNode& seen = nodes_.at(id);
  const auto status = seen.node.raft->status();
  if (effects.persist) check_entries(seen, effects.persist->entries);
  if (effects.role_changed && status.role == Role::leader) check_new_leader(seen, status);
  check_in_force(seen, status, effects);
  check_members(seen, status, effects);
  check_numbers(seen, status, effects);
  for (const auto& message : effects.messages) check_message(seen, message);
  if (effects.restore) check_restored(seen, *effects.restore);
  if (!effects.committed.empty()) check_committed(seen, status, effects);
  check_reads(seen, status, effects);
}

void Invariants::check_numbers(SeenNode& seen, const NodeStatus& status, const Effects& effects) {
  const NodeId id = seen.node.id;
  if (status.term < seen.term)
    report(str(name_of(id), "'s term fell from ", seen.term, " to ", status.term));
  if (status.commit < seen.commit)
    report(str(name_of(id), "'s commit index fell from ", seen.commit, " to ", status.commit));
  if (status.applied > status.commit) report(str(name_of(id), " applied more than is committed"));
  const bool counted =
      status.role == Role::leader && status.commit > seen.commit && !effects.restore;
  if (counted && seen.node.raft->term_at(status.commit) != status.term)
    report(str(name_of(id), " leads term ", status.term, " and commits ", status.commit,
               " of an earlier term by counting copies"));
  seen.role = status.role;
  seen.term = status.term;
  seen.commit = status.commit;
}

void Invariants::check_entries(const SeenNode& seen, const std::vector<EntryPtr>& entries) {
  std::optional<Term> previous;
  for (const auto& entry : entries) {
    if (!previous) previous = seen.node.raft->term_at(entry->index.prev());
    if (previous && !is_forgotten(entry->index)) {
      auto& known = place(entry->index).entries;
      const auto found = std::find_if(known.begin(), known.end(), [&](const SeenEntry& each) {
        return each.entry->term == entry->term;
      });
      if (found == known.end())
        known.push_back({*previous, entry});
      else if (!same(found->entry, entry) || found->previous_term != *previous)
        report(str("log matching: ", name_of(seen.node.id), " has another ", describe(*entry),
                   " after term ", *previous));
    }
    previous = entry->term;
  }
}

/// The last entry that was committed in an earlier term is enough: log matching, which is checked
/// of every entry, says the same of those before it.
void Invariants::check_new_leader(const SeenNode& seen, const NodeStatus& status) {
  const NodeId id = seen.node.id;
  const auto [leader, is_new] = leaders_.try_emplace(status.term, id);
  if (leader->second != id)
    return report(str("election safety: ", name_of(leader->second), " and ", name_of(id),
                      " both lead term ", status.term));
  std::set<NodeId> voters{id};
  for (const auto& [other, each] : nodes_)
    if (const auto vote = each.votes.find(status.term); vote != each.votes.end())
      if (vote->second == id) voters.insert(other);
  if (!has_quorum(*status.configuration, voters))
    return report(str("election safety: ", name_of(id), " leads term ", status.term, " with ",
                      voters.size(), " votes, of members ", raft::describe(*status.configuration)));
  for (Index i = highest_commit_; !is_forgotten(i) && i >= status.first_index; i = i.prev()) {
    const Place& known = place(i);
    if (known.committed == nullptr || known.committed_in >= status.term) continue;
    if (seen.node.raft->term_at(i) != known.committed->term)
      report(str("leader completeness: ", name_of(id), " leads term ", status.term, " without ",
                 describe(*known.committed), ", committed in term ", known.committed_in));
    return;
  }
}

void Invariants::check_in_force(SeenNode& seen, const NodeStatus& status, const Effects& effects) {
  if (effects.restore) check_members_at_commit(seen, status);
  if (!effects.persist) return;
  Index newest;
  for (const auto& entry : effects.persist->entries)
    if (entry->type == EntryType::configuration) newest = entry->index;
  const bool lost = effects.persist->truncate_from &&
                    status.configuration_index >= *effects.persist->truncate_from &&
                    status.configuration_index != newest;
  if (lost || status.configuration_index < newest)
    report(str("configuration safety: ", name_of(seen.node.id), " goes by the members of entry ",
               status.configuration_index, ", which is not the newest in its log"));
}

/// What all agree on: the newest configuration that is committed, seen from a node's commit index.
void Invariants::check_members_at_commit(const SeenNode& seen, const NodeStatus& status) {
  const auto after = committed_members_.upper_bound(status.commit);
  if (after == committed_members_.begin()) return;
  const EntryPtr& known = std::prev(after)->second;
  const Configuration members = seen.node.raft->configuration_at(status.commit);
  if (encode(members) != known->data)
    report(str("configuration safety: ", name_of(seen.node.id), " takes ",
               members.voters.empty() ? "nobody" : raft::describe(members), " for the members at ",
               status.commit, ", where ", describe(*known), " is committed"));
}

void Invariants::check_members(SeenNode& seen, const NodeStatus& status, const Effects& effects) {
  const NodeId id = seen.node.id;
  const bool leads = status.role == Role::leader;
  if (leads && status.configuration_index <= status.commit && !status.configuration->is_voter(id))
    report(str("configuration safety: ", name_of(id), " leads though it is no voter of members ",
               describe(*status.configuration), ", which is committed"));
  seen.members_before = seen.members;
  if (!effects.members_changed) return;
  const Configuration& before = *seen.members;
  const Configuration& after = *status.configuration;
  // A step in which it came to lead changes nothing but by way of its own no-op.
  const bool changed_by_it = leads && seen.role == Role::leader && seen.term == status.term;
  if (changed_by_it) {
    if (seen.members_at > status.commit)
      report(str("configuration safety: ", name_of(id), " makes a change at ",
                 status.configuration_index, " while the one at ", seen.members_at,
                 " is not committed"));
    if (seen.node.raft->term_at(status.commit) != status.term)
      report(str("configuration safety: ", name_of(id),
                 " makes a change before an entry of its term is committed"));
    const bool by_joint = after.is_joint() && after.outgoing == before.voters && !before.is_joint();
    const bool same_voters = after.voters == before.voters && !after.is_joint();
    if (!by_joint && !same_voters)
      report(str("configuration safety: ", name_of(id), " goes from members ", describe(before),
                 " to ", describe(after)));
  }
  seen.members_at = status.configuration_index;
  seen.members = status.configuration;
}

void Invariants::check_message(SeenNode& seen, const Message& message) {
  if (const auto* request = std::get_if<VoteRequest>(&message.body)) {
    if (!request->pre_vote) check_vote(seen, message.term, seen.node.id);
  } else if (const auto* response = std::get_if<VoteResponse>(&message.body)) {
    if (!response->pre_vote && response->granted) check_vote(seen, message.term, message.to);
  } else if (const auto* answer = std::get_if<AppendResponse>(&message.body)) {
    if (answer->success) check_acknowledged(seen, message.term, answer->match);
  } else if (const auto* installed = std::get_if<SnapshotResponse>(&message.body)) {
    if (installed->installed) check_acknowledged(seen, message.term, installed->index);
  }
}

void Invariants::check_vote(SeenNode& seen, Term term, NodeId vote) {
  const auto [known, is_new] = seen.votes.try_emplace(term, vote);
  if (known->second != vote)
    report(str("election safety: ", name_of(seen.node.id), " votes for ", name_of(vote),
               " in term ", term, ", after ", name_of(known->second)));
  if (seen.node.durable != nullptr && seen.node.durable->hard_state != HardState{term, vote})
    report(str("durability: ", name_of(seen.node.id), " sends its vote in term ", term,
               " before it is on its disk"));
}

void Invariants::check_acknowledged(const SeenNode& seen, Term term, Index index) {
  if (seen.node.durable == nullptr) return;
  const NodeId id = seen.node.id;
  if (seen.node.durable->hard_state.term < term)
    report(str("durability: ", name_of(id), " acknowledges in term ", term,
               " before the term is on its disk"));
  if (index == Index{0}) return;
  const auto ours = seen.node.raft->term_at(index);
  if (ours && !is_durable(*seen.node.durable, index, *ours))
    report(str("durability: ", name_of(id), " acknowledges ", index, "/", *ours,
               " before it is on its disk"));
}

void Invariants::check_restored(SeenNode& seen, const SnapshotMeta& snapshot) {
  if (snapshot.index <= seen.handed_out)
    report(str(name_of(seen.node.id), " goes back to snapshot ", snapshot.index));
  if (!is_forgotten(snapshot.index)) {
    const EntryPtr& known = place(snapshot.index).committed;
    if (known != nullptr && known->term != snapshot.term)
      report(str("state-machine safety: ", name_of(seen.node.id), " restores ", snapshot.index, "/",
                 snapshot.term, " where ", describe(*known), " is committed"));
  }
  seen.handed_out = snapshot.index;
}

void Invariants::check_committed(SeenNode& seen, const NodeStatus& status, const Effects& effects) {
  const NodeId id = seen.node.id;
  for (const auto& entry : effects.committed) {
    if (entry->index != seen.handed_out.next())
      report(str(name_of(id), " hands out entry ", entry->index, " after ", seen.handed_out));
    seen.handed_out = entry->index;
    if (is_forgotten(entry->index)) continue;
    Place& known = place(entry->index);
    if (known.committed == nullptr) {
      known.committed = entry;
      if (entry->type == EntryType::configuration) committed_members_[entry->index] = entry;
      known.committed_in = status.term;
      check_commit_is_durable(seen, *entry);
    } else if (!same(known.committed, entry)) {
      report(str("state-machine safety: ", name_of(id), " commits ", describe(*entry), " where ",
                 describe(*known.committed), " is committed"));
    }
    highest_commit_ = std::max(highest_commit_, entry->index);
  }
  forget_old();
}

/// By the members in force when it was counted: what a leader appends in the same step comes later.
void Invariants::check_commit_is_durable(const SeenNode& seen, const Entry& entry) {
  std::set<NodeId> copies;
  for (const auto& [id, each] : nodes_) {
    if (each.node.durable == nullptr) return;
    if (is_durable(*each.node.durable, entry.index, entry.term)) copies.insert(id);
  }
  if (!has_quorum(*seen.members_before, copies))
    report(str("durability: ", describe(entry), " is committed with ", copies.size(),
               " disks having it, of members ", raft::describe(*seen.members_before)));
}

void Invariants::asked(ReadId read) { read_floors_[read] = highest_commit_; }

void Invariants::check_reads(const SeenNode& seen, const NodeStatus& status,
                             const Effects& effects) {
  for (const auto& read : effects.reads) {
    const auto floor = read_floors_.find(read.id);
    if (floor != read_floors_.end() && read.index < floor->second)
      report(str("linearizable reads: ", name_of(seen.node.id), " answers r", read.id, " at ",
                 read.index, ", but ", floor->second, " was committed before it was asked"));
    if (read.index > status.applied)
      report(str(name_of(seen.node.id), " answers r", read.id, " at ", read.index,
                 " without having applied it"));
    read_floors_.erase(read.id);
  }
  for (const auto& read : effects.refused_reads) read_floors_.erase(read.id);
}

}  // namespace plumbline::raft::testing
