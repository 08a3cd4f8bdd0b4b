#pragma once
/// PeerLink: our connection to one other node, over which we only send. It is opened again and
/// again with short pauses, so that after a cut heals messages flow within a fraction of a second.
/// Threads: that of its io_context.

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/time.h"
#include "node/net/link_health.h"
#include "node/net/log.h"
#include "node/net/peer_codec.h"
#include "node/net/peers.h"
#include "node/net/stream.h"
#include "node/proto/frame.h"

namespace plumbline::net {

class PeerLink : public std::enable_shared_from_this<PeerLink> {
 public:
  /// `hello`: what to say first, asked at each attempt; by then more may be known of the other.
  PeerLink(asio::io_context& io, NodeAddress to, std::function<Hello()> hello, PeerFigures& figures,
           const Log& log);

  void send(const raft::Message& message);
  void flush();
  void tick(Nanos now);
  void close();
  bool up() const { return state_ == State::open; }

 private:
  enum class State { waiting, calling, open, closed };
  /// One attempt: a late handler of an earlier one finds that it is not ours any more.
  struct Attempt {
    explicit Attempt(asio::io_context& io, Nanos now)
        : stream(std::make_shared<Stream>(Tcp::socket(io))),
          resolver(io),
          started(now),
          health(now) {}
    std::shared_ptr<Stream> stream;
    Tcp::resolver resolver;
    Nanos started;
    LinkHealth health;
    proto::FrameReader reader{proto::k_peer_frame_max};
  };
  using AttemptPtr = std::shared_ptr<Attempt>;

  void call(Nanos now);
  void connect(const AttemptPtr& attempt, const Tcp::endpoint& to);
  void connected(const AttemptPtr& attempt);
  void read(const AttemptPtr& attempt);
  void heard(const AttemptPtr& attempt);
  void lost(AttemptPtr attempt, const std::string& why);

  asio::io_context& io_;
  const NodeAddress to_;
  const std::function<Hello()> hello_;
  PeerFigures& figures_;
  const Log& log_;
  State state_ = State::waiting;
  AttemptPtr attempt_;
  Nanos call_at_{0};
  Nanos check_at_{0};
  Nanos pause_;
  std::string last_trouble_;  // the same trouble is logged once
};

}  // namespace plumbline::net
