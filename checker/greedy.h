#pragma once
/// Objects on which waiting never hurts: a lock, one element of a set, any cell of two values whose
/// calls say what they found; and a number that moves in steps of one size in one direction.
/// Cost: O(n log n), indeterminate calls included.
///
/// Two values. Every required call needs a value (it observes it, or flips it into the other one);
/// an indeterminate call is a flip that may be used or not. Flips alternate. The sweep keeps the
/// value and what is open, and:
///   a. observers that are open and see their value are placed at once;
///   b. nothing else happens until a required call c returns that is not placed; then, as few flips
///      as serve c: none but c itself; or one to c's value and c; or c after one flip back;
///   c. of the open flips of the kind that is needed, the one that returns first is used,
///      indeterminate ones last.
/// If there is no such flip, there is no linearization.
/// Proof. Take a linearization L that agrees with the sweep so far; one can be made of it that also
/// agrees with the next step.
///   a. Moving an observer forward to where its value is already there changes no state.
///   b. What L has not placed by the time c returns can be placed later, save for the calls in
///      front of c: a sequence whose flips are f1 ... fk, all open now. If c observes v, and the
///      value is not v, then v is there after f1: move c to behind f1, and the rest waits. If c
///      flips to v and the value is not v, then c and f1 are of one kind and both are open:
///      exchange them, and all behind c waits. (f1 returns after c, and all of this happens now.)
///      If the value is v, exchange c and f2 likewise.
///      No value is missed by waiting: a call that needs one is served at its own return at last.
///   c. Let L use g where the sweep uses e, of one kind, and e returns no later than g. If e stands
///      later in L, exchange them: both are open in both places. If e does not stand in L, it is
///      indeterminate, and so is g, which returns no earlier: put e in its place.
///   Kinds, and so values, stay as they were throughout. ∎
/// Core: let the sweep fail at c for want of a flip to v. Of the flips to the other value, those
/// that lie wholly in a window that ends with c's return must be placed in it; of the flips to v,
/// only those open at some time in it can be. Flips alternate, so if the former outnumber the
/// latter by two, there is no linearization, and none of these calls alone; by one if the window is
/// the whole history and does not start with v, or if c observes v behind all the former.
/// (A required blind write would break b: it may pass unseen while its value is there, or serve
/// until it returns as the way back to it. Which is better is decided by what comes later.)
///
/// Source: the greedy is the earliest-deadline rule of scheduling; its proof for these is ours.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// Gives: nothing unless the initial value and all values ever left are at most two and every
///        required call needs a value. Not linearizable: the core, if counting in the
///        least such window tells.
std::optional<DirectAnswer> decide_two_values(const std::vector<NormalCall>& calls,
                                              const ModelEntry& model, const Value& initial,
                                              Budget& budget);

}  // namespace plumbline
