/// Transfer: the leader is asked to hand over.
/// Catches: a lease that outlives it, proposals lost on the way, a leader that waits for ever for
/// one who cannot take over, a hand-over that arrives late.

#include <algorithm>

#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// Voters who run and do not lead.
Nodes followers(Cluster& cluster) {
  Nodes nodes = cluster.voters();
  const Nodes leaders = cluster.leaders();
  const Nodes down = cluster.down();
  std::erase_if(nodes, [&](const NodeName& node) {
    return std::ranges::find(leaders, node) != leaders.end() ||
           std::ranges::find(down, node) != down.end();
  });
  return nodes;
}

bool was_refused(const Status& asked) {
  return !asked && asked.error().code != Error::Code::transport;
}

Result<Injection> inject_transfer(Cluster& cluster, const std::string& spec, Rng& rng) {
  const Nodes candidates = followers(cluster);
  if (candidates.empty() || cluster.leaders().empty())
    return Skipped{"no node leads, or nobody could take over"};
  const NodeName to = rng.pick(candidates);
  // Stopped while it is asked, it lacks what is proposed meanwhile, and hears of its luck late.
  if (spec == "behind") TRY(all_ok(cluster.pause({to})));
  const Status asked = cluster.transfer_leadership(to);
  if (spec == "behind") TRY(all_ok(cluster.resume({to})));
  if (spec != "behind" && was_refused(asked)) return Skipped{asked.error().what};
  if (!asked && !was_refused(asked)) return std::unexpected(asked.error());
  return Installed{to_value({to})};
}

/// The leader hears the others late, and so learns late that another leads.
Result<Injection> inject_unheard(Cluster& cluster, const std::string& spec, Rng& rng) {
  const Nodes leaders = cluster.leaders();
  if (leaders.empty()) return Skipped{"no node leads"};
  constexpr std::int64_t k_least_ms = 200;
  constexpr std::int64_t k_most_ms = 400;
  const Nanos delay = 1ms * rng.between(k_least_ms, k_most_ms);
  TRY(cluster.set_packets({.delay = delay, .to = leaders.front()}));
  return inject_transfer(cluster, spec, rng);
}
Result<Value> heal_unheard(Cluster& cluster) {
  TRY(cluster.set_packets({}));
  return to_value(cluster.leaders());
}

/// What is done is done.
Result<Value> heal_transfer(Cluster& cluster) { return to_value(cluster.leaders()); }

Fault transfer_fault(std::string name, std::string summary, std::vector<std::string> specs) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "transfer",
          .heal_order = 3,
          .specs = std::move(specs),
          .needs = {Ability::transfer},
          .inject = inject_transfer,
          .heal = heal_transfer};
}

/// It changes the packets too: together with faults of that family either may end early.
Fault unheard(Fault fault) {
  fault.needs.insert(Ability::packets);
  fault.inject = inject_unheard;
  fault.heal = heal_unheard;
  return fault;
}

}  // namespace

std::vector<Fault> transfer_faults() {
  return {
      transfer_fault("transfer", "the leader hands over, to a voter that can or to one that cannot",
                     {"random", "behind"}),
      transfer_fault("transfer-behind", "the leader is to hand over to a node that is stopped",
                     {"behind"}),
      unheard(transfer_fault("transfer-unheard",
                             "the leader hands over, and hears late what others say", {"random"})),
  };
}

}  // namespace plumbline
