// What an operator does to change members and leaders of a simulated cluster.

#include <algorithm>
#include <span>

#include "core/base/text.h"
#include "simulator/sim_cluster.h"

namespace plumbline::simulator {
namespace {

constexpr Nanos k_change_patience = 5s;  // of a change of members
constexpr Nanos k_transfer_patience = 2s;
constexpr Nanos k_ask_again = 50ms;
constexpr Nanos k_answer_patience = 1s;
constexpr Nanos k_operator_latency = 200us;

/// Requires: nodes is not empty.
proto::Request request_about(proto::Op op, const std::vector<raft::NodeId>& nodes) {
  proto::Request request{.op = op, .node = nodes.front().value};
  for (const raft::NodeId other : std::span(nodes).subspan(1))
    request.others.push_back(other.value);
  return request;
}

}  // namespace

SimNode* SimCluster::leader() {
  SimNode* newest = nullptr;
  for (const auto& node : world_.nodes())
    if (node->answers() && node->leads() &&
        (newest == nullptr || newest->replica().status().term < node->replica().status().term))
      newest = node.get();
  return newest;
}

Nodes SimCluster::voters() {
  Nodes voters;
  SimNode* const from = leader();
  if (from == nullptr) return voters;
  const raft::NodeStatus status = from->replica().raft().status();
  for (const auto& node : world_.nodes())
    if (node->is_member() && status.configuration->voters.contains(node->id()))
      voters.push_back(node->name());
  return voters;
}

void SimCluster::answered(std::uint64_t call, const proto::Reply& reply) {
  if (call != call_) return;
  call_ = 0;
  reply_ = reply;
}

void SimCluster::lost(std::uint64_t call, bool) {
  if (call == call_) call_ = 0;
}

std::optional<proto::Reply> SimCluster::ask(SimNode& node, const proto::Request& request,
                                            Nanos deadline) {
  reply_.reset();
  call_ = world_.call(me_, node.place(), request, k_operator_latency, k_operator_latency);
  if (!wait(deadline, [this] { return call_ == 0; })) world_.forget(std::exchange(call_, 0));
  return std::exchange(reply_, std::nullopt);
}

Status SimCluster::ask_leader(const proto::Request& request, Nanos deadline) {
  std::string why = "no node leads";
  while (world_.now() < deadline) {
    if (SimNode* const asked = leader()) {
      const auto reply = ask(*asked, request, std::min(deadline, world_.now() + k_answer_patience));
      if (reply && reply->code == proto::Code::ok) return {};
      why = reply ? str(to_string(reply->code), ' ', reply->message) : std::string("no answer");
    }
    wait(std::min(deadline, world_.now() + k_ask_again), [] { return false; });
  }
  return fail(Error::Code::timeout, str(to_string(request.op), ": ", why));
}

Status SimCluster::settled(const std::vector<raft::NodeId>& nodes, bool voters, Nanos deadline) {
  const auto is_settled = [&] {
    SimNode* const from = leader();
    if (from == nullptr) return false;
    const raft::NodeStatus status = from->replica().raft().status();
    const raft::Configuration& members = *status.configuration;
    return !members.is_joint() && status.commit >= status.configuration_index &&
           std::ranges::all_of(nodes, [&](raft::NodeId node) {
             return voters ? members.voters.contains(node) : !members.has(node);
           });
  };
  if (wait(deadline, is_settled)) return {};
  return fail(Error::Code::timeout, "the change of members is not complete");
}

Status SimCluster::remove_member(const NodeName& name) {
  return remove_within(name, world_.setup().weather.patience);
}

Status SimCluster::remove_within(const NodeName& name, Nanos patience) {
  TRY(vote_out({name}, patience));
  find(name)->leave();
  return {};
}

Status SimCluster::remove_members(const Nodes& names) {
  return vote_out(names, world_.setup().weather.patience);
}

Status SimCluster::vote_out(const Nodes& names, Nanos patience) {
  std::vector<raft::NodeId> ids;
  for (const NodeName& name : names) {
    SimNode* const node = find(name);
    if (node == nullptr) return fail(Error::Code::invalid, "there is no node " + name);
    if (node->is_member()) ids.push_back(node->id());
  }
  if (ids.empty()) return {};
  const Nanos deadline = world_.now() + patience;
  TRY(ask_leader(request_about(proto::Op::remove_member, ids), deadline));
  return settled(ids, false, deadline);
}

Status SimCluster::add_member(const NodeName& name) {
  SimNode* const node = find(name);
  if (node == nullptr) return fail(Error::Code::invalid, "there is no node " + name);
  if (!node->is_member()) {
    node->enroll(world_.next_id(), {});
    node->start();
  }
  return make_voters({node->id()}, {name});
}

Status SimCluster::add_members(const Nodes& names) {
  if (names.empty()) return {};
  TRY_ASSIGN(const std::vector<raft::NodeId> ids, enroll(names));
  return make_voters(ids, names);
}

Status SimCluster::add_learners(const Nodes& names) {
  if (names.empty()) return {};
  TRY_ASSIGN(const std::vector<raft::NodeId> ids, enroll(names));
  return make_learners(ids, names, world_.now() + k_change_patience);
}

plumbline::Result<std::vector<raft::NodeId>> SimCluster::enroll(const Nodes& names) {
  const std::optional<raft::Configuration> members = settled_members();
  if (!members) return fail(Error::Code::timeout, "nobody knows who is a member");
  std::vector<raft::NodeId> ids;
  for (const NodeName& name : names) {
    SimNode* const node = find(name);
    if (node == nullptr) return fail(Error::Code::invalid, "there is no node " + name);
    if (node->is_member() && !members->has(node->id())) node->leave();
    if (!node->is_member()) {
      node->enroll(world_.next_id(), {});
      node->start();
    }
    ids.push_back(node->id());
  }
  return ids;
}

Status SimCluster::make_learners(const std::vector<raft::NodeId>& ids, const Nodes& names,
                                 Nanos deadline) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    TRY(ask_leader({.op = proto::Op::add_member, .node = ids[i].value, .contact = names[i]},
                   deadline));
  return {};
}

