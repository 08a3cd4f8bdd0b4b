/// Torn members: who is a member changes, or is about to, while the network is cut.
/// Catches: two leaders with members of their own, of which each has a majority; learners that
/// count.

#include <algorithm>

#include "nemesis/cuts.h"
#include "nemesis/faults/faults.h"
#include "nemesis/members.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// Fails: as the removal, unless it may still come about.
Status take_out(Cluster& cluster, const NodeName& node) {
  const Status removed = cluster.remove_members({node});
  return removed || is_for_later(removed.error()) ? Status{} : removed;
}

/// The leader is cut off and asked to take somebody out, and whoever comes after it to take out the
/// one that is cut off: an operator who forgets that a change which was given up may still come
/// about. Then the cut moves. Of those who made the new leader some never hear from it, since they
/// are killed while its first messages are on their way; they go with the old one and its change.
/// So each leader has half of the nodes, which is a majority of what it takes for the members.
Result<Injection> inject_torn(Cluster& cluster, const std::string&, Rng& rng) {
  const Nodes leaders = cluster.leaders();
  if (leaders.empty() || cluster.nodes().size() < 3) return Skipped{"no node leads two others"};
  if (!cluster.down().empty()) return Skipped{"a node is down"};  // as for other changes
  const NodeName& old = rng.pick(leaders);
  Nodes others = without(cluster.nodes(), {old});
  rng.shuffle(others);
  const NodeName leaving = others.back();
  TRY(cluster.set_cut(cut_off(cluster.nodes(), old)));
  TRY(take_out(cluster, leaving));
  std::optional<NodeName> next;
  if (wait_until(cluster, k_election_patience,
                 [&] { return (next = leader_among(cluster, others)).has_value(); }))
    TRY(take_out(cluster, old));
  // Last are those who cannot go with the old leader, or whom its change takes out.
  std::ranges::stable_partition(others, [&](const NodeName& node) { return node != next; });
  const auto half = others.begin() + static_cast<std::ptrdiff_t>(cluster.nodes().size() / 2 - 1);
  const Nodes torn_away(others.begin(), half);
  const Nodes with_next(half, others.end());
  Nodes with_old = torn_away;
  with_old.push_back(old);
  if (next) TRY(all_ok(cluster.kill(torn_away)));
  TRY(cluster.set_cut(complete_cut({with_old, with_next})));
  if (next) TRY(all_ok(cluster.start(torn_away)));
  return Installed{to_value({leaving, old})};
}

/// As many as there can be for the others to be a majority that elects: they learn, and are with
/// the leader when the cut comes, so that it has a majority only if learners count.
Result<Injection> inject_learners(Cluster& cluster, const std::string&, Rng& rng) {
  const Nodes& nodes = cluster.nodes();
  const Nodes leaders = cluster.leaders();
  if (leaders.empty() || nodes.size() < 4) return Skipped{"no node leads three others"};
  if (!cluster.down().empty()) return Skipped{"a node is down"};
  const NodeName& leader = rng.pick(leaders);
  Nodes others = nodes;
  std::erase(others, leader);
  rng.shuffle(others);
  const Nodes learners(others.begin() + static_cast<std::ptrdiff_t>(nodes.size() / 2),
                       others.end());
  others.resize(nodes.size() / 2);
  Status learning = cluster.remove_members(learners);
  if (learning) learning = cluster.add_learners(learners);
  if (!learning && !is_for_later(learning.error())) return std::unexpected(learning.error());
  Nodes with_leader = learners;
  with_leader.push_back(leader);
  TRY(cluster.set_cut(complete_cut({with_leader, others})));
  return Installed{to_value(learners)};
}

Result<Value> mend(Cluster& cluster) {
  TRY(cluster.set_cut({}));
  TRY(all_ok(cluster.start(cluster.nodes())));
  return bring_back_together(cluster);
}

/// It changes the cut too: together with faults of that family either may end early.
Fault torn_fault(std::string name, std::string summary,
                 Result<Injection> (*inject)(Cluster&, const std::string&, Rng&)) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "membership",
          .heal_order = 3,
          .specs = {"leader"},
          .needs = {Ability::membership, Ability::joint},
          .inject = inject,
          .heal = mend};
}

}  // namespace

std::vector<Fault> torn_member_faults() {
  return {
      torn_fault("membership-torn",
                 "one out by a leader that is cut off, that one by the next, and the cut moves",
                 inject_torn),
      torn_fault("membership-learners",
                 "a minority comes in anew as learners, alone with the leader", inject_learners),
  };
}

}  // namespace plumbline
