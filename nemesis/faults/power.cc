/// Power: it fails, and what was not synced is gone; healing starts the nodes again.
/// Catches: what was acknowledged, voted or snapshotted before it was durable, and recovery that
/// trusts what a crash left.

#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

Result<Injection> inject_power(Cluster& cluster, const std::string& selector, Rng& rng) {
  const std::optional<Nodes> nodes = select(selector, cluster, rng);
  if (!nodes) return Skipped{"no node is " + selector + " now"};
  TRY(all_ok(cluster.cut_power(*nodes)));
  return Installed{to_value(*nodes)};
}

Result<Value> heal_power(Cluster& cluster) {
  TRY(all_ok(cluster.start(cluster.nodes())));
  return to_value(cluster.nodes());
}

Fault power_fault(std::string name, std::string summary, std::vector<std::string> selectors) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "power",
          .heal_order = 1,
          .specs = std::move(selectors),
          .needs = {Ability::power},
          .inject = inject_power,
          .heal = heal_power};
}

}  // namespace

std::vector<Fault> power_faults() {
  return {
      power_fault("power", "the power fails on some nodes, others each time", all_selectors()),
      power_fault("power-one", "it fails on one random node", {"one"}),
      power_fault("power-minority", "it fails on a random minority", {"minority"}),
      power_fault("power-majority", "it fails on a random majority", {"majority"}),
      power_fault("power-all", "it fails on every node", {"all"}),
      power_fault("power-leader", "it fails on the leader", {"leader"}),
  };
}

}  // namespace plumbline
