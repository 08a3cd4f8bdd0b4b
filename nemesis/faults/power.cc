/// Power: it fails, and what was not synced is gone; healing starts the nodes again.
/// Catches: what was acknowledged, voted or snapshotted before it was durable, and recovery that
/// trusts what a crash left.

#include <algorithm>

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

/// Leadership is handed over, so that everybody has just voted, and the power fails on all but the
/// new leader before slow disks have the votes.
Result<Injection> inject_on_voters(Cluster& cluster, const std::string&, Rng& rng) {
  Nodes others = cluster.nodes();
  const Nodes leaders = cluster.leaders();
  std::erase_if(others, [&](const NodeName& node) {
    return std::ranges::find(leaders, node) != leaders.end();
  });
  if (leaders.empty() || others.empty()) return Skipped{"no node leads another"};
  const NodeName next = rng.pick(others);
  if (const Status moved = cluster.transfer_leadership(next); !moved)
    return Skipped{moved.error().what};
  Nodes voters = cluster.nodes();
  std::erase(voters, next);
  TRY(all_ok(cluster.cut_power(voters)));
  return Installed{to_value(voters)};
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

Fault on_voters(Fault fault) {
  fault.needs.insert(Ability::transfer);
  fault.inject = inject_on_voters;
  return fault;
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
      on_voters(
          power_fault("power-voters", "it fails on all who have just elected a leader", {"all"})),
  };
}

}  // namespace plumbline
