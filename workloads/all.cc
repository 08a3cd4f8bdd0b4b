#include "workloads/all.h"

#include <utility>

#include "core/base/text.h"
#include "workloads/append.h"
#include "workloads/claim.h"
#include "workloads/kv.h"
#include "workloads/register.h"

namespace plumbline {
namespace {

constexpr double k_lowest_rate = 0.001;
constexpr double k_highest_rate = 1e6;

/// Empty if the options make sense.
std::string what_is_wrong(const WorkloadOptions& options) {
  if (options.nodes < 1) return "a workload needs 1 node or more";
  if (options.concurrency < 1) return "concurrency must be 1 or more";
  if (options.ops_per_key < 1) return "operations per key must be 1 or more";
  if (options.rate >= k_lowest_rate && options.rate <= k_highest_rate) return "";
  return str("the rate must be ", k_lowest_rate, " to ", k_highest_rate, " operations a second");
}

}  // namespace

const std::vector<WorkloadEntry>& all_workloads() {
  static const std::vector<WorkloadEntry> k_all = {
      {"register", "reads, writes and compare-and-sets of independent registers",
       register_workload},
      {"append", "appends to independent lists, and reads of them", append_workload},
      {"claim", "keys that only the first of many claims may take", claim_workload},
      {"kv", "keys that are made, changed and removed, and live long", kv_workload},
  };
  return k_all;
}

Result<Workload> make_workload(const std::string& name, const WorkloadOptions& options) {
  std::vector<std::string> names;
  for (const WorkloadEntry& entry : all_workloads()) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    if (std::string wrong = what_is_wrong(options); !wrong.empty())
      return fail(Error::Code::invalid, std::move(wrong));
    Workload workload = entry.make(options);
    workload.name = entry.name;
    workload.summary = entry.summary;
    return workload;
  }
  const auto near = nearest(name, names);
  return fail(Error::Code::invalid,
              "there is no workload '" + name + "'; " +
                  (near ? "did you mean '" + *near + "'?" : "there are: " + join(names, ", ")));
}

}  // namespace plumbline
