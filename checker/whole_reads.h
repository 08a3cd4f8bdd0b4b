#pragma once
/// Sets that only grow and are read as a whole, in which no element is added twice.
///
/// The set grows, so of two reads one shows all that the other does: sorted by size, each must
/// contain the one before. An element is added after the last read that does not show it and before
/// the first one that does; one that no read shows, after all reads, if it is required
/// (indeterminate ones that nobody saw are gone, see normalise.h). So the calls fall into blocks
/// whose order is known: additions, then the reads that first show them, and so on. Within a block
/// the order is free, and by invocation is as good as any.
/// Core: a read that shows what nobody adds, or an element twice; or two reads of which neither
/// contains the other; or two calls that must stand in one order and were made in the other, with
/// the read that says so: whatever else is done, these contradict one another.
/// Cost: O(m log m) for m elements in all reads together. Source: as decide_by_append_order.

#include <optional>
#include <vector>

#include "checker/normalise.h"

namespace plumbline {

/// For gset. Gives: nothing if an element is added twice.
std::optional<DirectAnswer> decide_by_whole_reads(const std::vector<NormalCall>& calls,
                                                  const ModelEntry& model, const Value& initial,
                                                  Budget& budget);

}  // namespace plumbline
