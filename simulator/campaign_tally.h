#pragma once
/// CampaignTally: what a campaign came to: counts, failures, and which states were reached how
/// often. The same records give the same tally in any order.

#include <array>
#include <map>
#include <set>

#include "simulator/campaign_record.h"

namespace plumbline::simulator {

/// How often one state was reached.
struct StateFigures {
  std::uint64_t times = 0;
  std::uint64_t runs = 0;
  std::uint64_t first = UINT64_MAX;  ///< index of the first run that reached it
};

struct CampaignTally {
  std::uint64_t runs = 0;
  std::map<Ending, std::uint64_t> endings{};
  std::map<std::uint64_t, CaseRecord> failures{};  ///< by index; refused and undecided ones too
  std::array<StateFigures, static_cast<std::size_t>(State::count_)> states{};
  std::map<std::pair<std::string, Ending>, std::uint64_t> by_workload{};
  Nanos virtual_time{};
  Nanos cpu{};
  std::uint64_t steps = 0;

  void add(const CaseRecord& record);
  std::uint64_t of(Ending ending) const;
  std::size_t states_reached() const;
  double simulated_per_cpu() const;  ///< simulated seconds a second of CPU
};

/// 0 if all were judged and nothing is wrong, 1 if something is, 2 if the checks gave up on some or
/// nothing happened in any of them; 255 if one was refused.
int exit_code_of(const CampaignTally& tally);

/// The counts, and the table of states; failures are not in it.
std::string in_words(const CampaignTally& tally);
/// One line what was found, and the command.
std::string describe_failure(const CaseRecord& record);
/// Which states two campaigns of equally many runs reached, side by side.
std::string compare(const std::string& name_a, const CampaignTally& a, const std::string& name_b,
                    const CampaignTally& b);

/// Shards read from files, made one.
struct MergedCampaign {
  ShardHeader header{};  ///< of the first
  CampaignTally tally{};
  std::set<std::uint64_t> shards{};     ///< that ended
  std::vector<std::string> warnings{};  ///< shards missing or cut short, torn last lines
};
/// Takes the files as name and content. Fails: corrupt, naming file and line; invalid if they are
/// not of one campaign.
plumbline::Result<MergedCampaign> merge_shards(
    const std::vector<std::pair<std::string, std::string>>& files);

std::string to_json(const MergedCampaign& merged);
/// One page, without scripts.
std::string to_html(const MergedCampaign& merged);

}  // namespace plumbline::simulator
