#pragma once
/// Properties other than linearizability, each judged from a whole history. What they promise is
/// weaker (a store may have them and not be linearizable), or about something else (that nothing
/// was lost); they are what an engineer wants to know of a system that does not claim more.

#include <string>
#include <vector>

#include "checker/verdict.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/history/history.h"

namespace plumbline {

struct PropertyOptions {
  Value initial{};                        ///< of registers
  Nanos max_staleness = k_never;          ///< stale-reads: worse than this is invalid
  std::int64_t max_versions = INT64_MAX;  ///< stale-reads: more behind than this is invalid
  /// transactions: what is promised (a name of consistency_models()).
  std::string consistency = "strict-serializable";
  Nanos time_budget = 60s;
};

struct PropertyInfo {
  std::string name;
  std::string summary;
  std::string operations;  ///< which ones it understands
};
const std::vector<PropertyInfo>& all_properties();
const std::vector<std::string>& consistency_models();

/// Gives: the verdict, its counterexamples with the calls that contradict each other.
/// Fails: not_found (with the nearest name); invalid, naming a call that the property does not
/// understand, or an option that makes no sense; corrupt as pair_calls().
Result<Verdict> check_property(const std::string& name, const History& history,
                               const PropertyOptions& options);

}  // namespace plumbline
