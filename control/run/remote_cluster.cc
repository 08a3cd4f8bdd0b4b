#include "control/run/remote_cluster.h"

#include <algorithm>
#include <thread>

#include "control/targets/guard.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

/// A node that cannot be reached for this long is lost: its faults are unknown and the run must
/// end.
constexpr Nanos k_lost_after = 10s;
constexpr int k_heal_attempts = 3;

Nanos since(std::chrono::steady_clock::time_point start) {
  return std::chrono::steady_clock::now() - start;
}

/// What a command said when it refused, for an error of one line.
std::string in_one_line(const std::string& said) {
  constexpr std::size_t k_longest = 400;
  const auto lines = split(trim(said), '\n');
  return lines.empty() ? "it refused without a word" : printable(join(lines, " | "), k_longest);
}

}  // namespace

RemoteCluster::RemoteCluster(std::vector<HeldNode>& held, System& system,
                             std::function<void(const Action&)> log)
    : held_(held), system_(system), log_(std::move(log)) {
  for (const HeldNode& node : held_) {
    nodes_.push_back(node.access.name);
    accesses_.push_back(node.access);
    expected_running_[node.access.name] = false;
  }
}

PerNode RemoteCluster::on_each(const Nodes& nodes,
                               const std::function<Status(const HeldNode&)>& act) {
  std::vector<const HeldNode*> chosen;
  for (const HeldNode& node : held_)
    if (std::ranges::find(nodes, node.access.name) != nodes.end()) chosen.push_back(&node);
  std::vector<Status> results(chosen.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < chosen.size(); ++i)
      threads.emplace_back([&, i] { results[i] = act(*chosen[i]); });
  }
  PerNode named;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    named[chosen[i]->access.name] = std::move(results[i]);
  return named;
}

Status RemoteCluster::logged(Action action, const HeldNode& node, const std::string& script) {
  const auto start = std::chrono::steady_clock::now();
  const auto done = node.remote->run(script, {}, k_lost_after);
  Status status;
  if (!done)
    status = std::unexpected(done.error());
  else if (!done->ok())
    status = fail(Error::Code::failed, in_one_line(done->err.empty() ? done->out : done->err));
  action.node = node.access.name;
  action.took = since(start);
  if (!status) action.error = status.error().what;
  log_(action);
  return status;
}

PerNode RemoteCluster::run_scripts(const std::string& verb, const Nodes& nodes,
                                   const std::function<std::string(const NodeAccess&)>& script) {
  return on_each(nodes, [&](const HeldNode& node) {
    Action action;
    action.verb = verb;
    return logged(std::move(action), node, script(node.access));
  });
}

Status RemoteCluster::set_cut(const Cut& cut) {
  return all_ok(on_each(nodes_, [&](const HeldNode& node) {
    Action action;
    action.verb = "cut";
    std::vector<std::string> addresses;
    if (const auto dropped = cut.find(node.access.name); dropped != cut.end())
      for (const NodeAccess& peer : accesses_)
        if (dropped->second.contains(peer.name)) {
          action.drops.push_back(peer.name);
          addresses.push_back(peer.address);
        }
    return logged(std::move(action), node, partition_script(node.access, addresses));
  }));
}

Status RemoteCluster::set_packets(const Packets& packets) {
  const bool none = packets == Packets{};
  const std::string trouble = none ? std::string() : system_.link_trouble(packets);
  return all_ok(run_scripts("links", nodes_, [&](const NodeAccess& node) {
    const bool spared = !packets.to.empty() && packets.to != node.name;
    return links_script(node, spared ? std::string() : trouble);
  }));
}

void RemoteCluster::expect(const Nodes& nodes, bool running) {
  const std::lock_guard lock(mutex_);
  for (const NodeName& node : nodes) {
    expected_running_[node] = running;
    ++changes_[node];
  }
}

Result<RemoteCluster::Left> RemoteCluster::what_is_left(const HeldNode& node) {
  TRY_ASSIGN(const std::string lines,
             run_ok(*node.remote, audit_script(node.access), k_lost_after));
  Left left;
  for (const std::string& line : split(lines, '\n')) {
    if (line.empty()) continue;
    if (line.starts_with("running: " + system_.name() + " "))
      left.process = true;
    else
      left.faults.push_back(line);
    if (line.starts_with("stopped: " + system_.name() + " ")) left.process = true;
  }
  return left;
}

