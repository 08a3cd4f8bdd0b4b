#pragma once
/// Peers: messages to and from the other nodes. Each node opens one connection to each other and
/// sends on it; what it receives comes on the connections that the others open. Messages that do
/// not fit, or have no connection to go on, are dropped: Raft sends again.
/// A connection begins with a Hello, which a PeerIdentities judges. A caller that is welcome need
/// not be a member as far as this node knows: a new leader, seen from a node that lags behind or
/// has just joined, is none. It is called back where its Hello says it is. Threads: that of its
/// io_context.

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
#include "node/net/address.h"
#include "node/net/log.h"
#include "node/net/peer_codec.h"
#include "node/raft/messages.h"
#include "node/replica/peer_identities.h"

namespace plumbline::net {

struct PeerFigures {
  std::uint64_t sent = 0, received = 0, dropped = 0, connects = 0, losses = 0, refused = 0;
};

class PeerLink;     // to one node; peer_link.h
class PeerSession;  // from one node; peer_session.h

class Peers {
 public:
  using Receive = std::function<void(raft::Message)>;
  /// Makes durable what PeerIdentities::encode() gave; does not return if it cannot.
  using Remember = std::function<void(const std::string& met)>;
  Peers(asio::io_context& io, replica::PeerIdentities identities, NodeAddress self, Receive receive,
        Remember remember, const Log& log);
  ~Peers();

  /// From now on the members are this node and `others`. A link to one that is a member no more
  /// stays for a moment, so that it hears of that.
  void set_members(const std::vector<NodeAddress>& others);
  /// Where a member is, or a node that called lately; null: not known.
  const NodeAddress* find(raft::NodeId node) const;

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
  struct Peer {
    NodeAddress address;
    std::shared_ptr<PeerLink> link;
    bool is_member = false;
    Nanos keep_until{0};  // a link to no member
  };
  void accept(asio::ip::tcp::socket socket);
  void dial(Peer& peer, const NodeAddress& address);
  /// Empty: the caller may speak; else why not.
  std::string welcome(const Hello& hello);
  void refused(raft::NodeId from, const std::string& why);
  void introduced(raft::NodeId from, const std::shared_ptr<PeerSession>& session);

  asio::io_context& io_;
  replica::PeerIdentities identities_;
  const NodeAddress self_;
  Receive receive_;
  Remember remember_;
  const Log& log_;
  Acceptor acceptor_;
  PeerFigures figures_;
  std::map<raft::NodeId, Peer> peers_;
  std::map<raft::NodeId, std::shared_ptr<PeerSession>> sessions_;
  std::set<std::shared_ptr<PeerSession>> strangers_;  // before their Hello
  std::map<raft::NodeId, std::string> refusals_;      // the last of each: the same is logged once
};

}  // namespace plumbline::net
