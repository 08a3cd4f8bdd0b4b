#pragma once
/// The table of faults.

#include "nemesis/fault.h"

namespace plumbline {

const std::vector<Fault>& all_faults();

/// The faults of a list like "partition,kill-leader"; "all" is partition, kill and pause,
/// "everything" is the first fault of each family, "none" or "" is none. Each is taken once.
/// Fails: invalid, naming the unknown word and the nearest known one.
Result<std::vector<Fault>> parse_faults(const std::string& list);

/// The same for a target that has only `abilities`: "everything" is then what it can do.
/// Fails: also invalid, naming the first fault that the target cannot do.
Result<std::vector<Fault>> faults_for(const std::string& list, const std::set<Ability>& abilities,
                                      const std::string& target);
/// "needs packets and clocks"; empty for a fault that needs nothing of the target.
std::string needs_in_words(const Fault& fault);

/// Whether `fault`, while in force, always stops a majority of the nodes, so that the system can
/// do nothing.
bool leaves_no_quorum(const Fault& fault);

}  // namespace plumbline
