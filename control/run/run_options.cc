#include "control/run/run_options.h"

#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr int k_most_processes = 10'000;

/// Writes a command line, leaving out what is as in a fresh RunOptions.
class Command {
 public:
  template <class T>
  void add(const std::string& flag, const T& value, const T& by_default) {
    if (value != by_default) always(flag, str(value));
  }
  void always(const std::string& flag, const std::string& value) {
    text_ += " " + flag + " " + shell_quote(value);
  }
  void each(const std::string& flag, const std::vector<std::string>& values) {
    // With '=', since a value such as --snapshot-every would be taken for a flag of ours.
    for (const std::string& value : values) text_ += " " + flag + "=" + shell_quote(value);
  }
  void when(const std::string& flag, bool set) {
    if (set) text_ += " " + flag;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "plumbline test";
};

}  // namespace

Result<int> parse_concurrency(const std::string& text, int nodes) {
  const bool times_nodes = text.ends_with('n');
  const auto number = parse_int(times_nodes ? text.substr(0, text.size() - 1) : text);
  if (!number || *number < 1 || *number > k_most_processes)
    return fail(Error::Code::invalid, "--concurrency is '" + printable(text) +
                                          "': give a number of processes, or 2n for two a node");
  const int count = static_cast<int>(*number);
  return times_nodes ? count * nodes : count;
}

std::string command_of(const RunOptions& options) {
  const RunOptions usual;
  Command command;
  command.always("--workload", options.workload);
  command.always("--faults", options.faults);
  command.add("--system", options.system, usual.system);
  command.always("--target", options.target.name);
  if (options.target.hosts.empty())
    command.always("--nodes", str(options.target.nodes));
  else
    command.always("--nodes", join(options.target.hosts, ","));
  command.add("--user", options.target.user, usual.target.user);
  command.add("--key", options.target.private_key.string(), usual.target.private_key.string());
  command.add("--known-hosts", options.target.known_hosts.string(),
              usual.target.known_hosts.string());
  command.add("--concurrency", options.concurrency, usual.concurrency);
  command.add("--rate", options.rate, usual.rate);
  command.add("--ops-per-key", options.ops_per_key, usual.ops_per_key);
  command.always("--time-limit", format_duration(options.time_limit));
  command.add("--fault-interval", format_duration(options.fault_interval),
              format_duration(usual.fault_interval));
  command.add("--patience", format_duration(options.patience), format_duration(usual.patience));
  command.add("--schedule", options.schedule, usual.schedule);
  command.add("--results", options.results.string(), usual.results.string());
  command.add("--node-binary", options.node_binary.string(), usual.node_binary.string());
  command.each("--node-flag", options.node_flags);
  command.each("--defect", options.defects);
  command.add("--reads", options.reads, usual.reads);
  command.when("--sessions", options.sessions);
  command.when("--leave-running", options.leave_running);
  command.when("--stop-on-violation", options.stop_on_violation);
  command.add("--script", options.script.string(), usual.script.string());
  if (options.weather) command.always("--weather", *options.weather);
  command.when("--no-invariants", !options.invariants);
  command.always("--seed", str(options.seed));
  return command.text();
}

}  // namespace plumbline
