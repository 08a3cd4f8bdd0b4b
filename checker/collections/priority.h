#pragma once
/// The priority queue and the unordered queue with distinct elements, indeterminate calls included.
/// Cost: O(n log n).
///
/// Words as in elements.h. "Known" elements are those that a known call removed. Element u comes
/// before v if it is to be removed first of the two: always the lesser one in a priority queue;
/// never in an unordered one. Every element comes before a removal that found nothing.
///
/// Claim: without indeterminate removals a history is linearizable iff for each known v (and each
/// removal that found nothing) some gap of its window is not a certain gap of any element that
/// comes before it.
/// Needed: there v is removed. Enough: let v be removed in the first such gap t(v) >= out_from(v),
/// and added as late as its window and t(v) allow. Beyond its certain gaps v is there only in gaps
/// that are certain gaps of elements before v, as t(v) is the first that is not. So whoever v comes
/// before is not removed in those either, and of the elements that are there in gap t(v) none comes
/// before v, unless it is removed in that same gap: then in order of priority. Within a gap:
/// removals, each just behind its addition if that is in the gap too, then those that found
/// nothing, then the other additions.
///
/// Indeterminate removals: q_1 < q_2 < ... are their invocations, and `left` the elements x of
/// completed additions that no known call removed. If every known v and every empty removal e is
/// given a gap t(v), those x that come before v and have add_by(x) <= t(v) must be gone then: let
/// d(x) be the least such t(v). They can go just before it: all that come before x and are still
/// there must be gone by then too, and known ones are not there. So what is to be asked is that for
/// each gap t, #{x: d(x) <= t} <= #{q <= t}.
///   Unordered queue: only the e count, so the x that must be gone at t(e) are all with add_by(x)
///     <= t(e), and the last e says it all: each e may take any gap that is free in the above sense
///     and has #{x: add_by(x) <= t} <= #{q <= t}, and must take such a one. Exact.
///   Priority queue: each v must take a gap with #{x before v: add_by(x) <= t} <= #{q <= t}: if
///     there is none, the history is refuted. Let each take its first one. (The above still holds:
///     were w removed in [out_from(u), t(u)) though u comes before w, then that gap would do for
///     u.) If d then satisfies the condition, the history is linearizable. If not, then for each x
///     the latest d(x) over all choices is at most the least last gap of the v with all gaps behind
///     add_by(x); if even these are too many for the q, it is refuted; else a search over later
///     gaps decides, see choose_later() in the source, or gives nothing when its budget is used up.
///
/// Source: Lee & Mathur, OOPSLA 2025, have the condition on v for complete histories, by removing
/// one value at a time; the direct proof with its witness, and the rest, are ours.

#include "checker/models/all.h"

namespace plumbline {

/// Both give nothing if the collection does not start empty, or if two additions are of the same
/// value and counting does not refute the history.
std::optional<DirectAnswer> decide_unordered_queue(const std::vector<NormalCall>& calls,
                                                   const ModelEntry& model, const Value& initial,
                                                   Budget& budget);
std::optional<DirectAnswer> decide_priority_queue(const std::vector<NormalCall>& calls,
                                                  const ModelEntry& model, const Value& initial,
                                                  Budget& budget);

}  // namespace plumbline
