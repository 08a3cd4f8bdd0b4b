#pragma once
/// One run on the target sim: the same options, verdict and folder as of a run on real nodes, but
/// nodes, network, disks and clocks are simulated and time is virtual.

#include "control/run/run.h"
#include "control/run/run_options.h"
#include "simulator/campaign.h"
#include "simulator/simulate.h"

namespace plumbline {

/// What the simulator is to do. Fails: invalid, naming the option: also for those that make no
/// sense without real nodes.
Result<simulator::Options> sim_options(const RunOptions& options);
/// The other way round: the words that repeat a case.
RunOptions run_options(const simulator::Options& options);
/// `plumbline test --target sim ...`, which repeats exactly this.
std::string sim_command(const simulator::Options& options);

/// What a simulated run is made of, besides its options.
struct SimParts {
  std::string started;  ///< a date for people
  std::string stamp;    ///< the same, for the name of the folder
  std::string versions;
  simulator::Simulate simulate = simulator::simulate;
  /// Exactly this run, whatever the options say; they still name workload and faults. Its folder
  /// is what repeats it: plumbline replay FOLDER.
  std::optional<simulator::Options> exactly{};
  std::filesystem::path folder{};  ///< empty: one in the options' results
};

struct SimOutcome {
  RunOutcome run;
  Nanos virtual_time{};
  Nanos cpu{};  ///< real, for simulating and judging
};

/// Threads: one. A signal that `stop` learned of is heeded when the simulation is over.
/// Fails: invalid, before there is a folder.
Result<SimOutcome> run_simulated(const RunOptions& options, const SimParts& parts, Stop& stop);

}  // namespace plumbline
