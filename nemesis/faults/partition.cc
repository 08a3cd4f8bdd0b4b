/// Partition: cuts the network between nodes; clients still reach them all.
/// Catches: two leaders at once, stale reads on the cut-off side, lost suffixes when it comes back.

#include "core/base/text.h"
#include "nemesis/cuts.h"
#include "nemesis/faults/faults.h"

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

/// How often a flapping link goes and comes back in one interval.
constexpr int k_flaps = 6;

Fault flapping(Fault fault) {
  fault.flaps = k_flaps;
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
  };
}

}  // namespace plumbline
