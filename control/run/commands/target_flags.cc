#include <ctime>

#include "control/run/commands/commands.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr int k_most_nodes = 15;

std::string date(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, format, &utc);
  return std::string(text, length);
}

}  // namespace

std::string program_version() { return "plumbline " PLUMBLINE_VERSION; }
std::string date_for_people() { return date("%Y-%m-%d %H:%M:%S UTC"); }
std::string date_for_names() { return date("%Y%m%dT%H%M%SZ"); }

void add_target_flags(CLI::App& app, TargetFlags& flags) {
  app.add_option("--target", flags.target, "Where the nodes live: local, docker, ssh or sim")
      ->envname("PLUMBLINE_TARGET")
      ->capture_default_str();
  app.add_option("--nodes", flags.nodes, "How many, or which: 5, or [USER@]HOST[:PORT],...")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--user", flags.user, "User on nodes that name none (ssh)");
  app.add_option("--key", flags.key, "Private key (default: the agent, then your default keys)");
  app.add_option("--known-hosts", flags.known_hosts, "Host keys of the nodes; checked always");
}

Result<TargetOptions> target_options(const TargetFlags& flags) {
  TargetOptions options;
  options.name = flags.target;
  const std::vector<std::string> known = {"local", "docker", "ssh", "sim"};
  if (std::find(known.begin(), known.end(), flags.target) == known.end()) {
    const auto close = nearest(flags.target, known);
    return fail(Error::Code::invalid, str("unknown target '", printable(flags.target), "'",
                                          close ? str(": did you mean '", *close, "'?")
                                                : str(": one of ", join(known, ", "))));
  }
  const auto count = flags.nodes.size() == 1 ? parse_int(flags.nodes.front()) : std::nullopt;
  if (count) {
    if (*count < 1 || *count > k_most_nodes)
      return fail(Error::Code::invalid, str("--nodes: give 1 to ", k_most_nodes));
    if (flags.target == "ssh")
      return fail(Error::Code::invalid, "--target ssh needs the hosts: --nodes HOST,HOST,...");
    options.nodes = static_cast<int>(*count);
  } else {
    if (flags.target == "local" || flags.target == "sim")
      return fail(Error::Code::invalid,
                  "--target " + flags.target + " makes its own nodes: give --nodes a number");
    options.hosts = flags.nodes;
    options.nodes = static_cast<int>(flags.nodes.size());
  }
  options.user = flags.user;
  options.private_key = flags.key;
  options.known_hosts = flags.known_hosts;
  return options;
}

Result<Nanos> duration_of(const std::string& flag, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return context(duration.error(), flag);
  if (*duration <= Nanos::zero())
    return fail(Error::Code::invalid, flag + ": must be longer than nothing");
  return *duration;
}

}  // namespace plumbline
