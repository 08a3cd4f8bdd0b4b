/// Membership: a voter is taken out of the cluster, and added again when it is healed, with an
/// empty disk. Replace does both at once.
/// Catches: two majorities that do not meet, a removed node that still counts or disturbs, a new
/// one that votes before it knows anything, a configuration lost in a snapshot or a truncation.

#include <algorithm>

#include "nemesis/faults/faults.h"
#include "nemesis/members.h"
#include "nemesis/quorum.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

enum class Care : std::uint8_t { safe, unsafe };

/// The voter that `spec` means and that may go; or why there is none.
std::variant<NodeName, Skipped> choose(Cluster& cluster, const std::string& spec, Care care,
                                       Rng& rng) {
  const Nodes voters = cluster.voters();
  if (voters.empty()) return Skipped{"nobody knows who votes"};
  if (voters.size() == 1) return Skipped{"the last voter stays"};
  const Nodes candidates = spec == "leader" ? cluster.leaders() : voters;
  if (candidates.empty()) return Skipped{"no node leads"};
  NodeName node = rng.pick(candidates);
  if (std::ranges::find(voters, node) == voters.end()) return Skipped{node + " is no voter"};
  if (care == Care::safe && !can_do_without(node, voters, cluster.down()))
    return Skipped{"without " + node + " too few voters are up"};
  return node;
}

Result<Injection> remove_one(Cluster& cluster, const std::string& spec, Care care, Rng& rng) {
  const auto chosen = choose(cluster, spec, care, rng);
  if (const auto* skipped = std::get_if<Skipped>(&chosen)) return *skipped;
  const auto& node = std::get<NodeName>(chosen);
  const Status removed = cluster.remove_member(node);
  // It may still come about: it was asked for.
  if (!removed && removed.error().code != Error::Code::timeout)
    return is_for_later(removed.error()) ? Result<Injection>(Skipped{removed.error().what})
                                         : context(removed.error(), node);
  return Installed{to_value({node})};
}

Result<Injection> inject_membership(Cluster& cluster, const std::string& spec, Rng& rng) {
  return remove_one(cluster, spec, Care::safe, rng);
}
Result<Injection> inject_unsafe(Cluster& cluster, const std::string& spec, Rng& rng) {
  return remove_one(cluster, spec, Care::unsafe, rng);
}
/// The second as soon as the cluster took the first for done, or the operator lost patience. Not
/// while a node is down: if that one's disk is damaged, two changes may wait for it for ever.
Result<Injection> inject_two(Cluster& cluster, const std::string& spec, Rng& rng) {
  auto first = remove_one(cluster, spec, Care::safe, rng);
  if (first && std::holds_alternative<Installed>(*first) && cluster.down().empty())
    TRY(remove_one(cluster, spec, Care::unsafe, rng));
  return first;
}
/// In one change, whoever is up. Not while a node is down: if its disk is damaged, and it stays,
/// the change may wait for it for ever.
Result<Injection> vote_out(Cluster& cluster, Nodes leaving) {
  if (!cluster.down().empty()) return Skipped{"a node is down"};
  const Status removed = cluster.remove_members(leaving);
  // It may still come about: it was asked for.
  if (!removed && removed.error().code != Error::Code::timeout)
    return is_for_later(removed.error()) ? Result<Injection>(Skipped{removed.error().what})
                                         : std::unexpected(removed.error());
  return Installed{to_value(leaving)};
}
Result<Injection> inject_shrink(Cluster& cluster, const std::string&, Rng& rng) {
  Nodes leaving = cluster.voters();
  if (leaving.size() < 3) return Skipped{"too few nodes vote"};
  rng.shuffle(leaving);
  leaving.resize(2 + rng.below(leaving.size() - 2));
  return vote_out(cluster, std::move(leaving));
}
Result<Injection> inject_linger(Cluster& cluster, const std::string& spec, Rng& rng) {
  const auto chosen = choose(cluster, spec, Care::unsafe, rng);
  if (const auto* skipped = std::get_if<Skipped>(&chosen)) return *skipped;
  return vote_out(cluster, {std::get<NodeName>(chosen)});
}
Result<Injection> inject_replace(Cluster& cluster, const std::string& spec, Rng& rng) {
  auto removed = remove_one(cluster, spec, Care::safe, rng);
  if (removed && std::holds_alternative<Installed>(*removed)) TRY(bring_back_members(cluster));
  return removed;
}

Fault membership_fault(std::string name, std::string summary, std::vector<std::string> specs,
                       Result<Injection> (*inject)(Cluster&, const std::string&, Rng&)) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "membership",
          .heal_order = 3,
          .specs = std::move(specs),
          .needs = {Ability::membership},
          .inject = inject,
          .heal = bring_back_members};
}

/// Those who are out come back in one change; until then their processes go on.
Fault at_once(Fault fault) {
  fault.needs.insert(Ability::joint);
  fault.heal = bring_back_together;
  return fault;
}

}  // namespace

std::vector<Fault> membership_faults() {
  return {
      membership_fault("membership", "takes a voter out, and adds it again",
                       {"one", "one", "leader"}, inject_membership),
      membership_fault("membership-leader", "takes the leader out, and adds it again", {"leader"},
                       inject_membership),
      membership_fault("membership-unsafe", "takes a voter out even if too few are up for it",
                       {"one", "leader"}, inject_unsafe),
      membership_fault("membership-two", "takes out a voter, and at once another", {"one"},
                       inject_two),
      membership_fault("replace", "takes a voter out and adds it again at once, with no data",
                       {"one", "leader"}, inject_replace),
      at_once(membership_fault("membership-shrink", "takes several voters out in one change",
                               {"some"}, inject_shrink)),
      at_once(membership_fault("membership-linger", "takes a voter out whose process nobody stops",
                               {"one"}, inject_linger)),
  };
}

}  // namespace plumbline
