#pragma once
/// Sets, element by element. Elements are objects of their own, so the set is linearizable iff each
/// of its elements is (Herlihy & Wing 1990, locality). The orders are put together so: give each
/// call the latest invocation up to it in its element's order, and sort by that. It lies between
/// the call's invocation and its return, so real time is kept; each element's order is too.
/// The core of one element is one of the set: the calls of other elements do not matter to it.
/// Cost: O(n log n).

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// For the model set. Gives: nothing if that is what some element's deciders give.
std::optional<DirectAnswer> decide_by_element(const std::vector<NormalCall>& calls,
                                              const ModelEntry& model, const Value& initial,
                                              Budget& budget);

}  // namespace plumbline
