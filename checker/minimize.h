#pragma once
/// minimize: the smallest offending part of one object's history.
///
/// Each thing that is left out keeps "linearizable" linearizable, so a remainder that is not
/// linearizable proves that the whole is not:
///   - an observer is deleted from any linearization;
///   - an update is made indeterminate: what had to happen by its return may now happen later, or
///     never;
///   - what normalise() finds to be unneeded goes (its rules say why);
///   - of a cell, updates are deleted together if for each, say to v, nobody needs v, or some kept
///     change lies wholly between it and everybody kept who needs v: then in no linearization is it
///     the last update before one of those, so for every kept call the last kept update before it
///     leaves the state that it was legal in. (That a later write of v is kept is asked for too:
///     not for this proof, but so that the rest does not look as if v had never been written.)
/// Gives:  the calls that remain, none of which (with what goes along) can be left out too, unless
///         the budget ran out before that was known. Indeterminate calls among them are the updates
///         that could still have helped.
/// Requires: `calls` are not linearizable, by decide().

#include "checker/decide.h"

namespace plumbline {

std::vector<Call> minimize(const std::vector<Call>& calls, const ModelEntry& model,
                           const Value& initial, Budget& budget);

/// `calls` without call `index`: deleted or made indeterminate, whichever of the above applies, and
/// without what is then unneeded.
std::vector<Call> leave_out(const std::vector<Call>& calls, std::size_t index,
                            const ModelEntry& model);

}  // namespace plumbline
