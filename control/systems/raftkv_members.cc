#include "control/systems/raftkv_members.h"

#include <algorithm>
#include <set>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/client/members.h"

namespace plumbline::raftkv {
namespace {

using proto::Op;

/// A node that is asked for its state answers from memory, or is in no state to answer.
constexpr Nanos k_look = 300ms;

std::string host_of(const NodeAccess& node) {
  return node.address.find(':') == std::string::npos ? node.address : "[" + node.address + "]";
}

std::size_t place_of(const NodeAccess& node, const std::vector<NodeAccess>& all) {
  const auto found = std::ranges::find(all, node.name, &NodeAccess::name);
  CHECK(found != all.end(), "a node is one of all nodes");
  return static_cast<std::size_t>(found - all.begin());
}

bool has(const std::vector<std::uint64_t>& nodes, std::uint64_t id) {
  return std::ranges::find(nodes, id) != nodes.end();
}

/// One change of all of them; nothing if there are none.
std::optional<proto::Request> about(Op op, const std::vector<std::uint64_t>& ids) {
  if (ids.empty()) return std::nullopt;
  return proto::Request{.op = op, .node = ids.front(), .others = {ids.begin() + 1, ids.end()}};
}

}  // namespace

std::uint64_t id_of(const NodeAccess& node, const std::vector<NodeAccess>& all) {
  return 1 + place_of(node, all) + static_cast<std::uint64_t>(node.incarnation) * all.size();
}

std::vector<std::string> doors_of(const std::vector<NodeAccess>& all) {
  std::vector<std::string> endpoints;
  for (const NodeAccess& node : all) endpoints.push_back(str(host_of(node), ":", k_client_port));
  return endpoints;
}

std::string contact_of(const NodeAccess& node) {
  return str(host_of(node), ":", k_peer_port, ":", k_client_port, ":", k_http_port);
}

Result<Nodes> voters(const std::vector<NodeAccess>& all) {
  TRY_ASSIGN(const auto leader, kv_client::find_confirmed_leader(doors_of(all), k_look));
  Nodes voting;
  for (const NodeAccess& node : all)
    if (has(leader.status.voters, id_of(node, all))) voting.push_back(node.name);
  return voting;
}

Status remove_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                      Nanos timeout) {
  std::set<std::uint64_t> places;
  for (const NodeAccess& node : nodes) places.insert(place_of(node, all));
  const auto next = [&](const proto::Status& now) -> std::optional<proto::Request> {
    std::vector<std::uint64_t> leaving;
    for (const auto* members : {&now.voters, &now.learners})
      for (const std::uint64_t id : *members)
        if (places.contains((id - 1) % all.size())) leaving.push_back(id);
    return about(Op::remove_member, leaving);
  };
  return kv_client::change_members(doors_of(all), next, timeout);
}

Status add_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                   Nanos timeout) {
  const auto next = [&](const proto::Status& now) -> std::optional<proto::Request> {
    std::vector<std::uint64_t> learners;
    for (const NodeAccess& node : nodes) {
      const std::uint64_t id = id_of(node, all);
      if (has(now.voters, id)) continue;
      if (!has(now.learners, id))
        return proto::Request{.op = Op::add_member, .node = id, .contact = contact_of(node)};
      learners.push_back(id);
    }
    return about(Op::promote_member, learners);
  };
  return kv_client::change_members(doors_of(all), next, timeout);
}

Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>& all,
                           Nanos timeout) {
  const auto leader = kv_client::find_leader(doors_of(all), k_look);
  if (!leader) return fail(Error::Code::unavailable, "nobody leads");
  const std::uint64_t id = id_of(to, all);
  TRY_ASSIGN(
      const auto reply,
      kv_client::ask_one(leader->endpoint, {.op = Op::transfer_leadership, .node = id}, timeout));
  if (reply.code == proto::Code::ok) return {};
  return fail(Error::Code::failed, str(proto::to_string(reply.code), ": ", reply.message));
}

}  // namespace plumbline::raftkv
