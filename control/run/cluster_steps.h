#pragma once
/// The steps that lead to a cluster that serves, and away from it again. Each acts on all nodes at
/// the same time, and its Error names the node, the step and what to do.

#include "control/run/remote_cluster.h"
#include "control/run/run.h"

namespace plumbline {

/// A Remote and a guard for each node. From here on nobody else can take them, and they heal
/// themselves should we vanish.
/// Fails: as the Remote does; exists when another controller holds a node.
Result<std::vector<HeldNode>> hold_nodes(const std::vector<NodeAccess>& accesses,
                                         const ConnectNode& connect, Nanos timeout,
                                         const std::string& owner);

/// Undoes what an earlier run may have left: faults, processes, data, logs.
Status clean(RemoteCluster& cluster, const System& system);
Status install(RemoteCluster& cluster, System& system);
Status start_all(RemoteCluster& cluster);
/// Returns once every node serves.
/// Fails: timeout, naming those that do not, with the end of their logs; interrupted; failed, when
/// a process ended as soon as it was started.
Status wait_until_serving(RemoteCluster& cluster, System& system, Nanos timeout, const Stop& stop);
/// Ends the system's processes.
Status end_all(RemoteCluster& cluster);

}  // namespace plumbline
