#pragma once
/// The same calls about other nodes.

#include <map>

#include "nemesis/script.h"

namespace plumbline {

/// Every node that `names` has gets its new name; the others keep theirs.
std::vector<ClusterCall> with_nodes_named(std::vector<ClusterCall> calls,
                                          const std::map<NodeName, NodeName>& names);

}  // namespace plumbline
