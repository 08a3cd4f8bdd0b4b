#include "nemesis/all.h"

#include <algorithm>

#include "core/base/text.h"
#include "nemesis/faults/faults.h"

namespace plumbline {

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> k_faults = [] {
    std::vector<Fault> faults;
    for (auto* family : {partition_faults, succession_faults, contested_vote_faults, kill_faults,
                         pause_faults, packets_faults, clock_faults, disk_faults, power_faults,
                         bit_flip_faults, membership_faults, torn_member_faults, transfer_faults})
      for (Fault& fault : family()) faults.push_back(std::move(fault));
    return faults;
  }();
  return k_faults;
}

namespace {

constexpr const char* k_everything = "everything";

/// The first fault of each family does what the others of it do, in turn.
std::vector<Fault> first_of_each_family() {
  std::vector<Fault> faults;
  for (const Fault& fault : all_faults())
    if (std::ranges::find(faults, fault.family, &Fault::family) == faults.end())
      faults.push_back(fault);
  return faults;
}

bool can_do(const std::set<Ability>& abilities, const Fault& fault) {
  return std::ranges::includes(abilities, fault.needs);
}

}  // namespace

Result<std::vector<Fault>> parse_faults(const std::string& list) {
  if (list.empty() || list == "none") return std::vector<Fault>{};
  if (list == k_everything) return first_of_each_family();
  const std::string asked = list == "all" ? "partition,kill,pause" : list;
  std::vector<std::string> known = {"all", k_everything, "none"};
  for (const Fault& fault : all_faults()) known.push_back(fault.name);
  std::vector<Fault> faults;
  for (const std::string& word : split(asked, ',')) {
    const auto found = std::ranges::find(all_faults(), word, &Fault::name);
    if (found == all_faults().end()) {
      const auto close = nearest(word, known);
      return fail(Error::Code::invalid, str("unknown fault '", printable(word), "'",
                                            close ? str(": did you mean '", *close, "'?")
                                                  : str(": one of ", join(known, ", "))));
    }
    if (std::ranges::find(faults, word, &Fault::name) == faults.end()) faults.push_back(*found);
  }
  return faults;
}

std::string needs_in_words(const Fault& fault) {
  std::vector<std::string> names;
  for (const Ability ability : fault.needs) names.emplace_back(to_string(ability));
  return names.empty() ? "" : "needs " + join(names, " and ");
}

Result<std::vector<Fault>> faults_for(const std::string& list, const std::set<Ability>& abilities,
                                      const std::string& target) {
  TRY_ASSIGN(std::vector<Fault> faults, parse_faults(list));
  if (list == k_everything)
    std::erase_if(faults, [&](const Fault& fault) { return !can_do(abilities, fault); });
  for (const Fault& fault : faults) {
    if (can_do(abilities, fault)) continue;
    std::vector<std::string> names;
    for (const Ability ability : abilities) names.emplace_back(to_string(ability));
    return fail(
        Error::Code::invalid,
        str("the fault ", fault.name, " ", needs_in_words(fault), ", but the target ", target,
            " has ", names.empty() ? "only processes and cuts" : join(names, ", ")));
  }
  return faults;
}

bool leaves_no_quorum(const Fault& fault) {
  return std::ranges::all_of(fault.specs, [](const std::string& spec) {
    return spec == "majority" || spec == "all";  // no cut is called either of these
  });
}

}  // namespace plumbline
