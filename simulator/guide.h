#pragma once
/// Guide: chooses the cases of a guided campaign. It keeps those cases that reached what few others
/// did, and makes new ones of them: the same with another seed, other faults, another pace, another
/// weather. What is rare counts most. Every case stands by itself: it is repeated from its own
/// words, without the campaign.
///
/// The choices depend on the seeds and on what the cases before them reached, which is learned in
/// generations of a fixed size: neither timing nor the number of workers matters.
/// Source: AFLFast (Böhme 2016) for energy to what is rarely reached; swarm testing (Groce 2012).

#include <map>
#include <utility>
#include <vector>

#include "core/base/rng.h"
#include "simulator/campaign_record.h"

namespace plumbline::simulator {

class Guide {
 public:
  static constexpr std::size_t k_generation = 64;

  explicit Guide(CampaignOptions campaign) : campaign_(std::move(campaign)) {}

  /// The case for a seed, by what was learned so far.
  Options choose(std::uint64_t seed) const;
  /// Takes what became of a case that choose() gave, in order of the seeds.
  void learn(const Options& options, const CaseRecord& record);

  std::size_t kept() const { return corpus_.size(); }
  /// (state, how often in one run by powers of two): how many different ones were reached.
  std::size_t features() const { return hits_.size(); }

 private:
  using Feature = std::pair<std::size_t, unsigned>;
  struct Entry {
    Options options;
    std::vector<Feature> features;
  };
  static std::vector<Feature> features_of(const Coverage& coverage);
  double energy(const Entry& entry) const;
  const Entry& pick(Rng& rng) const;
  Options mutate(const Options& parent, std::uint64_t seed, Rng& rng) const;

  CampaignOptions campaign_;
  std::map<Feature, std::uint64_t> hits_;  ///< in how many runs
  std::vector<Entry> corpus_;
};

/// `weather` with some of its fields as `fresh` has them. Both in the words of to_text().
std::string cross_weather(const std::string& weather, const std::string& fresh, Rng& rng);

}  // namespace plumbline::simulator
