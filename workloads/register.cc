/// Register: reads, writes and compare-and-sets of independent registers.
/// Catches: stale reads, lost updates, two leaders that both accept writes, and answers given
/// before they were decided.
/// Values:  0 to 4, so that a cas meets the value it expects every now and then.

#include "workloads/register.h"

#include "workloads/keyed.h"

namespace plumbline {
namespace {

constexpr int k_largest = 4;

Value any_value(Rng& rng) { return Value(rng.between(0, k_largest)); }

}  // namespace

Workload register_workload(const WorkloadOptions& options) {
  const Operation read{"read", {}, {}};
  const auto write = gen::from([](Rng& rng) { return Operation{"write", {}, any_value(rng)}; });
  const auto cas = gen::from([](Rng& rng) {
    const Value expected = any_value(rng);
    return Operation{"cas", {}, Value::list(expected, any_value(rng))};
  });
  Workload workload;
  workload.operations = {"read", "write", "cas"};
  workload.model = "cas-register";
  workload.during = on_independent_keys(options, read, gen::mix({write, cas}));
  workload.after_heal = final_reads(options, read);
  return workload;
}

}  // namespace plumbline
