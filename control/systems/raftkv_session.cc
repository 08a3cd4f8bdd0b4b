#include "control/systems/raftkv_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "control/systems/raftkv_members.h"
#include "core/base/check.h"
#include "core/base/text.h"
#include "node/client/operations.h"

namespace plumbline {

namespace {

using Clock = std::chrono::steady_clock;

kv_client::Endpoints endpoints_from(const NodeAccess& home, const std::vector<NodeAccess>& all) {
  std::vector<std::string> doors = raftkv::doors_of(all);
  const auto first = std::ranges::find(all, home.name, &NodeAccess::name) - all.begin();
  std::ranges::rotate(doors, doors.begin() + first);
  auto endpoints = kv_client::Endpoints::parse(doors);
  CHECK(endpoints.has_value(), "nodes have addresses");
  return *std::move(endpoints);
}

/// What the cluster says of a session that it does not have any more.
bool has_lost_session(proto::Code code) {
  return code == proto::Code::session_expired || code == proto::Code::sequence_forgotten;
}

}  // namespace

RaftkvSession::RaftkvSession(const NodeAccess& home, const std::vector<NodeAccess>& all)
    : endpoints_(endpoints_from(home, all)) {}

Completion RaftkvSession::change(const Operation& operation, const proto::Request& request,
                                 Nanos timeout) {
  const auto deadline = Clock::now() + timeout;
  if (!registered_) {
    if (const Status made = endpoints_.register_session(timeout); !made)
      return {EventType::fail, {}, "not-sent: " + made.error().what};
    registered_ = true;
  }
  const auto reply = endpoints_.call(request, deadline - Clock::now());
  if (!reply) return {EventType::fail, {}, "not-sent: " + reply.error().what};
  if (!has_lost_session(reply->code)) return kv_client::completion_of(operation, *reply);
  // It says nothing of the copies that were sent before.
  registered_ = false;
  return {EventType::info, {}, to_string(reply->code)};
}

}  // namespace plumbline
