#pragma once
/// The FIFO queue with distinct elements, indeterminate calls included. Cost: O(n log n), of which
/// all but hashing and the sorting of events is O(n).
///
/// Words as in elements.h. For elements a, b let a => b if add_by(a) < add_from(b) or
/// out_by(a) < out_from(b): a must go before b in the order in which elements pass. Elements that
/// are never removed get the latest window of all for their removal.
///
/// Claim: without indeterminate removals a history is linearizable iff
///   (1) no two elements have a => b and b => a, and
///   (2) every removal that found nothing has a gap among those of its window that is not a certain
///       gap of any element.
/// Needed: (1) as elements leave in the order in which they came; (2) as the queue is empty there.
/// Enough: take such a gap for each empty removal: the cuts. They split the elements into segments:
/// an element goes in front of the cuts that are not before out_from. That is possible: it may
/// wholly be in front of a cut at t iff add_from, out_from <= t, and wholly behind it iff
/// add_by, out_by > t; if t < out_from then add_by > t (else t were a certain gap), so out_by >=
/// add_by > t. No a => b has b in an earlier segment (a's return would be behind a cut that b's
/// invocation is not behind).
/// Within a segment => has no cycle: in a shortest one the two kinds alternate (two of a kind in
/// a row can be one), a -add-> b -out-> c -add-> d ...; from add_by(a) < add_from(b) and
/// add_by(c) < add_from(d) follows add_by(a) < add_from(d), a shorter cycle, or add_by(c) <
/// add_from(b), so that b, c break (1); for four elements the former breaks (1) too. Take any order
/// of the elements that extends =>; let an addition take effect in the latest add_from of the
/// elements up to its own, a removal in the latest out_from, neither before the segment's cut.
/// That is inside their windows: a later one of an element in front would contradict =>. Both rise
/// along the order, and out_from >= add_from, so additions first among equals is a linearization.
///
/// Indeterminate removals: q_1 < q_2 < ... are their invocations. Let `left` be the elements of
/// completed additions that no known removal took, x_1, x_2, ... by add_by.
/// Claim: linearizable iff (1) and (2) hold of the elements that known calls removed, and
///   (3) for each such b: #{x: add_by(x) < add_from(b)} <= #{q < out_by(b)}, and
///   (2') some gap t as in (2) has #{x: add_by(x) <= t} <= #{q <= t}.
/// Needed: those x are gone when b leaves, and at t.
/// Enough: the deadline of x is the least out_by(b) with add_by(x) < add_from(b) and, less strict,
/// the first cut t >= add_by(x). Deadlines rise with add_by. Let x_i take q_i as long as x_i has a
/// deadline. By (3) and (2') q_i is before it, as all x up to x_i count in the deadline's
/// condition. So (2) holds with these removals, and so does (1): x with a known b by (3); of two
/// x neither's removal has an end. x that nobody took come after those taken in add_by, so they
/// do not have to be in front of any of them.
/// Where an element of an indeterminate addition is taken by an indeterminate removal, both are
/// left out.
///
/// Source: Henzinger, Sezgin & Vafeiadis, CONCUR 2013 (that pairs and covers are all there is to
/// complete histories); Lee & Mathur, OOPSLA 2025 and Abdulla et al., PLDI 2025 (O(n log n)). The
/// witness and the extension to indeterminate removals are ours.

#include "checker/models/all.h"

namespace plumbline {

/// Gives: nothing if the queue does not start empty, or two additions are of the same value and
/// counting does not refute the history.
std::optional<DirectAnswer> decide_queue(const std::vector<NormalCall>& calls,
                                         const ModelEntry& model, const Value& initial,
                                         Budget& budget);

}  // namespace plumbline
