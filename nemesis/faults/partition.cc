/// Partition: cuts the network between nodes; clients still reach them all.
/// Catches: two leaders at once, stale reads on the cut-off side, lost suffixes when it comes back,
/// and what goes wrong in a node that is needed for a quorum as soon as it has caught up.

#include "core/base/text.h"
#include "nemesis/cuts.h"
#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

Cut choose_cut(Cluster& cluster, const std::string& shape, Rng& rng) {
  const Nodes& nodes = cluster.nodes();
  if (shape == "halves") return cut_halves(nodes, rng);
  if (shape == "one") return cut_one(nodes, rng);
  if (shape == "minority") return cut_minority(nodes, rng);
  if (shape == "ring") return cut_ring(nodes, rng);
  if (shape == "bridge") return cut_bridge(nodes, rng);
  if (shape == "one-way") return cut_one_way(nodes, rng);
  CHECK(shape == "leader", "an unknown shape reached partition: " + shape);
  const Nodes leaders = cluster.leaders();
  return leaders.empty() ? Cut{} : cut_off(nodes, rng.pick(leaders));
}

Result<Injection> inject_partition(Cluster& cluster, const std::string& shape, Rng& rng) {
  const Cut cut = choose_cut(cluster, shape, rng);
  if (cut.empty())
    return Skipped{shape == "leader" ? "no node leads" : "too few nodes for this shape"};
  TRY(cluster.set_cut(cut));
  return Installed{heard_sets(cluster.nodes(), cut)};
}

Result<Value> heal_partition(Cluster& cluster) {
  TRY(cluster.set_cut({}));
  return heard_sets(cluster.nodes(), {});
}

/// How many leaders a rolling cut takes, and how long each but the first leads at the longest.
constexpr int k_rounds = 4;
constexpr Nanos k_longest_turn = 2s;

/// The leader alone, then the next one at the moment when the one before comes back: who was cut
/// off must catch up at once, and is needed for every quorum. One that comes back may not know yet
/// that it was replaced, so after its turn it is asked again who leads.
Result<Injection> inject_rolling(Cluster& cluster, const std::string&, Rng& rng) {
  if (cluster.nodes().size() < 2) return Skipped{"one node has no links"};
  Nodes alone;
  Nodes candidates = cluster.nodes();
  for (int round = 0; round < k_rounds; ++round) {
    std::optional<NodeName> leader;
    const auto somebody_leads = [&] {
      return (leader = leader_among(cluster, candidates)).has_value();
    };
    if (round > 0 && wait_until(cluster, k_election_patience, somebody_leads))
      cluster.pass(k_longest_turn * rng.below(100) / 100);
    if (!wait_until(cluster, k_election_patience, somebody_leads)) break;
    TRY(cluster.set_cut(cut_off(cluster.nodes(), *leader)));
    alone.push_back(*leader);
    candidates = without(cluster.nodes(), {*leader});
  }
  if (alone.empty()) return Skipped{"no node leads"};
  return Installed{to_value(alone)};
}

/// How often a flapping link goes and comes back in one interval.
constexpr int k_flaps = 6;

Fault flapping(Fault fault) {
  fault.flaps = k_flaps;
  return fault;
}

Fault rolling(Fault fault) {
  fault.inject = inject_rolling;
  return fault;
}

Fault partition_fault(std::string name, std::string summary, std::vector<std::string> shapes) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "partition",
          .heal_order = 2,
          .specs = std::move(shapes),
          .inject = inject_partition,
          .heal = heal_partition};
}

}  // namespace

std::vector<Fault> partition_faults() {
  return {
      partition_fault("partition", "cuts the network, in another shape each time",
                      {"halves", "one", "minority", "ring", "bridge", "leader", "one-way"}),
      partition_fault("partition-halves", "a random half of the nodes against the rest",
                      {"halves"}),
      partition_fault("partition-one", "one random node alone", {"one"}),
      partition_fault("partition-minority", "a random minority against the rest", {"minority"}),
      partition_fault("partition-ring", "every node hears a majority, no two the same", {"ring"}),
      partition_fault("partition-bridge", "two halves that meet only through one node", {"bridge"}),
      partition_fault("partition-leader", "the leader alone", {"leader"}),
      partition_fault("partition-one-way", "one node stops hearing, or being heard by, a majority",
                      {"one-way"}),
      flapping(partition_fault("partition-flap", "links that go and come back, also one way only",
                               {"one-way", "one", "leader"})),
      rolling(partition_fault("partition-rolling",
                              "the leader alone, then the next one as that one comes back",
                              {"leader"})),
  };
}

}  // namespace plumbline
