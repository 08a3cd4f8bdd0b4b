#pragma once
/// Versioned stores: the revisions give the order of all changes that were seen.
///
/// Every read tells a revision, every change that is ok too. All calls of one revision (the change
/// that made it, then its reads) are contiguous, and the revisions come in order. A revision that
/// was read, but that no required change answered, was made by an indeterminate one of that value:
///   - a cas from the revision before it, if there is one: it can serve nowhere else, as only one
///     change comes next after a revision;
///   - else a write, or a delete. Let D be the first return of all that has this revision or a
///     later one. The change must be invoked before D. D grows with the revision, so if the changes
///     of one value can be assigned at all, they can in order: the earliest invoked to the first.
/// Indeterminate changes that nobody saw are left out: no call was refused, and a revision
/// may be any number greater than the one before. What remains is one order; within a revision,
/// reads go by invocation.
///
/// Not linearizable: the core is two calls of which one must come first by revision and has begun
/// after the other had ended, or that claim different values of one revision, or both its making.
/// Gives: nothing if a cas was refused, or expected a revision that no other call tells of.
/// Cost: O(n log n). Source: ours.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// For the model versioned.
std::optional<DirectAnswer> decide_by_revisions(const std::vector<NormalCall>& calls,
                                                const ModelEntry& model, const Value& initial,
                                                Budget& budget);

}  // namespace plumbline
