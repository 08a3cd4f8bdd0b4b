#pragma once
/// The phases of a run, on every target the same: load and faults, then the heal, then the final
/// reads.

#include <vector>

#include "core/generator/gen.h"
#include "nemesis/fault.h"

namespace plumbline {

struct Phases {
  gen::GenPtr during;  ///< of the clients, for as long as time_limit
  gen::GenPtr faults;  ///< of the nemesis, meanwhile
  Nanos time_limit{};
  std::vector<Fault> healed{};  ///< all that `faults` may have left in force
  gen::GenPtr after_heal;       ///< of the clients; for final_reads at the longest
  Nanos final_reads{};
  /// Each is done by the nemesis after the final reads, and they are read once more after each.
  std::vector<Operation> reread_after{};
};

/// The heals of the faults, then one operation k_heal_all, stand between the load and the reads.
gen::GenPtr in_phases(const Phases& phases);
inline constexpr const char* k_heal_all = "heal-all";

}  // namespace plumbline
