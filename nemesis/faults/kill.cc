/// Kill: SIGKILL to the system's process; healing starts it again on every node.
/// Catches: what was acknowledged but not on disk, recovery that skips or repeats entries.

#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

Result<Injection> inject_kill(Cluster& cluster, const std::string& selector, Rng& rng) {
  const std::optional<Nodes> nodes = select(selector, cluster, rng);
  if (!nodes) return Skipped{"no node is " + selector + " now"};
  TRY(all_ok(cluster.kill(*nodes)));
  return Installed{to_value(*nodes)};
}

Result<Value> heal_kill(Cluster& cluster) {
  TRY(all_ok(cluster.start(cluster.nodes())));
  return to_value(cluster.nodes());
}

Fault kill_fault(std::string name, std::string summary, std::vector<std::string> selectors) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "kill",
          .heal_order = 1,
          .specs = std::move(selectors),
          .inject = inject_kill,
          .heal = heal_kill};
}

}  // namespace

std::vector<Fault> kill_faults() {
  return {
      kill_fault("kill", "kills the process on some nodes, others each time", all_selectors()),
      kill_fault("kill-one", "kills the process on one random node", {"one"}),
      kill_fault("kill-minority", "kills it on a random minority", {"minority"}),
      kill_fault("kill-majority", "kills it on a random majority", {"majority"}),
      kill_fault("kill-all", "kills it on every node", {"all"}),
      kill_fault("kill-leader", "kills the leader's process", {"leader"}),
  };
}

}  // namespace plumbline