Status RemoteCluster::look_at(const HeldNode& node) {
  const NodeName& name = node.access.name;
  // A guard that is gone has healed and killed on its way out, or its node was started anew:
  // whatever the history says of faults on it would not be true.
  if (!node.guard->alive())
    return fail(Error::Code::transport,
                "its guard is gone: the node was restarted, or its SSH connection broke");
  int change = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!expected_running_[name]) return {};
    change = changes_[name];
  }
  TRY_ASSIGN(const Left left, what_is_left(node));
  const std::lock_guard lock(mutex_);
  if (left.process || changes_[name] != change) return {};
  expected_running_[name] = false;
  ++changes_[name];
  deaths_.push_back(name);
  return {};
}

Status RemoteCluster::look_for_deaths(const Nodes& nodes) {
  return all_ok(on_each(nodes, [this](const HeldNode& node) { return look_at(node); }));
}

Nodes RemoteCluster::take_deaths() {
  const std::lock_guard lock(mutex_);
  return std::exchange(deaths_, {});
}

Nodes RemoteCluster::down() {
  const std::lock_guard lock(mutex_);
  Nodes found;
  for (const NodeName& node : nodes_)
    if (!expected_running_[node]) found.push_back(node);
  return found;
}

PerNode RemoteCluster::kill(const Nodes& nodes) { return end("kill", nodes); }

/// The system was started so that it loses by this what it had not synced.
PerNode RemoteCluster::cut_power(const Nodes& nodes) { return end("power", nodes); }

PerNode RemoteCluster::end(const std::string& verb, const Nodes& nodes) {
  // A node that cannot be asked cannot be killed either, and that is then told.
  static_cast<void>(look_for_deaths(nodes));
  expect(nodes, false);
  return run_scripts(verb, nodes,
                     [this](const NodeAccess& node) { return kill_script(node, system_.name()); });
}

PerNode RemoteCluster::start(const Nodes& nodes) {
  static_cast<void>(look_for_deaths(nodes));
  PerNode started = run_scripts("start", without_those_out(nodes), [this](const NodeAccess& node) {
    return start_script(node, system_.name(), system_.command_line(member(node), accesses_),
                        log_file(node));
  });
  Nodes running;
  for (const auto& [node, status] : started) {
    if (status) {
      running.push_back(node);
    } else if (status.error().code == Error::Code::failed) {
      const std::lock_guard lock(mutex_);
      deaths_.push_back(node);  // it was started and did not stay up: that is the system's doing
    }
  }
  expect(running, true);
  for (const NodeName& node : nodes) started.try_emplace(node);  // those out have nothing to start
  return started;
}

PerNode RemoteCluster::pause(const Nodes& nodes) {
  return run_scripts("pause", nodes,
                     [this](const NodeAccess& node) { return pause_script(node, system_.name()); });
}

void RemoteCluster::pass(Nanos time) { std::this_thread::sleep_for(time); }

PerNode RemoteCluster::resume(const Nodes& nodes) {
  return run_scripts("resume", nodes, [this](const NodeAccess& node) {
    return resume_script(node, system_.name());
  });
}

// ---- What is and what was -----------------------------------------------------------------------

Nodes RemoteCluster::leaders() {
  std::mutex mutex;
  std::set<NodeName> leading;
  on_each(nodes_, [&](const HeldNode& node) -> Status {
    if (system_.is_leader(node.access)) {
      const std::lock_guard lock(mutex);
      leading.insert(node.access.name);
    }
    return {};
  });
  Nodes ordered;
  for (const NodeName& node : nodes_)
    if (leading.contains(node)) ordered.push_back(node);
  return ordered;
}

Status RemoteCluster::heal_faults() {
  Status status;
  for (int attempt = 0; attempt < k_heal_attempts; ++attempt) {
    status = all_ok(resume(nodes_));
    if (const Status whole = set_cut({}); status) status = whole;
    if (abilities().contains(Ability::packets))
      if (const Status good = set_packets({}); status) status = good;
    if (status) status = audit(false);
    if (status) return {};
  }
  return status;
}

Status RemoteCluster::heal_and_verify() {
  const Status healed = heal_faults();
  const Status started = all_ok(start(nodes_));
  TRY(healed);
  TRY(started);
  TRY(bring_back_all());
  return audit(true);
}

Status RemoteCluster::audit(bool with_processes) {
  return all_ok(on_each(nodes_, [&](const HeldNode& node) -> Status {
    TRY_ASSIGN(const Left left, what_is_left(node));
    if (!left.faults.empty())
      return fail(Error::Code::failed, "left behind: " + join(left.faults, ", "));
    if (with_processes && !left.process)
      return fail(Error::Code::failed, system_.name() + " does not run");
    return {};
  }));
}

std::string RemoteCluster::log_file(const NodeAccess& node) const {
  const std::vector<std::string> files = system_.log_files(node);
  CHECK(!files.empty(), "a system names at least the file that its output goes to");
  return files.front();
}

}  // namespace plumbline
