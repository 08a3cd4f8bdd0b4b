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
/// Who leads may have to be elected first, and a new member gets a snapshot.
constexpr Nanos k_member_patience = 10s;
constexpr Nanos k_heal_members_patience = 30s;
/// Longer than a leader waits for the other.
constexpr Nanos k_transfer_patience = 2s;
constexpr Nanos k_look_again = 200ms;

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

PerNode RemoteCluster::kill(const Nodes& nodes) {
  // A node that cannot be asked cannot be killed either, and that is then told.
  static_cast<void>(look_for_deaths(nodes));
  expect(nodes, false);
  return run_scripts("kill", nodes,
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

PerNode RemoteCluster::resume(const Nodes& nodes) {
  return run_scripts("resume", nodes, [this](const NodeAccess& node) {
    return resume_script(node, system_.name());
  });
}

// ---- Members ------------------------------------------------------------------------------------

Status RemoteCluster::timed(const std::string& verb, const HeldNode& node,
                            const std::function<Status()>& act) {
  const auto start = std::chrono::steady_clock::now();
  const Status status = act();
  Action action;
  action.verb = verb;
  action.node = node.access.name;
  action.took = since(start);
  if (!status) action.error = status.error().what;
  log_(action);
  return status;
}

const HeldNode& RemoteCluster::held(const NodeName& node) const {
  const auto found =
      std::ranges::find(held_, node, [](const HeldNode& h) { return h.access.name; });
  CHECK(found != held_.end(), "faults name nodes of this cluster");
  return *found;
}

NodeAccess RemoteCluster::member(const NodeAccess& node) {
  NodeAccess access = node;
  const std::lock_guard lock(mutex_);
  access.incarnation = incarnations_[node.name];
  return access;
}

std::vector<NodeAccess> RemoteCluster::members() {
  std::vector<NodeAccess> all;
  for (const NodeAccess& node : accesses_) all.push_back(member(node));
  return all;
}

Nodes RemoteCluster::without_those_out(const Nodes& nodes) {
  const std::lock_guard lock(mutex_);
  Nodes rest;
  for (const NodeName& node : nodes)
    if (!out_.contains(node)) rest.push_back(node);
  return rest;
}

Nodes RemoteCluster::voters() { return system_.voters(members()).value_or(Nodes{}); }

Status RemoteCluster::remove_member(const NodeName& node) {
  return timed("remove", held(node), [&] { return take_out(held(node)); });
}

Status RemoteCluster::add_member(const NodeName& node) {
  return timed("add", held(node), [&]() -> Status {
    // What it was must be out for good before its data goes: a voter without data is one less.
    TRY(take_out(held(node)));
    return bring_in(held(node));
  });
}

Status RemoteCluster::take_out(const HeldNode& node) {
  const NodeName& name = node.access.name;
  {
    const std::lock_guard lock(mutex_);
    members_changed_ = true;
  }
  TRY(system_.remove_member(member(node.access), members(), k_member_patience));
  {
    const std::lock_guard lock(mutex_);
    out_.insert(name);
  }
  TRY(all_ok(kill({name})));
  const std::string data = system_.data_directory(node.access);
  TRY(run_ok(*node.remote, "rm -rf -- " + shell_quote(data), k_lost_after));
  return {};
}

Status RemoteCluster::bring_in(const HeldNode& node) {
  const NodeName& name = node.access.name;
  {
    const std::lock_guard lock(mutex_);
    ++incarnations_[name];
    out_.erase(name);
  }
  TRY(all_ok(start({name})));
  return system_.add_member(member(node.access), members(), k_member_patience);
}

Status RemoteCluster::transfer_leadership(const NodeName& to) {
  return timed("transfer", held(to), [&] {
    return system_.transfer_leadership(member(held(to).access), members(), k_transfer_patience);
  });
}

/// A change that was asked for long ago may come about while we look, so we look until all vote.
Status RemoteCluster::bring_back_all() {
  {
    const std::lock_guard lock(mutex_);
    if (!members_changed_) return {};
  }
  const auto deadline = std::chrono::steady_clock::now() + k_heal_members_patience;
  for (;;) {
    const Nodes voting = voters();
    Status status;
    if (voting.empty()) status = fail(Error::Code::failed, "nobody knows who votes");
    for (const NodeName& node : nodes_)
      if (!voting.empty() && std::ranges::find(voting, node) == voting.end())
        if (const Status added = add_member(node); !added)
          status = context(added.error(), node + " is no voter");
    if (status || std::chrono::steady_clock::now() >= deadline) return status;
    std::this_thread::sleep_for(k_look_again);
  }
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
