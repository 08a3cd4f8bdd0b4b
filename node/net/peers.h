#pragma once
/// Peers: messages to and from the other nodes. Each node opens one connection to each other and
/// sends on it; what it receives comes on the connections that the others open. Messages that do
/// not fit, or have no connection to go on, are dropped: Raft sends again.
/// A connection begins with a Hello; one of a foreign cluster, or to the wrong node, is refused.
/// Threads: that of its io_context.

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "node/net/acceptor.h"
#include "node/net/log.h"
#include "node/net/peer_codec.h"
#include "node/raft/messages.h"

namespace plumbline::net {

struct PeerAddress {
  raft::NodeId id;
  std::string host;  ///< looked up anew at every attempt: containers change theirs
  std::uint16_t port = 0;
};

struct PeerFigures {
  std::uint64_t sent = 0, received = 0, dropped = 0, connects = 0, losses = 0, refused = 0;
};

class PeerLink;     // to one node; peer_link.h
class PeerSession;  // from one node; peer_session.h

class Peers {
 public:
  using Receive = std::function<void(raft::Message)>;
  Peers(asio::io_context& io, std::string cluster, raft::NodeId self,
        const std::vector<PeerAddress>& others, Receive receive, const Log& log);
  ~Peers();

  /// Opens the door for the others and starts to call them.
  Status start(const asio::ip::tcp::endpoint& at);
  std::uint16_t port() const { return acceptor_.port(); }

  void send(const raft::Message& message);  ///< goes out with the next flush()
  void flush();                             ///< one write a connection
  void tick(Nanos now);                     ///< about every 10 ms: redials, drops dead links
  void close();
  const PeerFigures& figures() const { return figures_; }
  std::size_t links_up() const;

 private:
  friend class PeerSession;
  void accept(asio::ip::tcp::socket socket);
  /// Empty: the caller may speak; else why not.
  std::string refuse(const Hello& hello) const;
  void introduced(raft::NodeId from, const std::shared_ptr<PeerSession>& session);

  std::string cluster_;
  raft::NodeId self_;
  Receive receive_;
  const Log& log_;
  Acceptor acceptor_;
  PeerFigures figures_;
  std::map<raft::NodeId, std::shared_ptr<PeerLink>> links_;
  std::map<raft::NodeId, std::shared_ptr<PeerSession>> sessions_;
  std::set<std::shared_ptr<PeerSession>> strangers_;  // before their Hello
};

}  // namespace plumbline::net
