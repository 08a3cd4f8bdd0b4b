#pragma once
/// What a majority is, and which nodes may go without the rest losing theirs: the one place that
/// knows.

#include "nemesis/cluster.h"

namespace plumbline {

inline std::size_t majority_of(std::size_t count) { return count / 2 + 1; }

/// Whether `node` can be taken out of `voters`, while those of `down` do nothing, and the change
/// can come about and the rest still decide: a majority of the voters now, and a majority of those
/// that remain, are up.
bool can_do_without(const NodeName& node, const Nodes& voters, const Nodes& down);

}  // namespace plumbline
