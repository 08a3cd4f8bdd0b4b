#pragma once
/// One run, from an empty folder to a verdict: bring up, clean, install, start, drive, heal,
/// verify, collect, tear down, judge. Whatever fails or whoever interrupts it, the faults are
/// healed, and the history and the logs are kept.

#include <functional>
#include <memory>
#include <optional>

#include "checker/verdict.h"
#include "control/run/progress.h"
#include "control/run/run_options.h"
#include "control/run/stop.h"
#include "control/system.h"
#include "control/target.h"
#include "nemesis/all.h"
#include "nemesis/schedule.h"
#include "nemesis/script.h"
#include "workloads/workload.h"

namespace plumbline {

/// How a Remote to a node is made: connect_ssh, or a fake in tests.
using ConnectNode =
    std::function<Result<std::unique_ptr<Remote>>(const NodeAccess&, Nanos timeout)>;

/// How long the run waits for what.
struct Patience {
  Nanos connect = 10s;
  Nanos install = 60s;
  Nanos serve = 30s;     ///< until all nodes serve, at the start and after the final heal
  Nanos replicas = 30s;  ///< until they are at rest, after the load
  Nanos operation = 5s;  ///< one call; above the election timeout of every system
  Nanos quiet_start = 5s;
  Nanos final_reads = 10s;
  Nanos judging = 60s;
  Nanos judging_interrupted = 10s;  ///< whoever sends SIGTERM will not wait long
  Nanos watch = 1s;                 ///< between two looks at the nodes
};

struct RunOutcome {
  int exit_code = 255;                ///< as in docs: 0, 1, 2, 130 or 255
  Verdict verdict;                    ///< of what was recorded, if anything was judged
  std::optional<Error> failure;       ///< of the harness
  std::filesystem::path folder;       ///< empty if not even that could be made
  std::vector<std::string> problems;  ///< what else did not work, but changes no verdict
};

/// What a run is made of.
struct RunParts {
  std::unique_ptr<Target> target;
  std::shared_ptr<System> system;  ///< clients that are stuck keep it alive
  Workload workload;
  std::vector<Fault> faults;
  Cadence cadence = Cadence::interval;
  /// These instead of a schedule of `faults`, which are what they may leave in force.
  std::optional<std::vector<ClusterCall>> replay{};
  int concurrency = 1;
  ConnectNode connect;
  Patience patience{};
  std::string started;  ///< a date for people
  std::string stamp;    ///< the same, for the name of the folder
  std::string versions;
  /// Told once, when the verdict is written. With leave_running the nodes still run then, until the
  /// next signal.
  std::function<void(const RunOutcome&)> on_outcome;
};

/// Threads: from one; `stop` may be raised by any.
RunOutcome run(const RunOptions& options, RunParts parts, Stop& stop, Progress& progress);

}  // namespace plumbline
