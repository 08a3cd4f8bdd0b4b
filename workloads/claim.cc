/// Claim: many processes try to be the first to put their number on a key; one may succeed.
/// Catches: two leaders that both decide, a claim that was granted and then forgotten, and reads
/// of a node that does not know that a key was taken.

#include "workloads/claim.h"

#include "workloads/keyed.h"

namespace plumbline {

Workload claim_workload(const WorkloadOptions& options) {
  const Operation read{"read", {}, {}};
  const auto claim = gen::numbered(
      [](std::int64_t number) { return Operation{"cas", {}, Value::list(Value(), number)}; });
  Workload workload;
  workload.operations = {"read", "cas"};
  workload.model = "cas-register";
  workload.during = on_independent_keys(options, read, claim);
  workload.after_heal = final_reads(options, read);
  return workload;
}

}  // namespace plumbline
