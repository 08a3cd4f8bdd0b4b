#include "nemesis/all.h"

#include <algorithm>

#include "core/base/text.h"
#include "nemesis/faults/faults.h"

namespace plumbline {

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> k_faults = [] {
    std::vector<Fault> faults;
    for (auto* family : {partition_faults, kill_faults, pause_faults})
      for (Fault& fault : family()) faults.push_back(std::move(fault));
    return faults;
  }();
  return k_faults;
}

Result<std::vector<Fault>> parse_faults(const std::string& list) {
  if (list.empty() || list == "none") return std::vector<Fault>{};
  const std::string asked = list == "all" ? "partition,kill,pause" : list;
  std::vector<std::string> known = {"all", "none"};
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

bool leaves_no_quorum(const Fault& fault) {
  return std::ranges::all_of(fault.specs, [](const std::string& spec) {
    return spec == "majority" || spec == "all";  // no cut is called either of these
  });
}

}  // namespace plumbline
