#pragma once
/// Hunts of planted defects on real processes: the program itself, run as a user runs it with
/// `plumbline test --target local`, once a seed.

#include <filesystem>
#include <string>

#include "control/run/stop.h"
#include "control/run/zoo_record.h"
#include "node/replica/defects.h"
#include "simulator/zoo.h"

namespace plumbline {

/// Whether it is one of those that are hunted on real processes when none is named: each shows a
/// mechanism of its own, and needs nothing of the machine that processes and their network cannot
/// give.
bool hunted_on_local(const std::string& defect);

/// Runs go to `results`, one after another until one is invalid. Of `hunt` its seeds, budget and
/// time limit count. Requires: one thread.
/// Fails: io; failed, if a run's harness failed; interrupted.
Result<ZooEntry> hunt_on_local(const replica::PlantedDefect& defect,
                               const simulator::HuntOptions& hunt,
                               const std::filesystem::path& results, const Stop& stop);

}  // namespace plumbline
