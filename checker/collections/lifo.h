#pragma once
/// The stack with distinct elements, indeterminate calls included. Cost: O(n log n).
///
/// Words as in elements.h. Without indeterminate removals, elements that are never removed are
/// taken to be removed behind the last event, all at once (what is still there can be removed
/// then).
///
/// Bottom elements: an element whose addition and whose removal each have a gap in their windows
/// that is no certain gap of any other element.
/// Claim: linearizable iff each removal that found nothing has a gap that is no certain gap of any
/// element, and bottom elements can be taken away one after the other until none is left (whichever
/// is taken first).
/// Needed: by projection (elements.h) what remains is always linearizable, and in a linearization
/// the first element to be added is added and removed where nothing else is there. Taking elements
/// away only makes more gaps free.
/// Enough: build the linearization as a list of tokens (the calls, each in a gap; gaps never fall
/// along the list), at first those of the empty removals; then insert the addition and removal of
/// each element, in the order in which they were taken away, next to each other behind the last
/// token whose gap is before out_from, in the free gaps found for them or in the nearest ones that
/// keep the gaps of the list from falling. So additions and removals are nested like brackets:
/// elements leave as a stack lets them, and no empty removal is enclosed. The gaps are inside the
/// windows: those of earlier tokens are free of this element's certain gaps too, so if one is
/// before out_from then it is before add_by and out_by also; a later one is not before out_from,
/// which is not before add_from.
///
/// Indeterminate removals: q_1 < q_2 < ... are their invocations, and `left` the elements x of
/// completed additions that no known call removed.
///   Refuters: the known elements alone are not linearizable; or a removal that found nothing has
///   no
///     free gap t with #{x: add_by(x) <= t} <= #{q <= t}, as those x must be gone there; or too
///     many x must go: if x is added in gap g, it is gone before the least out_by of the known
///     elements with certain gap g, and before the return of every empty removal that was invoked
///     behind g. The latest such bound over the gaps of x's window is a deadline; the k-th least
///     deadline needs q_k before it.
///   Witness: each empty removal gets the last such gap t before which no more x arrive than before
///     the first one. Some of the x are taken to stay for ever (as above), those with a deadline
///     not, nor those without whom nothing else becomes free. These are put into the linearization
///     of the rest: best where the stack is lowest in the window, as late as can be; then x has to
///     go before the element below it does (or before the next empty removal). If the k-th least
///     of these times has q_k in time, that is a linearization.
///   Between those, the gaps and the order of taking away may be chosen otherwise: three ways are
///     tried. If none does (rare, and never seen in histories of a stack that works), the decider
///     gives nothing.
///
/// Source: Lee & Mathur, OOPSLA 2025 (bottom values, O(n log n) with segment trees); Abdulla et
/// al., PLDI 2025. The list of tokens as a proof and witness, cores, and indeterminate removals are
/// ours.

#include "checker/models/all.h"

namespace plumbline {

/// Gives: nothing if the stack does not start empty, if two additions are of the same value and
/// counting does not refute the history, or if indeterminate removals leave it open (see above).
std::optional<DirectAnswer> decide_stack(const std::vector<NormalCall>& calls,
                                         const ModelEntry& model, const Value& initial,
                                         Budget& budget);

}  // namespace plumbline
