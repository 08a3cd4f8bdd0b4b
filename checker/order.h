#pragma once
/// Orders: linearizations as lists of calls, built by the deciders and checked apart from them.

#include <span>
#include <string>
#include <vector>

#include "checker/machine.h"
#include "checker/normalise.h"

namespace plumbline {

/// No call stands behind one that was invoked after it had returned. O(n).
bool respects_real_time(std::span<const NormalCall* const> order);

/// The independent test of a linearization: every required call of `calls` once, none that failed,
/// real time kept, each step legal for the model. Knows nothing of searches.
/// Gives: what is wrong; empty if `order` proves that `calls` are linearizable.
std::string verify_order(const std::vector<Call>& calls, std::span<const Call* const> order,
                         Machine& machine);

}  // namespace plumbline
