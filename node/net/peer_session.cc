#include "node/net/peer_session.h"

#include <asio/buffer.hpp>
#include <utility>

#include "node/net/clock.h"
#include "node/net/link_health.h"

namespace plumbline::net {
namespace {
constexpr Nanos k_unacknowledged_limit = 1s;
}

PeerSession::PeerSession(Peers& peers, Tcp::socket socket)
    : peers_(peers), stream_(std::make_shared<Stream>(std::move(socket))), opened_(steady_now()) {
  tune_peer_socket(stream_->socket().native_handle(), k_unacknowledged_limit);
}

void PeerSession::read() {
  if (!stream_->is_open()) return;
  const auto space = reader_.space();
  stream_->socket().async_read_some(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this()](const std::error_code& error, std::size_t bytes) {
        if (error) return self->end({});
        self->reader_.got(bytes);
        self->take_frames();
      });
}

void PeerSession::close() { stream_->close(); }

void PeerSession::take_frames() {
  for (;;) {
    const auto frame = reader_.next();
    if (!frame) return end(frame.error().what);
    if (!*frame) return read();
    auto decoded = decode_peer_frame(**frame);
    if (!decoded) return end(decoded.error().what);
    if (!take(std::move(*decoded))) return;
  }
}

bool PeerSession::take(PeerFrame frame) {
  if (const auto* hello = std::get_if<Hello>(&frame)) return greet(*hello);
  auto* message = std::get_if<raft::Message>(&frame);
  if (!message || from_ == raft::k_nobody || message->from != from_ ||
      message->to != peers_.self_.id) {
    end("a frame out of place");
    return false;
  }
  ++peers_.figures_.received;
  peers_.receive_(std::move(*message));
  return stream_->is_open();
}

bool PeerSession::greet(const Hello& hello) {
  const bool first = from_ == raft::k_nobody;
  const std::string why = first ? peers_.welcome(hello) : "a second hello";
  if (why.empty()) {
    from_ = hello.who.from;
    peers_.introduced(from_, shared_from_this());
    return true;
  }
  append_refusal(stream_->out(), why);
  stream_->close_after_flush();
  if (first) peers_.refused(hello.who.from, why);
  end(first ? std::string() : why);
  return false;
}

void PeerSession::end(const std::string& why) {
  if (!why.empty()) peers_.log_.warn("peer-rejected", {{"peer", from_}, {"why", why}});
  // After a refusal the stream closes itself once that is written.
  if (stream_->waiting() == 0) stream_->close();
  const auto self = shared_from_this();
  peers_.strangers_.erase(self);
  const auto known = peers_.sessions_.find(from_);
  if (known != peers_.sessions_.end() && known->second == self) peers_.sessions_.erase(known);
}

}  // namespace plumbline::net
