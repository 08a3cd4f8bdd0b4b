/// Contested vote: two halves that meet only through one voter ask it for its vote in the same
/// term. It was away and lacks what they have, so it cannot win itself and finds either fit to
/// lead; and it hears them late, so that between one's request and the other's it may think of an
/// election of its own, or hear that somebody leads. After that it hears both well: whoever
/// believes to lead, leads, until the fault is healed.
/// Catches: a vote that is given twice in one term, because it was forgotten, taken back, or sent
/// before it was safe.

#include "nemesis/cuts.h"
#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// So long the halves write what the voter lacks.
constexpr Nanos k_absence = 100ms;
/// How late the voter hears the halves, each message another time. For election timeouts that begin
/// at tens of milliseconds: with them both halves' elections come close together.
constexpr std::int64_t k_least_delay_ms = 100;
constexpr std::int64_t k_most_delay_ms = 150;
constexpr Nanos k_voter_jitter = 200ms;
/// So long after the first of them one of the other half may come to lead too; and so long then
/// both do.
constexpr Nanos k_second_election = 400ms;
constexpr Nanos k_both_lead = 500ms;

Result<Injection> inject_contested_vote(Cluster& cluster, const std::string&, Rng& rng) {
  const Nodes& nodes = cluster.nodes();
  const Nodes leaders = cluster.leaders();
  if (leaders.empty() || nodes.size() < 3) return Skipped{"no node leads two others"};
  if (nodes.size() % 2 == 0) return Skipped{"half of an even number of nodes is no majority"};
  const NodeName voter = rng.pick(leaders);
  Nodes others = without(nodes, {voter});
  TRY(cluster.set_cut(cut_off(nodes, voter)));
  const auto one_leads = [&] { return leader_among(cluster, others).has_value(); };
  if (!wait_until(cluster, k_election_patience, one_leads)) return Installed{to_value({voter})};
  cluster.pass(k_absence);

  rng.shuffle(others);
  const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
  const Nodes left(others.begin(), middle), right(middle, others.end());
  TRY(cluster.set_packets({.delay = 1ms * rng.between(k_least_delay_ms, k_most_delay_ms),
                           .jitter = k_voter_jitter,
                           .to = voter}));
  TRY(all_ok(cluster.kill(others)));
  TRY(cluster.set_cut(complete_cut({left, right})));
  TRY(all_ok(cluster.start(others)));
  const bool both = wait_until(cluster, k_election_patience, one_leads) &&
                    wait_until(cluster, k_second_election, [&] {
                      return leader_among(cluster, left) && leader_among(cluster, right);
                    });
  TRY(cluster.set_packets({}));
  if (both) cluster.pass(k_both_lead);
  return Installed{to_value({voter})};
}

Result<Value> heal_contested_vote(Cluster& cluster) {
  TRY(cluster.set_packets({}));
  TRY(cluster.set_cut({}));
  TRY(all_ok(cluster.start(cluster.nodes())));
  return to_value(cluster.nodes());
}

}  // namespace

std::vector<Fault> contested_vote_faults() {
  return {{.name = "contested-vote",
           .summary = "two halves ask a voter that was away for its vote, and it hears them late",
           // It also changes the packets and who runs: together with such faults either may end
           // early.
           .family = "partition",
           .heal_order = 2,
           .specs = {"leader"},
           .needs = {Ability::packets},
           .inject = inject_contested_vote,
           .heal = heal_contested_vote}};
}

}  // namespace plumbline
