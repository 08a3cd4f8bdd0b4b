#pragma once
/// Selectors: which nodes a fault acts on, by role rather than by name; and who leads.

#include <optional>

#include "core/base/rng.h"
#include "core/history/value.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// "one", "minority", "majority", "all", "leader": everything that select() understands.
const std::vector<std::string>& all_selectors();

/// The nodes meant by `selector` now: random ones of the right number, in the order of the cluster.
/// "minority" and "majority" have a random size within their meaning. "leader" asks the cluster,
/// and picks one of several. Gives: nothing if there is no such node now (nobody leads; a minority
/// of two nodes). Requires: `selector` is one of all_selectors().
std::optional<Nodes> select(const std::string& selector, Cluster& cluster, Rng& rng);

/// Those of `nodes` that are none of `others`, in their order.
Nodes without(Nodes nodes, const Nodes& others);

/// The first of those who lead now that is one of `candidates`; nothing if none is.
std::optional<NodeName> leader_among(Cluster& cluster, const Nodes& candidates);

/// How long a fault waits for who leads: a few election timeouts.
inline constexpr Nanos k_election_patience = 8s;

/// ["n1", "n3"], as it is written into histories.
Value to_value(const Nodes& nodes);

}  // namespace plumbline
