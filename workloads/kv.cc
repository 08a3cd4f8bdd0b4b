/// Kv: keys that are written, made only if they are not there, removed, and read. They live long,
/// through several snapshots and leaders, and every value is unique in its key.
/// Catches: removed keys that come back, values that are lost in a snapshot or a restart, changes
/// that were refused and yet done, and whatever a register shows.

#include "workloads/kv.h"

#include "workloads/keyed.h"

namespace plumbline {
namespace {

constexpr KeyLife k_long{.times = 4};

}  // namespace

Workload kv_workload(const WorkloadOptions& options) {
  const Operation read{"read", {}, {}};
  const auto write =
      gen::numbered([](std::int64_t number) { return Operation{"write", {}, Value(2 * number)}; });
  const auto make = gen::numbered([](std::int64_t number) {
    return Operation{"cas", {}, Value::list(Value(), 2 * number + 1)};
  });
  Workload workload;
  workload.operations = {"read", "write", "cas", "remove"};
  workload.model = "cas-register";
  workload.during = on_independent_keys(
      options, read, gen::mix({write, make, gen::repeat({"remove", {}, {}})}), k_long);
  workload.after_heal = final_reads(options, read);
  return workload;
}

}  // namespace plumbline
