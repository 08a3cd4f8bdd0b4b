#include "control/run/cluster_steps.h"

#include <algorithm>
#include <thread>

#include "control/run/node_logs.h"
#include "control/targets/guard.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

using Clock = std::chrono::steady_clock;
constexpr Nanos k_poll = 100ms;

/// Runs `act` for each node in a thread of its own and gives the first Error in the order of nodes.
Status in_parallel(std::size_t count, const std::function<Status(std::size_t)>& act) {
  std::vector<Status> results(count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&, i] { results[i] = act(i); });
  }
  for (Status& result : results) TRY(std::move(result));
  return {};
}

Status step(const std::string& name, const PerNode& results) {
  const Status all = all_ok(results);
  if (!all) return context(all.error(), name);
  return {};
}

Nodes not_serving(RemoteCluster& cluster, System& system) {
  const PerNode answers = cluster.on_each(cluster.nodes(), [&](const HeldNode& node) -> Status {
    if (system.serves(node.access)) return {};
    return fail(Error::Code::timeout, "does not serve");
  });
  Nodes missing;
  for (const auto& [node, status] : answers)
    if (!status) missing.push_back(node);
  return missing;
}

/// "n2 (last lines of its log: ...), n3".
std::string with_last_words(RemoteCluster& cluster, const Nodes& nodes) {
  std::mutex mutex;
  std::map<NodeName, std::string> told;
  cluster.on_each(nodes, [&](const HeldNode& node) -> Status {
    const std::string words = last_lines(node, cluster.log_file(node.access));
    const std::lock_guard lock(mutex);
    told[node.access.name] = words;
    return {};
  });
  std::vector<std::string> pieces;
  for (const auto& [node, words] : told)
    pieces.push_back(words.empty() ? node : node + " (its log ends: " + words + ")");
  return join(pieces, ", ");
}

}  // namespace

Result<std::vector<HeldNode>> hold_nodes(const std::vector<NodeAccess>& accesses,
                                         const ConnectNode& connect, Nanos timeout,
                                         const std::string& owner) {
  std::vector<HeldNode> held(accesses.size());
  TRY(in_parallel(accesses.size(), [&](std::size_t i) -> Status {
    held[i].access = accesses[i];
    auto remote = connect(accesses[i], timeout);
    if (!remote)
      return context(remote.error(),
                     "connect to " + accesses[i].name + " (plumbline doctor tells more)");
    held[i].remote = *std::move(remote);
    auto guard = hold_guard(*held[i].remote, held[i].access, owner);
    if (!guard) return context(guard.error(), "guard on " + accesses[i].name);
    held[i].guard = *std::move(guard);
    return {};
  }));
  return held;
}

Status clean(RemoteCluster& cluster, const System& system) {
  return step("clean", cluster.on_each(cluster.nodes(), [&](const HeldNode& node) -> Status {
    const std::string data = system.data_directory(node.access);
    CHECK(data.starts_with(node.access.directory + "/"),
          "a system keeps its data in our directory");
    TRY(run_ok(*node.remote, heal_script(node.access)));
    TRY(run_ok(*node.remote, kill_script(node.access, system.name())));
    std::string wipe = "rm -rf -- " + shell_quote(data);
    for (const std::string& file : system.log_files(node.access)) wipe += " " + shell_quote(file);
    TRY(run_ok(*node.remote, wipe));
    return {};
  }));
}

Status install(RemoteCluster& cluster, System& system) {
  return step("install", cluster.on_each(cluster.nodes(), [&](const HeldNode& node) {
    return system.install(*node.remote, node.access);
  }));
}

Status start_all(RemoteCluster& cluster) { return step("start", cluster.start(cluster.nodes())); }

Status wait_until_serving(RemoteCluster& cluster, System& system, Nanos timeout, const Stop& stop) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const Nodes missing = not_serving(cluster, system);
    if (missing.empty()) return {};
    if (stop.asked()) return fail(Error::Code::interrupted, "interrupted while nodes started");
    TRY(cluster.look_for_deaths(cluster.nodes()));
    if (const Nodes dead = cluster.down(); !dead.empty())
      return fail(Error::Code::failed, "start: " + system.name() + " ended at once on " +
                                           with_last_words(cluster, dead));
    if (Clock::now() >= deadline)
      return fail(Error::Code::timeout,
                  str("start: after ", format_duration(timeout), " this does not serve: ",
                      with_last_words(cluster, missing), "; its log is kept in the run's folder"));
    std::this_thread::sleep_for(k_poll);
  }
}

Status end_all(RemoteCluster& cluster) { return step("end", cluster.kill(cluster.nodes())); }

}  // namespace plumbline
