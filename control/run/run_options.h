#pragma once
/// RunOptions: everything that decides what a run does. Kept in run.json and turned back into the
/// command that repeats it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "control/targets/targets.h"
#include "core/base/time.h"

namespace plumbline {

struct RunOptions {
  std::string workload = "register";
  std::string faults = "all";
  std::string system = "raftkv";
  TargetOptions target;
  std::string concurrency = "2n";  ///< a number, or a multiple of the nodes with an n behind it
  double rate = 200;               ///< operations a second, in all
  int ops_per_key = 100;
  Nanos time_limit = 60s;
  Nanos fault_interval = 5s;
  Nanos patience = 5s;  ///< of the operator who takes a member out, not of the target sim
  std::string schedule = "interval";
  std::uint64_t seed = 0;
  std::filesystem::path results = "results";
  std::filesystem::path node_binary;  ///< empty: the one beside the running program
  std::vector<std::string> node_flags;
  std::vector<std::string> defects;
  std::string reads = "linearizable";  ///< or lease, or stale
  bool sessions = false;               ///< changes are asked again until answered, and done once
  bool leave_running = false;
  bool stop_on_violation = false;  ///< the load ends at the first violation
  std::filesystem::path script;    ///< its faults are done instead of a schedule of them
  // of the target sim alone:
  std::optional<std::string> weather;  ///< nothing: drawn from the seed
  bool invariants = true;
};

/// "2n" with 5 nodes is 10. Fails: invalid.
Result<int> parse_concurrency(const std::string& text, int nodes);

/// The command that repeats the run: every option that is not the default, and the seed.
std::string command_of(const RunOptions& options);

}  // namespace plumbline
