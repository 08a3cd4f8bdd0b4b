#include "control/run/node_logs.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr std::array<std::string_view, 10> k_alarms = {
    ") failed:",    // CHECK(...)
    "Assertion `",  // assert of glibc
    "Assertion failed",
    "AddressSanitizer",
    "ThreadSanitizer",
    "LeakSanitizer",
    "runtime error:",  // UndefinedBehaviorSanitizer
    "panic:",
    "terminate called",  // an exception that nobody caught
    "Segmentation fault",
};

constexpr std::size_t k_longest_line = 400;

}  // namespace

bool is_alarming(std::string_view line) {
  // CHECK's text is matched with its name, as ") failed:" alone is also plain English.
  return std::ranges::any_of(k_alarms, [&](std::string_view alarm) {
    const std::size_t at = line.find(alarm);
    if (at == std::string_view::npos) return false;
    return alarm != k_alarms[0] || line.substr(0, at).find("CHECK(") != std::string_view::npos;
  });
}

std::optional<Alarm> first_alarm(const NodeName& node, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  for (std::int64_t number = 1; std::getline(in, line); ++number)
    if (is_alarming(line))
      return Alarm{node, file.filename().string(), number, printable(line, k_longest_line)};
  return std::nullopt;
}

std::vector<Alarm> alarms_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (auto at = std::filesystem::recursive_directory_iterator(folder / "nodes", code);
       !code && at != std::filesystem::recursive_directory_iterator(); at.increment(code))
    if (at->is_regular_file(code)) files.push_back(at->path());
  std::ranges::sort(files);
  std::vector<Alarm> alarms;
  for (const auto& file : files)
    if (const auto alarm = first_alarm(file.parent_path().filename().string(), file))
      alarms.push_back(*alarm);
  return alarms;
}

CollectedLogs collect_logs(RemoteCluster& cluster, const System& system, const RunFolder& folder) {
  std::mutex mutex;
  CollectedLogs collected;
  cluster.on_each(cluster.nodes(), [&](const HeldNode& node) -> Status {
    const NodeName& name = node.access.name;
    const auto problem = [&](const Error& error) {
      const std::lock_guard lock(mutex);
      collected.problems.push_back("logs of " + name + ": " + error.what);
    };
    const auto where = folder.node(name);
    if (!where) {
      problem(where.error());
      return {};
    }
    for (const std::string& remote_file : system.log_files(node.access)) {
      const auto local_file = *where / std::filesystem::path(remote_file).filename();
      if (const Status fetched = node.remote->download(remote_file, local_file); !fetched)
        problem(fetched.error());
      const auto alarm = first_alarm(name, local_file);
      const std::lock_guard lock(mutex);
      if (alarm) collected.alarms.push_back(*alarm);
    }
    return {};
  });
  std::ranges::sort(collected.alarms, {}, &Alarm::node);
  std::ranges::sort(collected.problems);
  return collected;
}

std::string last_lines(const HeldNode& node, const std::string& file) {
  const auto tail = node.remote->run("tail -n 3 " + shell_quote(file) + " 2>/dev/null", {}, 5s);
  if (!tail) return {};
  std::string text(trim(tail->out));
  std::ranges::replace(text, '\n', '|');
  return printable(text, k_longest_line);
}

}  // namespace plumbline
