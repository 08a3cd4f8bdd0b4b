// Who is a member of a remote cluster: what an operator does to change that.

#include <algorithm>
#include <thread>

#include "control/run/remote_cluster.h"
#include "core/base/check.h"
#include "core/base/text.h"
#include "nemesis/members.h"

namespace plumbline {

namespace {

/// Longer than a leader waits for the other.
constexpr Nanos k_transfer_patience = 2s;
constexpr Nanos k_look_at_members_again = 200ms;
constexpr Nanos k_wipe_timeout = 10s;

}  // namespace

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

std::vector<NodeAccess> RemoteCluster::members_of(const Nodes& nodes) {
  std::vector<NodeAccess> some;
  for (const NodeName& node : nodes) some.push_back(member(held(node).access));
  return some;
}

Nodes RemoteCluster::voters() {
  return system_.voters(members(), Trust::claimed).value_or(Nodes{});
}

/// One act that is about all of them.
Status RemoteCluster::timed_for(const std::string& verb, const Nodes& nodes,
                                const std::function<Status()>& act) {
  const auto start = std::chrono::steady_clock::now();
  const Status status = act();
  const Nanos took = std::chrono::steady_clock::now() - start;
  for (const NodeName& node : nodes) {
    Action action;
    action.verb = verb;
    action.node = node;
    action.took = took;
    if (!status) action.error = status.error().what;
    log_(action);
  }
  return status;
}

Status RemoteCluster::remove_member(const NodeName& node) {
  return timed_for("remove", {node}, [&] { return take_out({node}, patience.removal); });
}

Status RemoteCluster::remove_members(const Nodes& nodes) {
  return timed_for("vote-out", nodes, [&] { return vote_out(nodes, patience.removal); });
}

Status RemoteCluster::add_member(const NodeName& node) { return add_members({node}); }

Status RemoteCluster::add_members(const Nodes& nodes) {
  return timed_for("add", nodes, [&]() -> Status {
    TRY(begin_anew(nodes));
    return system_.add_members(members_of(nodes), members(), patience.change);
  });
}

Status RemoteCluster::add_learners(const Nodes& nodes) {
  return timed_for("learn", nodes, [&]() -> Status {
    TRY(begin_anew(nodes));
    return system_.add_learners(members_of(nodes), members(), patience.change);
  });
}

Status RemoteCluster::vote_out(const Nodes& nodes, Nanos timeout) {
  {
    const std::lock_guard lock(mutex_);
    members_changed_ = true;
  }
  return system_.remove_members(members_of(nodes), members(), timeout);
}

Status RemoteCluster::take_out(const Nodes& nodes, Nanos timeout) {
  TRY(vote_out(nodes, timeout));
  {
    const std::lock_guard lock(mutex_);
    out_.insert(nodes.begin(), nodes.end());
  }
  TRY(all_ok(kill(nodes)));
  return all_ok(on_each(nodes, [this](const HeldNode& node) -> Status {
    const std::string data = system_.data_directory(node.access);
    TRY(run_ok(*node.remote, "rm -rf -- " + shell_quote(data), k_wipe_timeout));
    return {};
  }));
}

Status RemoteCluster::begin_anew(const Nodes& nodes) {
  // What they were must be out for good before their data goes: a voter without data is one less.
  TRY(take_out(nodes, patience.change));
  {
    const std::lock_guard lock(mutex_);
    for (const NodeName& node : nodes) {
      ++incarnations_[node];
      out_.erase(node);
    }
  }
  return all_ok(start(nodes));
}

Status RemoteCluster::transfer_leadership(const NodeName& to) {
  return timed_for("transfer", {to}, [&] {
    return system_.transfer_leadership(member(held(to).access), members(), k_transfer_patience);
  });
}

/// A change that was asked for long ago may come about while we look, so we look until all vote.
Status RemoteCluster::bring_back_all() {
  {
    const std::lock_guard lock(mutex_);
    if (!members_changed_) return {};
  }
  const auto deadline = std::chrono::steady_clock::now() + patience.heal;
  for (;;) {
    const Nodes voting = system_.voters(members(), Trust::confirmed).value_or(Nodes{});
    Status status;
    if (voting.empty()) status = fail(Error::Code::unavailable, "nobody knows who votes");
    for (const NodeName& node : nodes_)
      if (!voting.empty() && std::ranges::find(voting, node) == voting.end())
        if (const Status added = add_member(node); !added)
          status = fail(is_for_later(added.error()) ? Error::Code::unavailable : added.error().code,
                        node + " is no voter: " + added.error().what);
    if (status || std::chrono::steady_clock::now() >= deadline) return status;
    std::this_thread::sleep_for(k_look_at_members_again);
  }
}

}  // namespace plumbline
