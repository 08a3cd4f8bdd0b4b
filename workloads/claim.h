#pragma once
/// See claim.cc.

#include "workloads/workload.h"

namespace plumbline {
Workload claim_workload(const WorkloadOptions& options);
}
