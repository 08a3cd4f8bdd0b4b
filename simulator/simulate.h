#pragma once
/// simulate(): one whole test on a simulated cluster, in one thread and in virtual time: the same
/// replicas, storage code, workloads, schedules and checks as a real run, with a network, disks and
/// clocks whose every choice follows from the seed. The same options give the same history, to the
/// byte, on every machine and in every build.
/// Source: FoundationDB's simulation; TigerBeetle's VOPR (see docs/decisions/).

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checker/verdict.h"
#include "core/history/history.h"
#include "nemesis/schedule.h"
#include "nemesis/script.h"
#include "simulator/coverage.h"
#include "simulator/weather.h"

namespace plumbline::simulator {

struct Options {
  std::uint64_t seed = 1;
  std::string workload = "register";
  std::string faults = "all";
  int nodes = 5;
  int concurrency = 10;
  double rate = 200;
  int ops_per_key = 100;
  Nanos time_limit = 20s;
  Nanos fault_interval = 1s;
  Nanos quiet_start = 1s;
  Cadence cadence = Cadence::mixed;
  std::string reads = "linearizable";
  std::set<std::string> defects{};
  std::optional<Weather> weather{};  ///< nothing: drawn from the seed
  /// Do exactly this instead of what workload and faults say (the workload still says how to
  /// judge). An operation whose thread is busy waits for it.
  std::optional<Script> script{};
  /// These calls instead of a schedule of faults, while clients do as the workload says: what was
  /// done to a real cluster.
  std::optional<std::vector<ClusterCall>> replay{};
  bool invariants = true;  ///< look at all nodes after each step; costs time
  bool trace = false;      ///< keep what is needed for a message diagram
  bool judge = true;
  /// Judge each event as it happens, and end the load at the first violation; then heal as ever.
  bool stop_on_violation = false;
  Nanos recovery_limit = 15s;  ///< from the final heal until every client has been served
  Nanos judge_budget = 20s;    ///< of real time
};

/// One thing that a message diagram shows.
struct TraceEvent {
  enum class Kind : std::uint8_t {
    sent,
    delivered,
    lost,  ///< a message; `message` joins them
    role,
    crashed,
    started,
    paused,
    resumed,
    fault,
    invoked,
    completed,
    applied,
    note
  };
  Nanos at{};
  Kind kind = Kind::note;
  int node = 0;               ///< whose line: 1 is n1; 0: none (a client's or the nemesis's)
  int to = 0;                 ///< of a message
  std::uint64_t message = 0;  ///< unique in a run
  std::string text{};
};

/// What found that something is wrong, the strongest evidence first.
enum class FoundBy : std::uint8_t { nothing, history, progress, death, invariant };
const char* to_string(FoundBy found);

struct Result {
  History history;
  Script script;
  Weather weather;
  Verdict verdict;        ///< of the history, of progress after the heal, of nodes that died
  std::string violation;  ///< of an invariant: the first one, in words; empty: none
  FoundBy found_by = FoundBy::nothing;
  std::string found;  ///< one line: what is wrong
  Coverage coverage;
  std::optional<std::int64_t> stopped_at{};  ///< the event that ended the load: stop_on_violation
  Nanos end{};                               ///< virtual time that passed
  std::uint64_t steps = 0;                   ///< events of the simulated world
  std::uint64_t most_steps_in_a_second = 0;
  std::vector<TraceEvent> trace;
  std::vector<std::vector<std::string>> logs;  ///< of each node, a line an event
};

/// Fails: invalid, if the options name what there is not (the same words as `plumbline test`).
plumbline::Result<Result> simulate(const Options& options);

}  // namespace plumbline::simulator
