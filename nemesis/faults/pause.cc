/// Pause: SIGSTOP to the system's process; healing lets every process go on.
/// Catches: leases and read confirmations that outlive a pause, answers sent from an old term.

#include "core/base/text.h"
#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

Result<Injection> inject_pause(Cluster& cluster, const std::string& selector, Rng& rng) {
  const std::optional<Nodes> nodes = select(selector, cluster, rng);
  if (!nodes) return Skipped{"no node is " + selector + " now"};
  Nodes stopped;
  Status failure;
  for (const auto& [node, status] : cluster.pause(*nodes)) {
    if (status)
      stopped.push_back(node);
    else if (status.error().code != Error::Code::failed)
      failure = context(status.error(), node);
  }
  TRY(failure);
  // Another fault may have killed what this one was to stop.
  if (stopped.empty()) return Skipped{"no process runs on " + join(*nodes, ", ")};
  return Installed{to_value(stopped)};
}

/// A process that was killed while it was paused is gone, and to resume it is nothing to do.
Result<Value> heal_pause(Cluster& cluster) {
  TRY(all_ok(cluster.resume(cluster.nodes())));
  return to_value(cluster.nodes());
}

Fault pause_fault(std::string name, std::string summary, std::vector<std::string> selectors) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "pause",
          .heal_order = 0,
          .specs = std::move(selectors),
          .inject = inject_pause,
          .heal = heal_pause};
}

}  // namespace

std::vector<Fault> pause_faults() {
  return {
      pause_fault("pause", "stops the process on some nodes, others each time", all_selectors()),
      pause_fault("pause-one", "stops the process on one random node", {"one"}),
      pause_fault("pause-minority", "stops it on a random minority", {"minority"}),
      pause_fault("pause-majority", "stops it on a random majority", {"majority"}),
      pause_fault("pause-all", "stops it on every node", {"all"}),
      pause_fault("pause-leader", "stops the leader's process", {"leader"}),
  };
}

}  // namespace plumbline
