#pragma once
/// leave_out: what remains of one key's history when a core is all that is kept, if every rule by
/// which the rest is left out holds: then a linearization of the whole gives one of what remains.
///
/// Let L be a linearization of all calls of the key, each with its point in time.
///   1. Parts (`only`): every call of L is replaced by what it is to those parts (Spec::narrow). A
///      removal that does not say what it took is nothing to them, up to the last return p of a
///      required call, if of each of them removals that ended by p, and so lie before p in L, took
///      as much, and say so, as was there at first and can have been put in by p
///      (Spec::all_taken). It is only asked of cores without `after`: who looks for cores counts
///      what came before that call no more.
///   2. Prefix (`after`): what L has up to the point of call A, which ended ok, is cut off. A call
///      that ended before A began lies there; one that began after A ended does not; of the others
///      nobody knows, so they are optional. The state that remains to start from is the one that A
///      leaves, by what A itself says.
///      Or (`counted`): what L has up to the return of A is cut off. What ended by then lies there,
///      what began later does not, and of what is open the object's own rule says it, together with
///      the state (Spec::at_instant): acquires and releases of a lock can be counted.
///      Or (`any_state`): what L has up to the first invocation of a required call is cut off. A
///      call that ended before lies there; of the others that began before nobody knows. What
///      remains starts from some state of the object's, so it must be impossible from each.
///   3. Suffix: let p be the last return of a required call. What L has after p is cut off. It
///      takes no required call with it.
///   4. An optional call that ended ok is as one that may not have happened, without its answer.
///   5. Observers leave no trace.
///   6. Updates: let the deadline of a required call be its return, and that of an optional one the
///      latest deadline of the kept calls that may see it (Spec::may_see); none: never. An update u
///      is left out if each kept call s that may see it has a deadline before u began, or some kept
///      required call, that settles the state, began after u ended and ended before s began.
///      From L, delete all that is left out, and every optional call that has its point after its
///      deadline. Were some deleted u before a remaining s that may see it, and nothing that
///      settles the state kept in between: s has its point by its deadline (a required one by its
///      return, an optional one because it remained). If u is left out, that deadline is before u
///      began, or something kept and required that settles the state is in between after all (it
///      is never deleted). If u was optional, s's deadline is not after u's, and u's point was
///      after that: so s was before u. Neither can be. So every remaining call sees what it saw.

#include <expected>
#include <string>
#include <vector>

#include "checker/certificate.h"
#include "checker/verify/spec.h"

namespace plumbline::verifying {

struct Remainder {
  Value initial{};  ///< as spec_of() takes it
  std::unique_ptr<Spec> start{};
  std::vector<Value> or_else{};  ///< if the initial state may be another: those, as `initial`
  std::vector<std::unique_ptr<Spec>> other_starts{};  ///< the same
  std::vector<Call> calls{};  ///< in order of invocation; those that need not happen are info
};

struct Refusal {
  std::string why{};
  std::vector<std::int64_t> missing{};  ///< updates that rule 6 does not let go, if that is all
};

/// Gives: what remains, or why the core leaves out what it may not.
std::expected<Remainder, Refusal> leave_out(const SpecSource& specs, const Value& initial,
                                            const std::vector<Call>& calls, const KeyCore& core);
/// The same for the object that a certificate names. Requires: spec_of() knows it.
std::expected<Remainder, Refusal> leave_out(const Certificate& certificate,
                                            const std::vector<Call>& calls, const KeyCore& core);

}  // namespace plumbline::verifying
