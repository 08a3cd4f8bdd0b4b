#pragma once
/// The local target: hosts n1..nN at 10.89.0.1..N on a bridge of the private network, the program
/// itself at .254. Each has network, mounts, processes and host name of its own, shares the file
/// system, and keeps its files in <work directory>/nodes/<name>. Requires: the world that
/// enter_local_world_if_needed() makes.

#include <memory>

#include "control/target.h"
#include "control/targets/targets.h"

namespace plumbline {

Result<std::unique_ptr<Target>> make_local_target(const TargetOptions& options);

}  // namespace plumbline
