#include "node/client/members.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "core/base/text.h"

namespace plumbline::kv_client {
namespace {

constexpr Nanos k_look_again = 50ms;
constexpr Nanos k_one_look = 300ms;   // a node answers for its state from memory
constexpr Nanos k_one_majority = 1s;  // and for what a majority confirms once that did
constexpr Nanos k_one_change = 2s;    // a change is answered once it is committed
constexpr Nanos k_shortest_call = 50ms;

Nanos clock_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

/// The client door of a contact with all its ports, HOST:PEER:CLIENT:HTTP.
std::optional<std::string> client_door_of(const std::string& contact) {
  const std::size_t http = contact.rfind(':');
  if (http == std::string::npos || http == 0) return std::nullopt;
  const std::size_t client = contact.rfind(':', http - 1);
  if (client == std::string::npos || client == 0) return std::nullopt;
  const std::size_t peer = contact.rfind(':', client - 1);
  if (peer == std::string::npos || peer == 0) return std::nullopt;
  return contact.substr(0, peer) + contact.substr(client, http - client);
}

/// Where the leader is according to a node that follows it.
std::optional<std::string> leader_named_by(const proto::Status& status) {
  const auto contact = status.contacts.find(status.leader);
  return contact == status.contacts.end() ? std::nullopt : client_door_of(contact->second);
}

std::string in_words(const Result<Reply>& reply) {
  if (!reply) return reply.error().what;
  return str(to_string(reply->code), reply->message.empty() ? "" : ": ", reply->message);
}

}  // namespace

Result<Reply> ask_one(const std::string& endpoint, const Request& request, Nanos timeout) {
  TRY_ASSIGN(const auto address, parse_endpoint(endpoint));
  TRY_ASSIGN(auto connection, Connection::open(address.first, address.second, timeout));
  return connection.call(request, timeout);
}

Result<proto::Status> status_of(const std::string& endpoint, Nanos timeout, bool with_hash) {
  TRY_ASSIGN(auto reply, ask_one(endpoint, {.op = Op::status, .with_hash = with_hash}, timeout));
  if (reply.code == Code::ok && reply.status) return *std::move(reply.status);
  return fail(Error::Code::failed, in_words(reply));
}

Result<Leader> find_leader(const std::vector<std::string>& endpoints, Nanos timeout) {
  std::optional<Leader> found;
  const auto consider = [&](const std::string& endpoint) -> std::optional<std::string> {
    auto status = status_of(endpoint, timeout);
    if (!status) return std::nullopt;
    if (status->role != "leader") return leader_named_by(*status);
    if (!found || found->status.term < status->term)
      found = Leader{.endpoint = endpoint, .status = *std::move(status)};
    return std::nullopt;
  };
  std::vector<std::string> named;
  for (const std::string& endpoint : endpoints)
    if (auto leader = consider(endpoint)) named.push_back(*std::move(leader));
  for (const std::string& endpoint : named)
    if (!found && std::ranges::find(endpoints, endpoint) == endpoints.end()) consider(endpoint);
  if (!found) return fail(Error::Code::unavailable, "nobody leads");
  return *std::move(found);
}

Result<Leader> find_confirmed_leader(const std::vector<std::string>& endpoints, Nanos timeout) {
  TRY_ASSIGN(Leader leader, find_leader(endpoints, timeout));
  // Any key will do: the answer to a linearizable read is what a majority confirms.
  const auto read = ask_one(leader.endpoint, {.op = Op::get, .key = "any"}, k_one_majority);
  if (!read || (read->code != Code::ok && read->code != Code::not_found))
    return fail(Error::Code::unavailable, str("no majority confirms the leader: ", in_words(read)));
  TRY_ASSIGN(leader.status, status_of(leader.endpoint, timeout));
  if (leader.status.role != "leader")
    return fail(Error::Code::unavailable, "the leader has stepped down");
  return leader;
}

plumbline::Status change_members(const std::vector<std::string>& endpoints, const NextChange& next,
                                 Nanos timeout) {
  const Nanos deadline = clock_now() + timeout;
  // Whoever leads can be asked: who was replaced commits nothing. What it says of the members is
  // not to be built upon.
  const auto ask = [&](const Result<Leader>& leader) -> std::optional<std::string> {
    if (!leader) return leader.error().what;
    if (!is_settled(leader->status)) return "a change of members is not settled";
    const auto wanted = next(leader->status);
    if (!wanted) return std::nullopt;
    const Nanos patience = std::clamp(deadline - clock_now(), k_shortest_call, k_one_change);
    return str(to_string(wanted->op), " ", wanted->node, ": ",
               in_words(ask_one(leader->endpoint, *wanted, patience)));
  };
  for (;;) {
    auto trouble = ask(find_leader(endpoints, k_one_look));
    if (!trouble) trouble = ask(find_confirmed_leader(endpoints, k_one_look));
    if (!trouble) return {};
    if (clock_now() >= deadline)
      return fail(Error::Code::timeout,
                  str("after ", format_duration(timeout), " not yet: ", *trouble));
    std::this_thread::sleep_for(k_look_again);
  }
}

bool Comparison::equal() const {
  return std::ranges::adjacent_find(hashes, std::ranges::not_equal_to()) == hashes.end();
}

std::optional<Comparison> compare(const std::vector<proto::Status>& statuses) {
  std::map<std::uint64_t, std::vector<std::uint64_t>> by_index;
  for (const proto::Status& status : statuses) {
    auto hashes = status.hashes;
    if (status.hash) hashes[status.applied] = *status.hash;
    for (const auto& [index, hash] : hashes) by_index[index].push_back(hash);
  }
  for (auto last = by_index.rbegin(); last != by_index.rend(); ++last)
    if (last->second.size() == statuses.size())
      return Comparison{.index = last->first, .hashes = last->second};
  return std::nullopt;
}

}  // namespace plumbline::kv_client
