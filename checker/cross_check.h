#pragma once
/// cross_check: a second opinion. Every engine that is not the one that decided says what it thinks
/// of the same calls: each direct decider of the model, depth-first and breadth-first search, and,
/// of very few calls, every order there is. All are exact, so a disagreement is a bug of ours.

#include <string>
#include <vector>

#include "checker/budget.h"
#include "checker/models/all.h"
#include "checker/verdict.h"

namespace plumbline {

/// Takes: calls of one object in order of invocation, and what was decided of them.
/// Gives: who disagrees and what he says; empty if nobody does, or nobody else knew in time.
/// Cost:  each of the other engines gets what is left of the budget's time, an equal share each.
std::string cross_check(const std::vector<Call>& calls, const ModelEntry& model,
                        const Value& initial, Validity decided, Budget& budget);

}  // namespace plumbline
