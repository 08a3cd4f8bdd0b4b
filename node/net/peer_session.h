#pragma once
/// PeerSession: a connection that another node opened to us, on which we only listen.
/// Threads: that of its io_context.

#include <asio/ip/tcp.hpp>
#include <memory>

#include "core/base/time.h"
#include "node/net/peer_codec.h"
#include "node/net/peers.h"
#include "node/net/stream.h"
#include "node/proto/frame.h"

namespace plumbline::net {

class PeerSession : public std::enable_shared_from_this<PeerSession> {
 public:
  PeerSession(Peers& peers, Tcp::socket socket);
  void read();
  void close();
  Nanos opened() const { return opened_; }

 private:
  void take_frames();
  bool take(PeerFrame frame);  // false: the session is over
  bool greet(const Hello& hello);
  void end(const std::string& why);

  Peers& peers_;
  std::shared_ptr<Stream> stream_;
  proto::FrameReader reader_{proto::k_peer_frame_max};
  raft::NodeId from_ = raft::k_nobody;  // nobody: not introduced yet
  Nanos opened_;
};

}  // namespace plumbline::net
