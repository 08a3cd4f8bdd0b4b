#pragma once
/// decide: the answer for one object, by the cheapest means that is exact.

#include <string>
#include <vector>

#include "checker/budget.h"
#include "checker/models/all.h"
#include "checker/verdict.h"

namespace plumbline {

struct Decision {
  Validity validity = Validity::unknown;
  /// Valid: a linearization. It may be missing when only breadth-first search answered in time.
  std::vector<const Call*> order{};
  bool ordered = false;  ///< `order` is there (it may well be empty)
  /// Invalid: the calls up to some event at or before this position have no linearization, none of
  /// them being the history's last.
  std::int64_t position = k_open;
  std::vector<const Call*> core{};  ///< invalid: DirectAnswer::core; empty if none is known
  std::string why{};                ///< unknown: what ran out
  const char* means = "";           ///< the name of a decider, or "search"
};

/// Takes: calls of one object in order of invocation, which the model does not refuse.
Decision decide(const std::vector<Call>& calls, const ModelEntry& model, const Value& initial,
                Budget& budget);

/// The calls as they would be had the history ended just before `position`.
std::vector<Call> prefix(const std::vector<Call>& calls, std::int64_t position);

/// The position by which it is known how each call ended that was invoked before `position`, but
/// for those that are never known: at least `position`.
std::int64_t all_known(const std::vector<Call>& calls, std::int64_t position);

}  // namespace plumbline
