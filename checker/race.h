#pragma once
/// race: search() of one large object by two threads, if the budget has one to lend. One looks
/// breadth first, the other goes the other ways; each is exact, so whoever knows first tells, and
/// the other one is stopped.
///
/// The first turn is one thread's: what it answers, and nearly every object is so, does not depend
/// on who is faster. After it the answer does not either, but the linearization, or the position
/// that nothing passes, may be the one or the other's.
/// The other thread numbers states, effects and calls for itself, in the same order from the same
/// calls, so the timelines are equal and a path of one is a path of the other.

#include "checker/search.h"

namespace plumbline {

/// Takes:   `timeline` and `machine`: of `calls`, as search() takes them.
/// Threads: this one, and one more while it runs.
SearchResult race(const std::vector<NormalCall>& calls, const ModelEntry& model,
                  const Value& initial, const Timeline& timeline, Machine& machine, Budget& budget);

}  // namespace plumbline
