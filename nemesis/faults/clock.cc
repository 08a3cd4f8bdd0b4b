/// Clock: clocks of nodes that run too fast or too slow, or jump.
/// Catches: leases by the wall clock or without room for drift, sessions and timeouts that expire
/// at once or never.

#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// How far from the true rate steady clocks run: two of them differ by less than leases allow for
/// (a ninth; see node/raft/reads.cc).
constexpr double k_largest_drift = 0.05;
/// Wall clocks jump up to this far, forth and back: past every lease, and past a session's life.
constexpr Nanos k_farthest_jump = 2h;

/// Short and long jumps alike: the exponent is drawn, not the length.
Nanos draw_jump(Rng& rng) {
  const auto halvings = static_cast<Nanos::rep>(std::uint64_t{1} << rng.below(20));
  const Nanos jump = k_farthest_jump / halvings;
  return rng.chance(0.5) ? jump : -jump;
}

Result<Injection> inject_clock(Cluster& cluster, const std::string& spec, Rng& rng) {
  const std::string selector = rng.chance(0.5) ? "one" : "all";
  const Nodes nodes = select(selector, cluster, rng).value_or(Nodes{});
  if (nodes.empty()) return Skipped{"there are no nodes"};
  for (const NodeName& node : nodes) {
    ClockTrouble trouble;
    if (spec == "drift") trouble.rate = 1 + k_largest_drift * (2 * rng.unit() - 1);
    if (spec == "jump") trouble.jump = draw_jump(rng);
    TRY(all_ok(cluster.set_clock({node}, trouble)));
  }
  return Installed{to_value(nodes)};
}

Result<Value> heal_clock(Cluster& cluster) {
  TRY(all_ok(cluster.set_clock(cluster.nodes(), {})));
  return to_value(cluster.nodes());
}

Fault clock_fault(std::string name, std::string summary, std::vector<std::string> specs) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "clock",
          .heal_order = 2,
          .specs = std::move(specs),
          .needs = {Ability::clocks},
          .inject = inject_clock,
          .heal = heal_clock};
}

}  // namespace

std::vector<Fault> clock_faults() {
  return {
      clock_fault("clock", "clocks drift or jump, on one node or on all", {"drift", "jump"}),
      clock_fault("clock-drift", "clocks run a little too fast or too slow", {"drift"}),
      clock_fault("clock-jump", "wall clocks jump, by milliseconds or by hours", {"jump"}),
  };
}

}  // namespace plumbline
