#include "control/systems/raftkv_members.h"

#include <algorithm>

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

std::vector<std::string> doors(const std::vector<NodeAccess>& all) {
  std::vector<std::string> endpoints;
  for (const NodeAccess& node : all) endpoints.push_back(str(host_of(node), ":", k_client_port));
  return endpoints;
}

std::size_t place_of(const NodeAccess& node, const std::vector<NodeAccess>& all) {
  const auto found = std::ranges::find(all, node.name, &NodeAccess::name);
  CHECK(found != all.end(), "a node is one of all nodes");
  return static_cast<std::size_t>(found - all.begin());
}

bool has(const std::vector<std::uint64_t>& nodes, std::uint64_t id) {
  return std::ranges::find(nodes, id) != nodes.end();
}

}  // namespace

std::uint64_t id_of(const NodeAccess& node, const std::vector<NodeAccess>& all) {
  return 1 + place_of(node, all) + static_cast<std::uint64_t>(node.incarnation) * all.size();
}

std::string contact_of(const NodeAccess& node) {
  return str(host_of(node), ":", k_peer_port, ":", k_client_port, ":", k_http_port);
}

Result<Nodes> voters(const std::vector<NodeAccess>& all) {
  TRY_ASSIGN(const auto leader, kv_client::find_confirmed_leader(doors(all), k_look));
  Nodes voting;
  for (const NodeAccess& node : all)
    if (has(leader.status.voters, id_of(node, all))) voting.push_back(node.name);
  return voting;
}

Status remove_member(const NodeAccess& node, const std::vector<NodeAccess>& all, Nanos timeout) {
  const std::uint64_t place = place_of(node, all);
  const auto next = [&](const proto::Status& now) -> std::optional<proto::Request> {
    for (const auto* members : {&now.voters, &now.learners})
      for (const std::uint64_t id : *members)
        if ((id - 1) % all.size() == place)
          return proto::Request{.op = Op::remove_member, .node = id};
    return std::nullopt;
  };
  return kv_client::change_members(doors(all), next, timeout);
}

Status add_member(const NodeAccess& node, const std::vector<NodeAccess>& all, Nanos timeout) {
  const std::uint64_t id = id_of(node, all);
  const auto next = [&](const proto::Status& now) -> std::optional<proto::Request> {
    if (has(now.voters, id)) return std::nullopt;
    if (has(now.learners, id)) return proto::Request{.op = Op::promote_member, .node = id};
    return proto::Request{.op = Op::add_member, .node = id, .contact = contact_of(node)};
  };
  return kv_client::change_members(doors(all), next, timeout);
}

Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>& all,
                           Nanos timeout) {
  const auto leader = kv_client::find_leader(doors(all), k_look);
  if (!leader) return fail(Error::Code::unavailable, "nobody leads");
  const std::uint64_t id = id_of(to, all);
  TRY_ASSIGN(
      const auto reply,
      kv_client::ask_one(leader->endpoint, {.op = Op::transfer_leadership, .node = id}, timeout));
  if (reply.code == proto::Code::ok) return {};
  return fail(Error::Code::failed, str(proto::to_string(reply.code), ": ", reply.message));
}

}  // namespace plumbline::raftkv
