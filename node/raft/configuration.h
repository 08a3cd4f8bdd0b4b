#pragma once
/// Configuration: who takes part in the cluster. It stands in log entries of its own and in
/// snapshots. Joint while voters change: then elections, commits, reads and the check for a quorum
/// each need a majority of `voters` and a majority of `outgoing`.
/// Source: Ongaro's dissertation, 4.2.2 (catching up: learners) and 4.3 (joint consensus).

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "node/raft/types.h"

namespace plumbline::raft {

inline constexpr std::size_t k_members_max = 64;

/// One line a kind, for entries and files: the same bytes for equal configurations.
std::string encode(const Configuration& configuration);
/// Nothing unless it is what encode() writes, no node is both voter and learner, there are at most
/// k_members_max, and there is a voter (or nobody at all: what a node that is to join starts with).
std::optional<Configuration> decode_configuration(std::string_view bytes);

/// For people: "1 2 3", "1 2 3 + learners 4", "1 2 4 (from 1 2 3)".
std::string describe(const Configuration& configuration);

}  // namespace plumbline::raft
