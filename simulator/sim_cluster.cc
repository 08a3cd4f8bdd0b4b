#include "simulator/sim_cluster.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"

namespace plumbline::simulator {
namespace {

// Slower than this is a clock that stands still.
constexpr std::int64_t k_slowest_rate = NodeClock::k_true_rate / 100;

std::int64_t rate_in_ppm(std::int64_t own, double factor) {
  const std::int64_t ppm = std::llround(factor * static_cast<double>(NodeClock::k_true_rate));
  return std::max<std::int64_t>(own + ppm - NodeClock::k_true_rate, k_slowest_rate);
}

Status not_running() { return fail(Error::Code::failed, "does not run"); }

}  // namespace

SimCluster::SimCluster(World& world, Turn turn)
    : world_(world), turn_(std::move(turn)), me_(world.introduce(*this)) {
  for (const auto& node : world.nodes()) names_.push_back(node->name());
}

SimNode* SimCluster::find(const NodeName& name) {
  for (const auto& node : world_.nodes())
    if (node->name() == name) return node.get();
  return nullptr;
}

PerNode SimCluster::each(const Nodes& nodes, const std::function<Status(SimNode&)>& act) {
  PerNode results;
  for (const NodeName& name : nodes) {
    SimNode* const node = find(name);
    results[name] =
        node == nullptr ? fail(Error::Code::invalid, "there is no such node") : act(*node);
  }
  return results;
}

// ---- Network, packets, clocks -------------------------------------------------------------------

Status SimCluster::set_cut(const Cut& cut) {
  for (const auto& [deaf, unheard] : cut) {
    if (find(deaf) == nullptr) return fail(Error::Code::invalid, "there is no node " + deaf);
    for (const NodeName& peer : unheard)
      if (find(peer) == nullptr) return fail(Error::Code::invalid, "there is no node " + peer);
  }
  world_.network().clear_cut();
  for (const auto& [deaf, unheard] : cut)
    for (const NodeName& peer : unheard)
      world_.network().cut(find(peer)->place(), find(deaf)->place());
  return {};
}

Status SimCluster::set_packets(const Packets& packets) {
  SimNode* const to = packets.to.empty() ? nullptr : find(packets.to);
  if (!packets.to.empty() && to == nullptr)
    return fail(Error::Code::invalid, "there is no node " + packets.to);
  world_.network().set_packets(packets, to == nullptr ? 0 : to->place());
  return {};
}

PerNode SimCluster::set_clock(const Nodes& nodes, const ClockTrouble& trouble) {
  return each(nodes, [&](SimNode& node) -> Status {
    node.clock().set_rate(world_.now(), rate_in_ppm(node.own_rate(), trouble.rate));
    node.clock().jump_wall(trouble.jump);
    node.clock_changed();
    return {};
  });
}

// ---- Processes, disks, power --------------------------------------------------------------------

PerNode SimCluster::kill(const Nodes& nodes) {
  return each(nodes, [](SimNode& node) -> Status {
    node.kill();
    return {};
  });
}

PerNode SimCluster::start(const Nodes& nodes) {
  return each(nodes, [](SimNode& node) -> Status {
    if (!node.has_process()) node.start();
    if (node.has_process() || !node.is_member() || node.disk().excuses_death()) return {};
    return fail(Error::Code::failed, "does not start");
  });
}

PerNode SimCluster::pause(const Nodes& nodes) {
  return each(nodes, [](SimNode& node) -> Status {
    if (!node.has_process()) return not_running();
    node.pause();
    return {};
  });
}

PerNode SimCluster::resume(const Nodes& nodes) {
  return each(nodes, [](SimNode& node) -> Status {
    node.resume();
    return {};
  });
}

PerNode SimCluster::set_disk(const Nodes& nodes, DiskTrouble trouble) {
  return each(nodes, [trouble](SimNode& node) -> Status {
    node.disk().set_trouble(trouble);
    return {};
  });
}

PerNode SimCluster::cut_power(const Nodes& nodes) {
  PerNode done = each(nodes, [](SimNode& node) -> Status {
    node.cut_power();
    return {};
  });
  if (down().size() == names_.size() && nodes.size() == names_.size())
    world_.watch().reached(State::power_failed_everywhere);
  return done;
}

PerNode SimCluster::flip_bit(const Nodes& nodes) {
  return each(nodes, [this](SimNode& node) -> Status {
    if (node.has_process()) return fail(Error::Code::failed, "is running");
    const auto flipped = std::ranges::count_if(
        world_.nodes(), [](const auto& each) { return each->disk().is_flipped(); });
    if (!node.disk().is_flipped() && static_cast<std::size_t>(flipped) >= (names_.size() - 1) / 2)
      return fail(Error::Code::unavailable, "a minority of the disks is damaged already");
    return node.disk().flip_bit(world_.setup().weather.segment_bytes);
  });
}

Nodes SimCluster::down() {
  Nodes down;
  for (const auto& node : world_.nodes())
    if (!node->has_process()) down.push_back(node->name());
  return down;
}

Nodes SimCluster::leaders() {
  Nodes leaders;
  for (const auto& node : world_.nodes())
    if (node->answers() && node->leads()) leaders.push_back(node->name());
  return leaders;
}

std::set<Ability> SimCluster::abilities() const {
  return {Ability::packets,    Ability::clocks, Ability::disks,   Ability::power,
          Ability::membership, Ability::joint,  Ability::transfer};
}

void SimCluster::pass(Nanos time) {
  wait(world_.now() + time, [] { return false; });
}

bool SimCluster::wait(Nanos deadline, const std::function<bool()>& done) {
  while (!done()) {
    if (world_.now() >= deadline) return false;
    turn_(deadline);
  }
  return true;
}

Status SimCluster::heal_and_verify() {
  TRY(set_cut({}));
  TRY(set_packets({}));
  TRY(all_ok(set_clock(names_, {})));
  TRY(all_ok(set_disk(names_, DiskTrouble::none)));
  TRY(all_ok(resume(names_)));
  TRY(all_ok(start(names_)));
  for (const auto& node : world_.nodes()) TRY(readmit(*node));
  return {};
}

}  // namespace plumbline::simulator
