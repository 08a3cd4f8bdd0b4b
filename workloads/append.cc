/// Append: appends of integers that are unique in their key, and reads of the whole list, on
/// independent keys.
/// Catches: lost and doubled writes, writes in another order than was shown before, stale reads.
/// Each read shows the whole past, so a fault is caught long after it happened.

#include "workloads/append.h"

#include "workloads/keyed.h"

namespace plumbline {

Workload append_workload(const WorkloadOptions& options) {
  const Operation read{"read", {}, {}};
  const auto append =
      gen::numbered([](std::int64_t number) { return Operation{"append", {}, Value(number)}; });
  Workload workload;
  workload.operations = {"read", "append"};
  workload.model = "list-append";
  workload.during = on_independent_keys(options, read, append);
  workload.after_heal = final_reads(options, read);
  return workload;
}

}  // namespace plumbline
