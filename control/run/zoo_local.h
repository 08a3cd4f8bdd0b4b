#pragma once
/// Hunts of planted defects on real processes: the program itself, run as a user runs it with
/// `plumbline test --target local`, once a seed.

#include <filesystem>

#include "control/run/stop.h"
#include "control/run/zoo_record.h"
#include "node/replica/defects.h"
#include "simulator/zoo.h"

namespace plumbline {

/// Runs go to `results`, one after another until one is invalid. Of `hunt` its seeds, budget and
/// time limit count. Requires: one thread.
/// Fails: io; failed, if a run's harness failed; interrupted.
Result<ZooEntry> hunt_on_local(const replica::PlantedDefect& defect,
                               const simulator::HuntOptions& hunt,
                               const std::filesystem::path& results, const Stop& stop);

}  // namespace plumbline
