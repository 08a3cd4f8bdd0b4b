#include "nemesis/cluster.h"

#include "core/base/text.h"

namespace plumbline {

Status all_ok(const PerNode& results) {
  std::vector<std::string> failures;
  Error::Code code = Error::Code::failed;
  for (const auto& [node, status] : results) {
    if (status) continue;
    if (failures.empty()) code = status.error().code;
    failures.push_back(node + ": " + status.error().what);
  }
  if (failures.empty()) return {};
  return fail(code, join(failures, "; "));
}

namespace {

std::unexpected<Error> lacking(Ability ability) {
  return fail(Error::Code::unavailable,
              std::string("this target has no control of ") + to_string(ability));
}
PerNode lacking_on(const Nodes& nodes, Ability ability) {
  PerNode results;
  for (const NodeName& node : nodes) results[node] = lacking(ability);
  return results;
}

}  // namespace

const char* to_string(Ability ability) {
  switch (ability) {
    case Ability::packets:
      return "packets";
    case Ability::clocks:
      return "clocks";
    case Ability::disks:
      return "disks";
    case Ability::power:
      return "power";
    case Ability::membership:
      return "membership";
    case Ability::joint:
      return "joint changes of members";
    case Ability::transfer:
      return "transfer";
  }
  return "?";
}

Status Cluster::set_packets(const Packets&) { return lacking(Ability::packets); }
PerNode Cluster::set_clock(const Nodes& nodes, const ClockTrouble&) {
  return lacking_on(nodes, Ability::clocks);
}
PerNode Cluster::set_disk(const Nodes& nodes, DiskTrouble) {
  return lacking_on(nodes, Ability::disks);
}
PerNode Cluster::cut_power(const Nodes& nodes) { return lacking_on(nodes, Ability::power); }
PerNode Cluster::flip_bit(const Nodes& nodes) { return lacking_on(nodes, Ability::disks); }
Nodes Cluster::voters() { return nodes(); }
Status Cluster::remove_member(const NodeName&) { return lacking(Ability::membership); }
Status Cluster::remove_members(const Nodes&) { return lacking(Ability::joint); }
Status Cluster::add_member(const NodeName&) { return lacking(Ability::membership); }
Status Cluster::add_members(const Nodes&) { return lacking(Ability::joint); }
Status Cluster::add_learners(const Nodes&) { return lacking(Ability::joint); }
Status Cluster::transfer_leadership(const NodeName&) { return lacking(Ability::transfer); }

bool wait_until(Cluster& cluster, Nanos patience, const std::function<bool()>& done) {
  constexpr Nanos k_look_every = 10ms;
  for (Nanos waited{}; waited < patience; waited += k_look_every) {
    if (done()) return true;
    cluster.pass(k_look_every);
  }
  return done();
}

}  // namespace plumbline
