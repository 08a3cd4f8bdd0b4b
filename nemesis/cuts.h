#pragma once
/// The shapes a partition can have: pure functions from nodes and choices to a Cut. A node *hears*
/// itself and every peer that it does not drop. Majority means more than half of all nodes.
/// Gives: an empty Cut where there are too few nodes for the shape.
/// Source: jepsen.nemesis (complete-grudge, bisect, split-one, bridge, majorities-ring).

#include "core/base/rng.h"
#include "core/history/value.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// Nodes of different components do not hear each other. A node in no component is not touched.
Cut complete_cut(const std::vector<Nodes>& components);

/// A random half against the rest; the smaller half is the minority when the count is odd.
Cut cut_halves(const Nodes& nodes, Rng& rng);
/// One random node against the rest.
Cut cut_one(const Nodes& nodes, Rng& rng);
/// A random minority, of random size, against the rest.
Cut cut_minority(const Nodes& nodes, Rng& rng);
/// `node` against the rest.
Cut cut_off(const Nodes& nodes, const NodeName& node);
/// Every node hears a majority and no two hear the same one. With up to 5 nodes each hears exactly
/// a majority; with more, links go both ways, and a node may hear one peer above a majority.
Cut cut_ring(const Nodes& nodes, Rng& rng);
/// Two halves that hear each other only through one random node.
Cut cut_bridge(const Nodes& nodes, Rng& rng);
/// One random node stops hearing a random majority, or that majority stops hearing the node (or
/// all its peers where they are not a majority).
Cut cut_one_way(const Nodes& nodes, Rng& rng);

/// Who hears whom under `cut`, as it is written into histories: the distinct sets of nodes heard by
/// some node, in the order of `nodes`. For a complete cut these are its components.
Value heard_sets(const Nodes& nodes, const Cut& cut);

}  // namespace plumbline
