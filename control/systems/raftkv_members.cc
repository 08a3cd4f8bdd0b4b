#include "control/systems/raftkv_members.h"

#include <algorithm>
#include <set>
#include <thread>

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

/// That long after the last entry was applied anywhere, nothing is on its way any more.
constexpr Nanos k_at_rest = 5s;
constexpr Nanos k_look_again = 50ms;

using Statuses = std::vector<proto::Status>;

/// Of all of them, with the hashes of their states.
Result<Statuses> look_at(const std::vector<NodeAccess>& all) {
  Statuses statuses;
  for (const NodeAccess& node : all) {
    auto status = kv_client::status_of(doors_of({node}).front(), k_look, true);
    if (!status) return context(status.error(), node.name);
    statuses.push_back(*std::move(status));
  }
  return statuses;
}

bool applied_equally(const Statuses& statuses) {
  return std::ranges::adjacent_find(statuses, std::ranges::not_equal_to(),
                                    &proto::Status::applied) == statuses.end();
}

/// "n1 has 7, n2 has 9", of what `part` gives of each.
template <class Part>
std::string each_has(const std::vector<NodeAccess>& all, const Part& part) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < all.size(); ++i) words.push_back(all[i].name + " has " + part(i));
  return join(words, ", ");
}

/// Fails: unavailable, if one does not say the hash of its state.
Result<std::string> difference_of_states(const std::vector<NodeAccess>& all,
                                         const Statuses& statuses) {
  const auto compared = kv_client::compare(statuses);
  if (!compared) return fail(Error::Code::unavailable, "there is a state without a hash");
  if (compared->equal()) return "";
  return str("the states at index ", compared->index, " are not equal: ",
             each_has(all, [&](std::size_t i) { return "hash " + str(compared->hashes[i]); }));
}

std::string difference_of_logs(const std::vector<NodeAccess>& all, const Statuses& statuses) {
  return "some stay behind: " +
         each_has(all, [&](std::size_t i) { return str("applied ", statuses[i].applied); });
}

proto::Request joining(const NodeAccess& node, std::uint64_t id) {
  return {.op = Op::add_member, .node = id, .contact = contact_of(node)};
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

Result<Nodes> voters(const std::vector<NodeAccess>& all, Trust in_leader) {
  const auto leader = in_leader == Trust::confirmed
                          ? kv_client::find_confirmed_leader(doors_of(all), k_look)
                          : kv_client::find_leader(doors_of(all), k_look);
  if (!leader) return std::unexpected(leader.error());
  Nodes voting;
  for (const NodeAccess& node : all)
    if (has(leader->status.voters, id_of(node, all))) voting.push_back(node.name);
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
      if (!has(now.learners, id)) return joining(node, id);
      learners.push_back(id);
    }
    return about(Op::promote_member, learners);
  };
  return kv_client::change_members(doors_of(all), next, timeout);
}

Status add_learners(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                    Nanos timeout) {
  const auto next = [&](const proto::Status& now) -> std::optional<proto::Request> {
    for (const NodeAccess& node : nodes)
      if (const std::uint64_t id = id_of(node, all); !has(now.voters, id) && !has(now.learners, id))
        return joining(node, id);
    return std::nullopt;
  };
  return kv_client::change_members(doors_of(all), next, timeout);
}

Result<std::string> difference_of_replicas(const std::vector<NodeAccess>& all, Nanos timeout) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  auto moved = Clock::now();
  Statuses before;
  for (;;) {
    Result<Statuses> now = look_at(all);
    if (now && applied_equally(*now)) return difference_of_states(all, *now);
    const bool same = now && std::ranges::equal(before, *now, {}, &proto::Status::applied,
                                                &proto::Status::applied);
    if (!same) moved = Clock::now();
    if (same && Clock::now() - moved >= k_at_rest) return difference_of_logs(all, *now);
    if (Clock::now() >= deadline)
      return fail(Error::Code::timeout,
                  "the replicas do not come to rest" + (now ? "" : ": " + now.error().what));
    before = now ? *std::move(now) : Statuses{};
    std::this_thread::sleep_for(k_look_again);
  }
}

Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>& all,
                           Nanos timeout) {
  TRY_ASSIGN(const auto leader, kv_client::find_leader(doors_of(all), k_look));
  const std::uint64_t id = id_of(to, all);
  TRY_ASSIGN(
      const auto reply,
      kv_client::ask_one(leader.endpoint, {.op = Op::transfer_leadership, .node = id}, timeout));
  if (reply.code == proto::Code::ok) return {};
  return fail(Error::Code::failed, str(proto::to_string(reply.code), ": ", reply.message));
}

}  // namespace plumbline::raftkv
