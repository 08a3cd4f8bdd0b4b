#include "simulator/guide.h"

#include <algorithm>
#include <bit>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::simulator {

namespace {

constexpr std::uint64_t k_guide_stream = 0x6775696465ULL;
/// So many cases are drawn without looking at the corpus: new kinds must keep coming in.
constexpr double k_from_nothing = 0.25;
constexpr double k_one_more_change = 0.4;
constexpr std::size_t k_most_kept = 400;
/// A feature reached by fewer runs than this makes a case worth keeping.
constexpr std::uint64_t k_still_rare = 4;
constexpr double k_field_crosses = 0.3;

/// Takes from `fresh` one thing that decides how a run goes.
void change_one(Options& options, const Options& fresh, Rng& rng) {
  switch (rng.below(6)) {
    case 0:
      options.faults = fresh.faults;
      options.reads = fresh.reads;  // which of them make sense depends on the faults
      return;
    case 1:
      options.fault_interval = fresh.fault_interval;
      return;
    case 2:
      options.cadence = fresh.cadence;
      return;
    case 3:
      options.nodes = fresh.nodes;
      options.concurrency = fresh.concurrency;
      return;
    case 4:
      options.rate = fresh.rate;
      options.ops_per_key = fresh.ops_per_key;
      return;
    default:
      options.workload = fresh.workload;
  }
}

}  // namespace

std::string cross_weather(const std::string& weather, const std::string& fresh, Rng& rng) {
  std::map<std::string, std::pair<std::string, std::string>> fields;  // name: ours, theirs
  const auto name_of = [](const std::string& field) { return field.substr(0, field.find('=')); };
  for (const std::string& field : split(weather, ',')) fields[name_of(field)].first = field;
  for (const std::string& field : split(fresh, ',')) fields[name_of(field)].second = field;
  std::vector<std::string> crossed;
  for (const auto& [name, both] : fields) {
    const std::string& chosen = rng.chance(k_field_crosses) ? both.second : both.first;
    if (!chosen.empty()) crossed.push_back(chosen);  // empty: as by default
  }
  return join(crossed, ",");
}

Options Guide::choose(std::uint64_t seed) const {
  Rng rng(seed ^ k_guide_stream);
  if (corpus_.empty() || rng.chance(k_from_nothing)) return draw_case(seed, campaign_);
  return mutate(pick(rng).options, seed, rng);
}

Options Guide::mutate(const Options& parent, std::uint64_t seed, Rng& rng) const {
  Options child = parent;
  child.seed = seed;
  const Options fresh = draw_case(seed, campaign_);
  while (rng.chance(k_one_more_change)) {
    if (rng.chance(0.5)) {
      change_one(child, fresh, rng);
      continue;
    }
    const std::string crossed =
        cross_weather(to_text(*parent.weather), to_text(draw_weather(rng)), rng);
    // Two fields that do not go together are no weather: then it stays as it was.
    if (const auto weather = parse_weather(crossed)) child.weather = *weather;
  }
  return child;
}

void Guide::learn(const Options& options, const CaseRecord& record) {
  Entry entry{options, features_of(record.coverage)};
  bool rare = false;
  for (const Feature& feature : entry.features) rare = ++hits_[feature] < k_still_rare || rare;
  if (!rare) return;
  const auto weather = parse_weather(record.weather);
  CHECK(weather.has_value(), "a run's weather can be read");
  entry.options.weather = *weather;
  corpus_.push_back(std::move(entry));
  if (corpus_.size() <= k_most_kept) return;
  corpus_.erase(
      std::ranges::min_element(corpus_, {}, [this](const Entry& kept) { return energy(kept); }));
}

std::vector<Guide::Feature> Guide::features_of(const Coverage& coverage) {
  std::vector<Feature> features;
  for (std::size_t i = 0; i < coverage.times.size(); ++i)
    if (coverage.times[i] > 0)
      features.emplace_back(i, static_cast<unsigned>(std::bit_width(coverage.times[i])));
  return features;
}

double Guide::energy(const Entry& entry) const {
  double energy = 0;
  for (const Feature& feature : entry.features)
    energy += 1.0 / static_cast<double>(hits_.at(feature));
  return energy;
}

const Guide::Entry& Guide::pick(Rng& rng) const {
  std::vector<double> up_to;
  double total = 0;
  for (const Entry& entry : corpus_) up_to.push_back(total += energy(entry));
  const double at = rng.unit() * total;
  const auto found = std::ranges::upper_bound(up_to, at);
  const auto place = static_cast<std::size_t>(found - up_to.begin());
  return corpus_[std::min(place, corpus_.size() - 1)];
}

}  // namespace plumbline::simulator
