#pragma once
/// minimize: the smallest offending part of one object's history.
///
/// Each thing that is left out keeps "linearizable" linearizable, so a remainder that is not
/// linearizable proves that the whole is not:
///   - an observer is deleted from any linearization;
///   - an update is made indeterminate: what had to happen by its return may now happen later, or
///     never;
///   - what normalise() finds to be unneeded goes (its rules say why);
///   - of a cell, an update to v is deleted if nobody needs v, or if a later update to v lies
///   wholly
///     between it and everybody who needs v: in any linearization, the next update after it comes
///     before any who need v (the later one is such an update), so nobody looks in between.
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
