#pragma once
/// See append.cc.

#include "workloads/workload.h"

namespace plumbline {
Workload append_workload(const WorkloadOptions& options);
}
