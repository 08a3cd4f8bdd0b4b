#pragma once
/// What the nodes left behind: their log files, and what in them is an alarm.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "control/run/remote_cluster.h"
#include "control/run/run_folder.h"

namespace plumbline {

/// A line that no sound node writes: a failed CHECK or assertion, a panic, a sanitizer's report.
struct Alarm {
  NodeName node;
  std::string file;
  std::int64_t line = 0;
  std::string text;
};

bool is_alarming(std::string_view line);
/// The first alarming line of `file`, if there is one.
std::optional<Alarm> first_alarm(const NodeName& node, const std::filesystem::path& file);

/// The first of each file below nodes/ of a run's folder.
std::vector<Alarm> alarms_in(const std::filesystem::path& folder);

struct CollectedLogs {
  std::vector<Alarm> alarms;          ///< the first of each file
  std::vector<std::string> problems;  ///< what could not be fetched; never hides another failure
};
/// Fetches the log files of all nodes to nodes/<node>/ at the same time, and looks through them.
CollectedLogs collect_logs(RemoteCluster& cluster, const System& system, const RunFolder& folder);

/// The last lines of a node's log, to say why it does not run; empty if they cannot be had.
std::string last_lines(const HeldNode& node, const std::string& file);

}  // namespace plumbline
