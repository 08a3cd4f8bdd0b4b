#pragma once
/// The table of workloads. A new one is its file and a line in all.cc.

#include <string>
#include <vector>

#include "workloads/workload.h"

namespace plumbline {

const std::vector<WorkloadEntry>& all_workloads();

/// Fails: invalid, for a name that is not there (with the nearest that is) and for options that
/// make no sense.
Result<Workload> make_workload(const std::string& name, const WorkloadOptions& options);

}  // namespace plumbline
