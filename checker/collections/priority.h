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
/// comes before it: a free gap.
/// Needed: there v is removed. Enough: give each v such a gap t(v), last ones first, and pull t(u)
/// forward to the least t(w) in [out_from(u), t(u)) with u before w, if there is one: it is free
/// for u as it is free for w. Add v as late as its window and t(v) allow. Then u is there only in
/// its certain gaps, which no such t(w) is in, and in gaps in [out_from(u), t(u)), which none is in
/// now. So of the elements that are there in gap t(v) none comes before v, unless it is removed in
/// that same gap: then in order of priority. Within a gap: removals, each just behind its addition
/// if that is in the gap too, then those that found nothing, then the other additions.
///
/// Indeterminate removals: q_1 < q_2 < ... are their invocations, and `left` the elements x of
/// completed additions that no known call removed. Given the t(v), those x that come before v and
/// have add_by(x) <= t(v) must be gone then: let d(x) be the least such t(v). They can go just
/// before it: whoever comes before x and is still there must be gone by then too. So what is to be
/// asked is that for each gap t, #{x: d(x) <= t} <= #{q <= t}. Pulling t(u) forward to t(w) changes
/// no d, as w asks for more.
///   Unordered queue: only the empty removals e count, so the x that must be gone at t(e) are all
///     with add_by(x) <= t(e), and the last e says it all: each e may take any gap that is free and
///     has #{x: add_by(x) <= t} <= #{q <= t}, and must take such a one. Exact.
///   Priority queue: a free gap t of v counts only if #{x before v: add_by(x) <= t} <= #{q <= t};
///   if
///     there is none, the history is refuted. Let first(v) and last(v) be the least and the
///     greatest that may be chosen (last: of the free ones). v takes the last free gap before which
///     no more such x arrive than before first(v): later is better as long as nobody else has to
///     go. If d satisfies the condition, that is a linearization. Whatever is chosen, d(x) is at
///     most the least last(v) of the v behind x with first(v) >= add_by(x); if even then there are
///     too few q, the history is refuted. In between (rare, and never seen in histories of a queue
///     that works) the decider gives nothing.
///
/// Source: Lee & Mathur, OOPSLA 2025, have the condition on v for complete histories, by removing
/// one value at a time; the direct proof with its witness, and the rest, are ours.

#include "checker/models/all.h"

namespace plumbline {

/// Both give nothing if the collection does not start empty, or if two additions are of the same
/// value and counting does not refute the history; the second also if indeterminate removals leave
/// it open (see above).
std::optional<DirectAnswer> decide_unordered_queue(const std::vector<NormalCall>& calls,
                                                   const ModelEntry& model, const Value& initial,
                                                   Budget& budget);
std::optional<DirectAnswer> decide_priority_queue(const std::vector<NormalCall>& calls,
                                                  const ModelEntry& model, const Value& initial,
                                                  Budget& budget);

}  // namespace plumbline
