#include "node/client/endpoints.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/base/text.h"

namespace plumbline::kv_client {
namespace {

constexpr Nanos k_pause = 20ms;   // before the next node is asked
constexpr Nanos k_one_call = 2s;  // how long one node may take before another is asked
constexpr Nanos k_one_connect = 500ms;

Nanos instant() { return std::chrono::steady_clock::now().time_since_epoch(); }

bool is_command(const Request& request) {
  return request.op != Op::get && request.op != Op::status && request.op != Op::make_snapshot;
}

/// What another node, or the same one a little later, may answer differently.
bool may_change(Code code) {
  return code == Code::not_leader || code == Code::busy || code == Code::no_quorum;
}

}  // namespace

Result<Endpoints> Endpoints::parse(const std::vector<std::string>& endpoints) {
  if (endpoints.empty()) return fail(Error::Code::invalid, "no endpoints");
  for (const std::string& endpoint : endpoints) TRY(parse_endpoint(endpoint));
  return Endpoints(endpoints);
}

Result<Reply> Endpoints::call(const Request& asked, Nanos timeout) {
  const Nanos deadline = instant() + timeout;
  Request request = asked;
  if (session_ != 0 && is_command(request)) {
    request.session = session_;
    request.sequence = ++sequence_;
    request.ack_below = sequence_;  // one at a time: every earlier answer has arrived
  }
  const bool repeatable = !is_command(request) || request.session != 0;
  bool may_be_done = false;
  for (;;) {
    const Nanos left = deadline - instant();
    const Result<Reply> reply = try_once(request, std::clamp(left, Nanos(1ms), k_one_call));
    const bool unknown = reply && outcome_unknown(*reply);
    may_be_done = may_be_done || unknown;
    const bool final = reply ? !may_change(reply->code) && !(unknown && repeatable)
                             : reply.error().code == Error::Code::invalid;
    if (final || deadline - instant() <= k_pause) {
      if (!final && may_be_done && is_command(request))
        return Reply{.code = Code::unknown_outcome, .message = "an earlier try was not answered"};
      return reply;
    }
    look_elsewhere(reply ? reply->leader : std::nullopt);
    std::this_thread::sleep_for(k_pause);
  }
}

plumbline::Status Endpoints::register_session(Nanos timeout) {
  // Without a session this may be done twice; a session that nobody uses is harmless and expires.
  TRY_ASSIGN(const Reply reply, call({.op = Op::register_session}, timeout));
  if (reply.code != Code::ok)
    return fail(Error::Code::failed, str("no session: ", to_string(reply.code),
                                         reply.message.empty() ? "" : ": ", reply.message));
  session_ = reply.revision;
  sequence_ = 0;
  return {};
}

Result<Reply> Endpoints::try_once(const Request& request, Nanos timeout) {
  if (!connection_ || !connection_->is_open()) {
    if (current_.empty()) current_ = endpoints_[next_++ % endpoints_.size()];
    TRY_ASSIGN(const auto endpoint, parse_endpoint(current_));
    auto opened =
        Connection::open(endpoint.first, endpoint.second, std::min(timeout, k_one_connect));
    if (!opened) return context(opened.error(), current_);
    connection_ = std::move(*opened);
  }
  return connection_->call(request, timeout);
}

void Endpoints::look_elsewhere(const std::optional<LeaderHint>& hint) {
  connection_.reset();
  const bool news = hint && hint->id != 0 && hint->client_address != current_;
  current_ = news ? hint->client_address : std::string();
}

}  // namespace plumbline::kv_client
