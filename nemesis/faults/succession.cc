/// Succession: leaders fall one after the other, each at the worst moment (figure 8 of the Raft
/// paper; figure 3.7 of the dissertation). The first keeps what it could not commit, with few
/// others. The second wins and is left alone with the first entry of its term. Then the first ones
/// lead everybody but the second, copy what they had kept, and are cut off again, to whom the
/// second does not belong.
/// Catches: entries of earlier terms that are committed by counting copies, a new leader that
/// trusts more than its own term, logs that are not compared when a leader returns.

#include "nemesis/cuts.h"
#include "nemesis/faults/faults.h"
#include "nemesis/quorum.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// Up to this long the first ones copy what they had kept: from nothing to a good part of it.
constexpr Nanos k_longest_reign = 2s;

Result<Injection> inject_succession(Cluster& cluster, const std::string&, Rng& rng) {
  const Nodes& nodes = cluster.nodes();
  const Nodes leaders = cluster.leaders();
  if (leaders.empty() || nodes.size() < 3) return Skipped{"no node leads two others"};
  Nodes first = {rng.pick(leaders)};
  Nodes rest = without(nodes, first);
  rng.shuffle(rest);
  while (first.size() + 1 < majority_of(nodes.size())) {
    first.push_back(rest.back());
    rest.pop_back();
  }
  TRY(cluster.set_cut(complete_cut({first, rest})));
  std::optional<NodeName> second;
  if (!wait_until(cluster, k_election_patience,
                  [&] { return (second = leader_among(cluster, rest)).has_value(); }))
    return Installed{to_value(first)};

  // Who voted for it loses what it sends them first: that is still on its way.
  const Nodes voted = without(rest, {*second});
  TRY(all_ok(cluster.kill(voted)));
  TRY(cluster.set_cut(cut_off(nodes, *second)));
  TRY(all_ok(cluster.start(voted)));
  // The first leader may not know yet that it was replaced.
  const auto third_leads = [&] {
    return leader_among(cluster, without(nodes, {*second})).has_value();
  };
  if (wait_until(cluster, k_election_patience, [&] { return !third_leads(); }) &&
      wait_until(cluster, k_election_patience, third_leads))
    cluster.pass(k_longest_reign * rng.below(100) / 100);

  TRY(cluster.set_cut(complete_cut({first, rest})));
  wait_until(cluster, k_election_patience, [&] { return leader_among(cluster, rest).has_value(); });
  return Installed{to_value({first.front(), *second})};
}

Result<Value> heal_succession(Cluster& cluster) {
  TRY(cluster.set_cut({}));
  TRY(all_ok(cluster.start(cluster.nodes())));
  return to_value(cluster.nodes());
}

}  // namespace

std::vector<Fault> succession_faults() {
  return {{.name = "succession",
           .summary = "leaders fall one after the other, as in figure 8 of the Raft paper",
           .family = "partition",  // it changes the cut: together with those either may end early
           .heal_order = 2,
           .specs = {"leader"},
           .inject = inject_succession,
           .heal = heal_succession}};
}

}  // namespace plumbline
