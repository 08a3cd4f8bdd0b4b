#include "node/net/peer_link.h"

#include <algorithm>
#include <asio/buffer.hpp>
#include <asio/ip/address.hpp>
#include <utility>

#include "node/net/clock.h"

namespace plumbline::net {
namespace {

// A round trip that takes longer than this is of no use to elections of 300 ms anyway, and a SYN
// lost in a cut would be repeated by the kernel only after a second.
constexpr Nanos k_call_timeout = 400ms;
constexpr Nanos k_first_pause = 20ms;
constexpr Nanos k_longest_pause = 200ms;
constexpr Nanos k_stuck_limit = 1s;
constexpr Nanos k_check_every = 100ms;
constexpr std::size_t k_unsent_max = 16 << 20;  // of one link; beyond it messages are dropped

}  // namespace

PeerLink::PeerLink(asio::io_context& io, NodeAddress to, std::function<Hello()> hello,
                   PeerFigures& figures, const Log& log)
    : io_(io),
      to_(std::move(to)),
      hello_(std::move(hello)),
      figures_(figures),
      log_(log),
      pause_(k_first_pause) {}

void PeerLink::send(const raft::Message& message) {
  if (state_ != State::open || attempt_->stream->waiting() > k_unsent_max) {
    ++figures_.dropped;
    return;
  }
  append_message(attempt_->stream->out(), message);
  ++figures_.sent;
}

void PeerLink::flush() {
  if (state_ == State::open) attempt_->stream->flush();
}

void PeerLink::tick(Nanos now) {
  if (state_ == State::waiting && now >= call_at_) return call(now);
  if (state_ == State::calling && now > attempt_->started + k_call_timeout)
    return lost(attempt_, "does not answer");
  if (state_ != State::open || now < check_at_) return;
  check_at_ = now + k_check_every;
  Stream& stream = *attempt_->stream;
  if (attempt_->health.stuck_for(stream.socket().native_handle(), stream.waiting(), now) >
      k_stuck_limit)
    lost(attempt_, "acknowledges nothing");
}

void PeerLink::close() {
  state_ = State::closed;
  if (attempt_) attempt_->stream->close();
  attempt_ = nullptr;
}

void PeerLink::call(Nanos now) {
  state_ = State::calling;
  auto attempt = attempt_ = std::make_shared<Attempt>(io_, now);
  std::error_code not_numeric;
  const auto address = asio::ip::make_address(to_.host, not_numeric);
  if (!not_numeric) return connect(attempt, Tcp::endpoint(address, to_.peer_port));
  attempt->resolver.async_resolve(
      to_.host, std::to_string(to_.peer_port),
      [self = shared_from_this(), attempt](const std::error_code& error, const auto& found) {
        if (self->attempt_ != attempt) return;
        if (error || found.empty()) return self->lost(attempt, "host not found");
        self->connect(attempt, found.begin()->endpoint());
      });
}

void PeerLink::connect(const AttemptPtr& attempt, const Tcp::endpoint& to) {
  attempt->stream->socket().async_connect(
      to, [self = shared_from_this(), attempt](const std::error_code& error) {
        if (self->attempt_ != attempt) return;
        if (error) return self->lost(attempt, error.message());
        self->connected(attempt);
      });
}

void PeerLink::connected(const AttemptPtr& attempt) {
  tune_peer_socket(attempt->stream->socket().native_handle(), k_stuck_limit);
  state_ = State::open;
  attempt->started = steady_now();
  ++figures_.connects;
  append_hello(attempt->stream->out(), hello_());
  attempt->stream->flush();
  read(attempt);
}

void PeerLink::read(const AttemptPtr& attempt) {
  const auto space = attempt->reader.space();
  attempt->stream->socket().async_read_some(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this(), attempt](const std::error_code& error, std::size_t bytes) {
        if (self->attempt_ != attempt) return;
        if (error) return self->lost(attempt, error.message());
        attempt->reader.got(bytes);
        self->heard(attempt);
      });
}

/// All that can come back is a refusal.
void PeerLink::heard(const AttemptPtr& attempt) {
  const auto frame = attempt->reader.next();
  if (frame && !*frame) return read(attempt);
  std::string why = "does not speak our protocol";
  if (frame)
    if (const auto decoded = decode_peer_frame(**frame))
      if (const auto* refusal = std::get_if<Refusal>(&*decoded))
        why = "refused: " + refusal->reason;
  lost(attempt, why);
}

/// `attempt` by value: it may be our own attempt_, which is let go here.
void PeerLink::lost(AttemptPtr attempt, const std::string& why) {
  const Nanos now = steady_now();
  const bool was_open = state_ == State::open;
  attempt->resolver.cancel();
  attempt->stream->close();
  attempt_ = nullptr;
  state_ = State::waiting;
  if (was_open) ++figures_.losses;
  if (was_open && now - attempt->started > k_stuck_limit) {
    pause_ = k_first_pause;
    last_trouble_.clear();  // it was fine for a while: whatever comes now is news
  }
  if (std::exchange(last_trouble_, why) != why)
    log_.warn("link-lost", {{"peer", to_.id}, {"why", why}});
  call_at_ = now + pause_;
  pause_ = std::min(2 * pause_, k_longest_pause);
}

}  // namespace plumbline::net
