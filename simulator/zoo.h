#pragma once
/// The zoo: planted defects, and how many simulated runs it takes until one of them is seen by what
/// clients were told (the history) or were not (progress), without any look inside the nodes.

#include <functional>
#include <string>
#include <vector>

#include "simulator/campaign_pool.h"
#include "simulator/campaign_tally.h"

namespace plumbline::simulator {

/// Where to look for a defect.
struct Prey {
  std::string defect;  ///< empty: none, for the clean build
  std::string workload;
  std::vector<std::string> faults;  ///< all of them in each run
  std::string reads = "linearizable";
  std::string weather{};     ///< fields that matter; the others are drawn
  int nodes = 0;             ///< 0: drawn
  Nanos fault_interval{};    ///< 0: drawn
  Nanos time_limit{};        ///< 0: the hunt's
  int rate = 0;              ///< operations a second; 0: drawn
  int clients_per_node = 0;  ///< 0: drawn
};
/// What the runs of a hunt are drawn from.
CampaignOptions hunting_ground(const Prey& prey, Nanos time_limit);

struct Catch {
  bool found = false;
  std::uint64_t seeds = 0;  ///< until found, that one included; else all that were tried
  Nanos virtual_time{};     ///< of those
  Nanos cpu{};
  CaseRecord record{};   ///< of the first run that found it
  Options options{};     ///< that repeat this run
  std::string inside{};  ///< what a second look, with the invariants on, saw first
};

struct HuntOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t budget = 1000;  ///< seeds
  Nanos time_limit = 20s;       ///< of the load of each run
  PoolOptions pool{};
};

/// Tries seed by seed. What it gives does not depend on the pool. Requires: as run_cases().
/// Fails: io; invalid if the simulator refuses the defect's runs; interrupted if `tick` says so.
plumbline::Result<Catch> hunt(const Prey& prey, const HuntOptions& options,
                              const Simulate& simulate, const std::function<bool()>& tick);

/// The same runs without any defect, `seeds` of them in turn over all of `preys`, with the
/// invariants on: whatever fails is a false alarm or a bug of ours.
/// Fails: as hunt(). `failed` is told of each failure, with the options that repeat it.
plumbline::Result<CampaignTally> hunt_nothing(
    const std::vector<Prey>& preys, std::uint64_t seeds, const HuntOptions& options,
    const Simulate& simulate, const std::function<bool()>& tick,
    const std::function<void(const CaseRecord&, const Options&)>& failed);

}  // namespace plumbline::simulator
