#pragma once
/// climb: counters that only grow, or only shrink. (One that shrinks is one that grows, negated.)
///
/// A configuration is the number, the open additions that have taken effect, and how many of the
/// indeterminate ones of each amount were used. Open reads need no mark: the number grows, so a
/// read of u must be passed exactly at u, and it has been if the number is u or more; one that is
/// invoked when the number is beyond u is lost.
///
/// 1. Just in time (Lowe 2017): nothing happens but when a call returns that has not taken effect:
///    then a sequence of open calls that ends in it.
/// 2. The numbers that open reads await are waypoints: none may be jumped over. From one to the
///    next, a set of open additions with exactly that difference is used; their order is of no
///    interest, nobody looks.
/// 3. Before a returning addition c no other is used beyond the last waypoint in front of it: those
///    can as well come behind c, by 2. So at each waypoint, c is next or the next waypoint is.
/// 4. Of open additions of one amount, the one that returns first is used first, indeterminate ones
///    last. (Exchange two in a linearization: both are open in both places, and the number is the
///    same throughout. See greedy.h, c.) So before a returning c no other of its amount is used.
/// With one amount nothing is left to choose. Else it is a search, depth first, that remembers the
/// configurations that led nowhere. If there are indeterminate additions, a sweep is made before it
/// in which they are inexhaustible once invoked: it needs no counts, and if that has no
/// linearization, the history has none.
///
/// Core: in a counter that grows, let read r return before read s is invoked. The difference of
/// their answers is at least the sum of what wholly lies between them, and at most the sum of what
/// is open at any time from r's invocation to s's return. If it is not, r, s and those additions
/// are not linearizable by themselves: their sums are the same, and nothing else comes in between.
/// The same with the start in r's place.
///
/// Cost: O(n log n) for one amount; the additions of different amounts that are open at once are a
/// subset sum problem, exponential in their number at worst.
/// Source: ours.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// Gives: nothing if amounts have both signs, or one is 0, or an addition says what came of it, or
///        more is open at once than is of use here.
std::optional<DirectAnswer> decide_by_climb(const std::vector<NormalCall>& calls,
                                            const ModelEntry& model, const Value& initial,
                                            Budget& budget);

}  // namespace plumbline
