#pragma once
/// Cells of any values: some value must come back more often than it can.
/// Cost: O(n log n), and to gather the proof O(m) for each of its gaps, of m makers of the value.
///
/// A gap of value v is a required call R that needs v, and a required call W that ended before R
/// began and after which the cell does not hold v; or, without such a W, the start, if the cell did
/// not hold v then. In every linearization the first call after W that leaves v there stands
/// between W and R and does not need v itself: call such calls makers of v. As its point lies
/// between those of W and R, it began before R returned, and had not returned when W began.
/// Two gaps of v of which one's R returned before the other's W began need different makers: the
/// points of the one's lie before those of the other's.
///
/// So of each value gaps are chosen that are disjoint in that way, and makers are assigned to them:
/// to one gap after the other, of those that can be in it, the maker that returned first. As gaps
/// follow one another and a maker can be in those that its interval touches, this finds an
/// assignment for all if there is one (earliest deadline first). If there is none, the history has
/// no linearization. What proves it: the gap that got none, the makers that could be in it, the
/// gaps that have these, and so on: fewer makers than gaps, and no other maker can be in any of
/// them (Hall's theorem); no other call of the history had a part in that.
///
/// Which gaps are chosen decides how much is found, not whether it is true: for each R the W that
/// began last, and of overlapping gaps the one whose R returned first.
///
/// Source: ours; the assignment is Glover's for convex bipartite graphs (1967).

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// Gives: not linearizable, with the core unless that is of more than a thousand calls; or nothing
///        if it cannot tell.
std::optional<DirectAnswer> refute_by_gaps(const std::vector<NormalCall>& calls,
                                           const ModelEntry& model, const Value& initial,
                                           Budget& budget);

}  // namespace plumbline
