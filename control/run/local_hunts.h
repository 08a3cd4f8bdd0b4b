#pragma once
/// LocalHunt: how a planted defect is best hunted on real processes: what its hunt in the simulator
/// asks for, as far as processes on one machine can be made to suffer it, and what is better here.

#include <optional>
#include <string>
#include <vector>

#include "node/replica/defects.h"

namespace plumbline {

/// Whether it is one of those that are hunted on real processes when none is named: the minimum set
/// of known bugs that a harness must find, each of which shows a mechanism of its own.
bool hunted_on_local(std::string_view defect);

/// The words of `plumbline test` that hunt it, but for seed, time limit and results.
std::vector<std::string> words_of_local_hunt(const replica::PlantedDefect& defect);

/// Options of raftkvd that give its nodes the weather of a simulated world, as far as it has them.
/// Requires: simulator::parse_weather() reads it.
std::vector<std::string> node_flags_for(const std::string& weather);

}  // namespace plumbline
