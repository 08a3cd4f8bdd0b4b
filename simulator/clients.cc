#include "simulator/clients.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "node/client/operations.h"
#include "simulator/streams.h"

namespace plumbline::simulator {
namespace {

using proto::Code;

constexpr Nanos k_operation_timeout = 5s;   // as the interpreter's
constexpr Nanos k_refused_pause = 100ms;    // likewise: a dead node must not be asked in a loop
constexpr Nanos k_attempt_timeout = 700ms;  // of a change under a session
constexpr Nanos k_retry_pause = 50ms;
constexpr Nanos k_latency_min = 50us, k_latency_max = 500us;

/// What the real client makes of a connection that broke, or of no answer.
proto::Reply unknown(const char* why) { return {.code = Code::unknown_outcome, .message = why}; }

}  // namespace

Clients::Clients(World& world, int concurrency, proto::ReadMode reads, OnCompleted completed)
    : world_(world),
      reads_(reads),
      completed_(std::move(completed)),
      me_(world.introduce(*this)),
      next_follows_(world.nodes().size()) {
  for (int i = 0; i < concurrency; ++i)
    clients_.emplace_back(
        stream(world.setup().seed, Purpose::client, static_cast<std::uint64_t>(i)));
}

std::size_t Clients::home_of(ProcessId process) const {
  return static_cast<std::size_t>(process) % next_follows_.size();
}

void Clients::invoke(gen::Thread thread, ProcessId process, const Operation& operation) {
  Client& client = clients_[static_cast<std::size_t>(thread)];
  CHECK(client.waits_for == Wait::nothing, "a client does one thing at a time");
  if (client.process != process) {
    client.process = process;
    client.home = home_of(process);
    client.follows = next_follows_[client.home];
    next_follows_[client.home] = !client.follows;
    client.session = client.sequence = 0;
  }
  client.operation = operation;
  client.deadline = world_.now() + k_operation_timeout;
  client.hops = 0;
  client.may_be_done = client.registering = false;
  auto request = kv_client::request_for(operation, reads_);
  if (!request) return end(client, {EventType::fail, {}, request.error().what}, k_latency_min);
  client.request = std::move(*request);
  if (in_session(client)) prepare_change(client);
  ask(client, client.home);
}

bool Clients::in_session(const Client& client) const {
  return world_.setup().weather.sessions && client.operation.f != "read";
}

/// All answers before this one are known: a process does one thing after the other, and ends with
/// the first that it does not learn.
void Clients::prepare_change(Client& client) {
  client.registering = client.session == 0;
  if (client.registering) return;
  client.request.session = client.session;
  client.request.sequence = client.request.ack_below = ++client.sequence;
}

// ---- Asking -------------------------------------------------------------------------------------

void Clients::ask(Client& client, std::size_t place) {
  client.asked = place;
  const Nanos there = between(client.rng, k_latency_min, k_latency_max);
  const Nanos back = between(client.rng, k_latency_min, k_latency_max);
  const proto::Request request =
      client.registering ? proto::Request{.op = proto::Op::register_session} : client.request;
  client.call = world_.call(me_, place, request, there, back);
  const Nanos patience = world_.now() + k_attempt_timeout;
  wait(client, Wait::answer,
       in_session(client) ? std::min(patience, client.deadline) : client.deadline);
}

void Clients::ask_later(Client& client, std::size_t place) {
  client.asked = place;
  wait(client, Wait::pause, std::min(world_.now() + k_retry_pause, client.deadline));
}

void Clients::wait(Client& client, Wait what, Nanos until) {
  client.waits_for = what;
  client.until = until;
  set_timer(client);
}

/// Most answers come long before their time is up: one timer serves many waits.
void Clients::set_timer(Client& client) {
  if (client.until >= client.timer) return;
  client.timer = client.until;
  world_.set_timer(me_, client.until, static_cast<std::uint64_t>(&client - clients_.data()));
}

void Clients::timer(std::uint64_t which) {
  Client& client = clients_[which];
  if (world_.now() < client.timer) return;
  client.timer = k_never;
  if (client.waits_for != Wait::nothing && world_.now() < client.until) return set_timer(client);
  switch (client.waits_for) {
    case Wait::nothing:
      return;
    case Wait::answer:
      world_.forget(std::exchange(client.call, 0));
      return no_answer(client);
    case Wait::pause:
      return world_.now() >= client.deadline ? out_of_time(client) : ask(client, client.asked);
    case Wait::end:
      client.waits_for = Wait::nothing;
      return completed_(static_cast<gen::Thread>(which), client.end);
  }
}

// ---- Answers ------------------------------------------------------------------------------------

Clients::Client* Clients::caller_of(std::uint64_t call) {
  const auto found = std::ranges::find_if(clients_, [&](const Client& client) {
    return client.waits_for == Wait::answer && client.call == call;
  });
  return found == clients_.end() ? nullptr : &*found;
}

void Clients::answered(std::uint64_t call, const proto::Reply& reply) {
  Client* client = caller_of(call);
  if (client == nullptr) return;
  if (in_session(*client))
    answered_in_session(*client, reply);
  else
    answered_once(*client, reply);
}

std::optional<std::size_t> Clients::hinted(const Client& client, const proto::Reply& reply) const {
  const auto named = kv_client::leader_named(reply);
  if (!named) return std::nullopt;
  for (const auto& node : world_.nodes())
    if (node->name() == *named && node->place() != client.asked) return node->place();
  return std::nullopt;
}

void Clients::answered_once(Client& client, const proto::Reply& reply) {
  const auto leader = hinted(client, reply);
  if (leader && kv_client::follows_hint(client.operation, client.follows) &&
      client.hops++ < kv_client::k_most_hops)
    return ask(client, *leader);
  end(client, kv_client::completion_of(client.operation, reply));
}

void Clients::answered_in_session(Client& client, const proto::Reply& reply) {
  const std::size_t next = (client.asked + 1) % next_follows_.size();
  switch (reply.code) {
    case Code::not_leader:
      if (const auto leader = hinted(client, reply);
          leader && client.hops++ < kv_client::k_most_hops)
        return ask(client, *leader);
      client.hops = 0;
      return ask_later(client, next);
    case Code::busy:
    case Code::no_quorum:
      return ask_later(client, next);
    case Code::unknown_outcome:
      return no_answer(client);
    case Code::session_expired:
    case Code::sequence_forgotten:
    case Code::invalid:
      // It says nothing of the copies that were sent before.
      client.session = 0;
      return end(
          client,
          {client.may_be_done ? EventType::info : EventType::fail, {}, to_string(reply.code)});
    default:
      break;
  }
  if (!client.registering) return end(client, kv_client::completion_of(client.operation, reply));
  client.session = reply.revision;
  prepare_change(client);
  ask(client, client.asked);
}

void Clients::lost(std::uint64_t call, bool sent) {
  Client* const client = caller_of(call);
  if (client == nullptr) return;
  client->call = 0;
  if (sent) return no_answer(*client);
  if (in_session(*client)) return ask_later(*client, (client->asked + 1) % next_follows_.size());
  const bool is_home = client->asked == client->home && client->hops == 0;
  end(*client, {EventType::fail, {}, is_home ? "connect: refused" : "not-sent: connection refused"},
      is_home ? k_refused_pause : Nanos::zero());
}

/// It was sent, and what became of it is not known.
void Clients::no_answer(Client& client) {
  if (!in_session(client))
    return end(client, kv_client::completion_of(client.operation, unknown("no answer")));
  client.may_be_done = client.may_be_done || !client.registering;
  if (world_.now() >= client.deadline) return out_of_time(client);
  ask_later(client, (client.asked + 1) % next_follows_.size());
}

void Clients::out_of_time(Client& client) {
  if (client.may_be_done)
    return end(client, kv_client::completion_of(client.operation, unknown("no answer in time")));
  end(client, {EventType::fail, {}, "not-sent: nobody took it in time"});
}

void Clients::end(Client& client, Completion completion, Nanos pause) {
  client.end = std::move(completion);
  if (pause > Nanos::zero()) return wait(client, Wait::end, world_.now() + pause);
  client.waits_for = Wait::nothing;
  const auto thread = static_cast<gen::Thread>(&client - clients_.data());
  completed_(thread, client.end);
}

}  // namespace plumbline::simulator