Status SimCluster::make_voters(const std::vector<raft::NodeId>& ids, const Nodes& names) {
  const Nanos deadline = world_.now() + k_change_patience;
  TRY(make_learners(ids, names, deadline));
  // Refused until they have caught up.
  TRY(ask_leader(request_about(proto::Op::promote_member, ids), deadline));
  return settled(ids, true, deadline);
}

/// Whoever is out, cannot start any more, or is neither in nor out.
Status SimCluster::readmit(SimNode& node) {
  if (node.life() == SimNode::Life::refused) TRY(remove_within(node.name(), k_change_patience));
  if (!node.is_member()) return add_member(node.name());
  const std::optional<raft::Configuration> members = settled_members();
  if (!members || members->voters.contains(node.id())) return {};
  if (!members->has(node.id())) node.leave();
  return add_member(node.name());
}

/// A change that was given up may come about yet, and a leader that slept does not know that it was
/// replaced. So who is a member is known only from one that answers a linearizable read: a majority
/// confirmed it, and it has committed an entry of its own, after which no older leader's change
/// can.
std::optional<raft::Configuration> SimCluster::settled_members() {
  const Nanos deadline = world_.now() + k_change_patience;
  const proto::Request read{.op = proto::Op::get, .key = "any"};
  while (world_.now() < deadline) {
    if (SimNode* const from = leader()) {
      const auto reply = ask(*from, read, std::min(deadline, world_.now() + k_answer_patience));
      const bool confirmed =
          reply && (reply->code == proto::Code::ok || reply->code == proto::Code::not_found);
      if (confirmed && from == leader()) {
        const raft::NodeStatus status = from->replica().raft().status();
        if (!status.configuration->is_joint() && status.commit >= status.configuration_index)
          return *status.configuration;
      }
    }
    wait(std::min(deadline, world_.now() + k_ask_again), [] { return false; });
  }
  return std::nullopt;
}

Status SimCluster::transfer_leadership(const NodeName& to) {
  SimNode* const node = find(to);
  if (node == nullptr || !node->is_member())
    return fail(Error::Code::invalid, to + " is no member");
  SimNode* const from = leader();
  if (from == nullptr) return fail(Error::Code::failed, "no node leads");
  if (from == node) return {};
  const auto reply = ask(*from, {.op = proto::Op::transfer_leadership, .node = node->id().value},
                         world_.now() + k_transfer_patience);
  if (!reply) return fail(Error::Code::timeout, "the leader does not answer");
  if (reply->code == proto::Code::ok) return {};
  return fail(Error::Code::failed, str(to_string(reply->code), ' ', reply->message));
}

}  // namespace plumbline::simulator
