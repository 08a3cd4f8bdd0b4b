/// Bit flip: a bit of one stopped node's data changes. It is the same node for the whole run, so
/// that never more than one copy of anything is damaged, and only while the others are enough. A
/// node that refuses to start from it is replaced: taken out and added again, with an empty disk.
/// Catches: checksums that nobody compares, damage that is taken for the end of the log, and a node
/// that votes with less than it had.

#include <algorithm>

#include "nemesis/faults/faults.h"
#include "nemesis/members.h"
#include "nemesis/quorum.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

/// Whichever: it must only be the same one always.
NodeName damaged_node(Cluster& cluster) { return cluster.nodes().back(); }

bool is_down(Cluster& cluster, const NodeName& node) {
  const Nodes down = cluster.down();
  return std::ranges::find(down, node) != down.end();
}

Result<Injection> inject_bit_flip(Cluster& cluster, const std::string&, Rng&) {
  const NodeName node = damaged_node(cluster);
  const Nodes voters = cluster.voters();
  if (std::ranges::find(voters, node) == voters.end())
    return Skipped{node + " is no voter as far as anybody knows"};
  if (!can_do_without(node, voters, {node}))
    return Skipped{"the other voters could not go on without " + node};
  TRY(all_ok(cluster.kill({node})));
  TRY(all_ok(cluster.flip_bit({node})));
  return Installed{to_value({node})};
}

Result<Value> heal_bit_flip(Cluster& cluster) {
  const NodeName node = damaged_node(cluster);
  TRY(all_ok(cluster.start({node})));
  if (is_down(cluster, node)) {
    const Status removed = cluster.remove_member(node);
    if (!removed && !is_for_later(removed.error())) return context(removed.error(), node);
  }
  return bring_back_members(cluster);
}

}  // namespace

std::vector<Fault> bit_flip_faults() {
  return {{.name = "bit-flip",
           .summary = "a bit changes on the disk of one node, always the same one",
           .family = "bit-flip",
           .heal_order = 3,  // it may take a leader to heal
           .specs = {"one"},
           .needs = {Ability::disks, Ability::membership},
           .inject = inject_bit_flip,
           .heal = heal_bit_flip}};
}

}  // namespace plumbline
