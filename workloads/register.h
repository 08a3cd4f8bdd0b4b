#pragma once
/// See register.cc.

#include "workloads/workload.h"

namespace plumbline {
Workload register_workload(const WorkloadOptions& options);
}
