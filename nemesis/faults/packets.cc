/// Packets: links that delay, lose, repeat or reorder what they carry.
/// Catches: late and repeated messages that are taken for new ones, answers that are counted twice,
/// and whoever gives up for good after a loss. One way only: a node that is heard at once and hears
/// late trusts old answers, and does not know that another leads.

#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// Each is drawn between half and the whole of these. Delays stay below an election timeout, and
/// losses below what makes every round fail: the system can still work, under protest.
constexpr Nanos k_delay = 100ms;
constexpr Nanos k_jitter = 200ms;
constexpr double k_loss = 0.3;
constexpr double k_duplicate = 0.5;
/// One way to one node it may be more: the others do not need that way.
constexpr Nanos k_one_way_delay = 400ms;

/// Half to the whole.
double draw_strength(Rng& rng) { return 0.5 + rng.unit() / 2; }
Nanos share_of(Nanos whole, double share) {
  return Nanos(static_cast<Nanos::rep>(static_cast<double>(whole.count()) * share));
}

Packets draw_packets(const std::string& spec, Rng& rng) {
  const double strength = draw_strength(rng);
  if (spec == "delay")
    return {.delay = share_of(k_delay, strength), .jitter = share_of(k_delay, strength)};
  if (spec == "loss") return {.loss = k_loss * strength};
  if (spec == "duplicate")
    return {.jitter = share_of(k_delay, strength), .duplicate = k_duplicate * strength};
  if (spec == "reorder") return {.jitter = share_of(k_jitter, strength)};
  CHECK(spec == "flaky", "an unknown trouble reached packets: " + spec);
  return {.delay = share_of(k_delay, strength) / 2,
          .jitter = share_of(k_jitter, strength),
          .loss = k_loss * strength / 2,
          .duplicate = k_duplicate * strength / 2};
}

Result<Injection> inject_packets(Cluster& cluster, const std::string& spec, Rng& rng) {
  if (cluster.nodes().size() < 2) return Skipped{"one node has no links"};
  TRY(cluster.set_packets(draw_packets(spec, rng)));
  return Installed{Value::list(spec)};
}

/// What is sent to one node comes late; what it sends does not. `selector`: leader or one.
Result<Injection> inject_one_way(Cluster& cluster, const std::string& selector, Rng& rng) {
  if (cluster.nodes().size() < 2) return Skipped{"one node has no links"};
  const std::optional<Nodes> chosen = select(selector, cluster, rng);
  if (!chosen) return Skipped{"no node is " + selector + " now"};
  const Nanos delay = share_of(k_one_way_delay, draw_strength(rng));
  TRY(cluster.set_packets({.delay = delay, .to = chosen->front()}));
  return Installed{to_value(*chosen)};
}

Result<Value> heal_packets(Cluster& cluster) {
  TRY(cluster.set_packets({}));
  return Value(Value::List{});
}

Fault packets_fault(std::string name, std::string summary, std::vector<std::string> specs) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "packets",
          .heal_order = 2,
          .specs = std::move(specs),
          .needs = {Ability::packets},
          .inject = inject_packets,
          .heal = heal_packets};
}

Fault one_way(Fault fault) {
  fault.inject = inject_one_way;
  return fault;
}

}  // namespace

std::vector<Fault> packets_faults() {
  return {
      packets_fault("packets", "bad links between all nodes, in another way each time",
                    {"delay", "loss", "duplicate", "reorder", "flaky"}),
      packets_fault("packets-delay", "all packets come late", {"delay"}),
      packets_fault("packets-loss", "some packets are lost", {"loss"}),
      packets_fault("packets-duplicate", "some packets come twice", {"duplicate"}),
      packets_fault("packets-reorder", "packets overtake each other", {"reorder"}),
      packets_fault("packets-flaky", "a little of all that", {"flaky"}),
      one_way(packets_fault("packets-one-way", "what is sent to one node comes late",
                            {"leader", "one"})),
  };
}

}  // namespace plumbline
