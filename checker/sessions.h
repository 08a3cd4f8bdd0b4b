#pragma once
/// Locks that know their holder, where each holder makes one call after another.
///
/// Then each holder's own calls come in the order of their invocations, and cut into sessions: from
/// an acquire of the free lock to the release that frees it. Nobody else has a turn in between, so
/// in every linearization a session is contiguous, and its inner order is known: sessions are
/// ordered as the chains of zones.h are, by the same proof. What is indeterminate can only be the
/// last that a holder calls before it does something else that shows whether it took effect:
///   - a holder's last call, an acquire: if it took effect, nothing needs it; it is left out. (Its
///     session would be the last of all, or the holder would go on.)
///   - a holder's last call, a release that frees the lock: it may come at any time from its
///     invocation on, which allows more than if it had not happened; so it did. One that does not
///     free the lock is left out: the session never ends either way.
/// A session that never ends must be the last: nothing that must happen may come after it.
/// Indeterminate calls elsewhere, refusals, overlapping calls of one holder, and a lock that is
/// held at first are for the search.
///
/// Not linearizable: a release by who does not hold the lock, or one acquire too many: the core is
/// the holder's own session so far. Two sessions that overlap in both directions: they are the
/// core, as their calls must be contiguous whatever the others do.
/// Cost: O(n log n). Source: ours, after zones.h.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// For owner-lock and reentrant-lock.
std::optional<DirectAnswer> decide_by_sessions(const std::vector<NormalCall>& calls,
                                               const ModelEntry& model, const Value& initial,
                                               Budget& budget);

}  // namespace plumbline
