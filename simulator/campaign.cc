#include "simulator/campaign.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/rng.h"
#include "core/base/text.h"
#include "nemesis/all.h"

namespace plumbline::simulator {

namespace {

/// The run itself draws from the bare seed: what is drawn here must not repeat it.
constexpr std::uint64_t k_case_stream = 0x63616d706169676eULL;
constexpr std::uint64_t k_last_seed = INT64_MAX;  // what --seed takes

// All of these are exact in the words of the command line, so that a command repeats the case.
const std::vector<double> k_rates = {50, 100, 200, 400};
const std::vector<int> k_ops_per_key = {20, 50, 100, 200};
const std::vector<int> k_clients_per_node = {1, 2, 3};
const std::vector<Nanos> k_fault_intervals = {250ms, 500ms, 1s, 2s, 4s};
const std::vector<Cadence> k_cadences = {Cadence::interval, Cadence::staggered, Cadence::mixed};

/// A search that takes longer seldom ends at all: the run counts as undecided.
constexpr Nanos k_judge_budget = 2s;

constexpr double k_no_fault_at_all = 0.03;
constexpr double k_every_fault = 0.07;
/// More at a time and the system mostly stands still.
constexpr std::size_t k_most_faults = 4;

std::string draw_faults(const CampaignOptions& campaign, Rng rng) {
  std::vector<std::string> faults = campaign.faults;
  if (campaign.all_faults_at_once) return join(faults, ",");
  const double kind = rng.unit();
  if (kind < k_no_fault_at_all) return "none";
  if (kind < k_no_fault_at_all + k_every_fault) return join(faults, ",");
  rng.shuffle(faults);
  const std::size_t most = std::min(faults.size(), k_most_faults);
  faults.resize(1 + rng.below(most));
  std::ranges::sort(faults, {}, [&](const std::string& name) {  // one spelling a set
    return std::ranges::find(campaign.faults, name) - campaign.faults.begin();
  });
  return join(faults, ",");
}

bool troubles_clocks(const std::string& list) {
  const auto faults = parse_faults(list);
  return !faults || std::ranges::any_of(*faults, [](const Fault& fault) {
    return fault.needs.contains(Ability::clocks);
  });
}

std::string draw_reads(const CampaignOptions& campaign, const std::string& faults, Rng rng) {
  const std::string& drawn = rng.pick(campaign.reads);
  return drawn == "lease" && troubles_clocks(faults) ? "linearizable" : drawn;
}

std::optional<Weather> draw_around(const std::string& fixed, Rng rng) {
  if (fixed.empty()) return std::nullopt;  // the run draws all of it
  const auto drawn = parse_weather(to_text(draw_weather(rng)) + "," + fixed);
  // What is drawn need not go together with what is fixed.
  const auto weather = drawn ? drawn : parse_weather(fixed);
  CHECK(weather.has_value(), "a fixed weather was looked at before");
  return *weather;
}

}  // namespace

Options draw_case(std::uint64_t seed, const CampaignOptions& campaign) {
  Rng rng(seed ^ k_case_stream);
  Rng workload = rng.fork();
  Rng faults = rng.fork();
  Rng reads = rng.fork();
  Rng size = rng.fork();
  Rng pace = rng.fork();
  Rng weather = rng.fork();
  Options options;
  options.seed = seed;
  options.workload = workload.pick(campaign.workloads);
  options.faults = draw_faults(campaign, faults);
  options.reads = draw_reads(campaign, options.faults, reads);
  options.nodes = size.pick(campaign.nodes);
  options.concurrency = options.nodes * size.pick(k_clients_per_node);
  if (campaign.clients_per_node > 0)
    options.concurrency = options.nodes * campaign.clients_per_node;
  options.rate = pace.pick(k_rates);
  if (campaign.rate > 0) options.rate = campaign.rate;
  options.ops_per_key = pace.pick(k_ops_per_key);
  options.fault_interval = pace.pick(k_fault_intervals);
  if (campaign.fault_interval > Nanos::zero()) options.fault_interval = campaign.fault_interval;
  options.cadence = pace.pick(k_cadences);
  options.weather = draw_around(campaign.weather, weather);
  options.time_limit = campaign.time_limit;
  options.defects = campaign.defects;
  options.invariants = campaign.invariants;
  options.judge_budget = k_judge_budget;
  return options;
}

plumbline::Result<Seeds> parse_seeds(const std::string& seeds, const std::string& shard) {
  const auto number = [](std::string_view text) -> std::optional<std::uint64_t> {
    const auto parsed = parse_int(text);
    if (!parsed || *parsed < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*parsed);
  };
  Seeds parsed;
  const std::size_t dots = seeds.find("..");
  const auto first = number(seeds.substr(0, dots));
  const auto last = dots == std::string::npos ? first : number(seeds.substr(dots + 2));
  if (!first || !last || *last < *first || *last >= k_last_seed)
    return fail(Error::Code::invalid,
                str("--seeds: a range like 1..10000, not '", printable(seeds), "'"));
  parsed.first = *first;
  parsed.last = *last;
  if (shard.empty()) return parsed;
  const std::size_t slash = shard.find('/');
  const auto mine = number(shard.substr(0, slash));
  const auto all = slash == std::string::npos ? std::nullopt : number(shard.substr(slash + 1));
  if (!mine || !all || *mine < 1 || *mine > *all)
    return fail(Error::Code::invalid,
                str("--shard: one of 1/n to n/n, not '", printable(shard), "'"));
  parsed.shard = *mine;
  parsed.shards = *all;
  return parsed;
}

}  // namespace plumbline::simulator
