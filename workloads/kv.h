#pragma once
/// See kv.cc.

#include "workloads/workload.h"

namespace plumbline {
Workload kv_workload(const WorkloadOptions& options);
}
