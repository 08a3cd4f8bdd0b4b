#pragma once
/// A random run: a few seconds of a small cluster's life under drops, duplicates, delays, cuts,
/// crashes that lose what was not synced, slow disks, snapshots, clocks that run apart, proposals
/// and reads, members that come, go and change their part, leaders that hand over; then everything
/// is mended and the cluster must make progress. All of it follows from the seed.

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "node/raft/cluster.h"

namespace plumbline::raft::testing {

struct RandomRunResult {
  std::optional<std::string> problem;  ///< a violated invariant, or no progress after mending
  Nanos at{0};
  std::uint64_t steps = 0;
  Cluster::Counts counts;
};

RandomRunResult random_run(std::uint64_t seed, const std::set<std::string>& defects = {},
                           Cluster::Observer observer = {});

}  // namespace plumbline::raft::testing
