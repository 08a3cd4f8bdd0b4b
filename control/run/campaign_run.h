#pragma once
/// A campaign, or one shard of it, from the first seed to the tally: workers, progress, the shard's
/// file, and what is said of each failure.

#include <filesystem>
#include <functional>

#include "control/run/stop.h"
#include "simulator/campaign_pool.h"
#include "simulator/campaign_tally.h"

namespace plumbline {

struct CampaignPlan {
  simulator::CampaignOptions options{};
  simulator::Seeds seeds{};
  simulator::PoolOptions pool{};
  bool guided = false;
  bool stop_on_failure = false;
  std::filesystem::path file;  ///< of the shard
  std::string versions;
};

/// `plumbline sim ...` as all shards of one campaign have it in common.
std::string campaign_command(const CampaignPlan& plan);

struct CampaignOutcome {
  simulator::CampaignTally tally;
  bool interrupted = false;
  bool stopped = false;  ///< at the first failure
};

/// `tell` gets what is to be said of each failure, when it is found; progress goes to stderr.
/// Requires: one thread, and nothing buffered for stdout. Fails: io.
Result<CampaignOutcome> run_campaign(const CampaignPlan& plan, const simulator::Simulate& simulate,
                                     const Stop& stop,
                                     const std::function<void(const std::string&)>& tell);

}  // namespace plumbline
