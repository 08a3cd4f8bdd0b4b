#pragma once
/// The table of faults.

#include "nemesis/fault.h"

namespace plumbline {

const std::vector<Fault>& all_faults();

/// The faults of a list like "partition,kill-leader"; "all" is partition, kill and pause, "none" or
/// "" is none. Each is taken once.
/// Fails: invalid, naming the unknown word and the nearest known one.
Result<std::vector<Fault>> parse_faults(const std::string& list);

/// Whether `fault`, while in force, always stops a majority of the nodes, so that the system can
/// do nothing.
bool leaves_no_quorum(const Fault& fault);

}  // namespace plumbline
