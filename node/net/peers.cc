#include "node/net/peers.h"

#include <algorithm>
#include <utility>

#include "node/net/clock.h"
#include "node/net/peer_link.h"
#include "node/net/peer_session.h"
#include "node/raft/configuration.h"

namespace plumbline::net {
namespace {
constexpr std::size_t k_strangers_max = 64;
constexpr Nanos k_hello_deadline = 5s;
constexpr Nanos k_farewell = 5s;  // many heartbeats, and a few attempts to call
constexpr std::size_t k_peers_max = 2 * raft::k_members_max;
}  // namespace

Peers::Peers(asio::io_context& io, replica::PeerIdentities identities, NodeAddress self,
             Receive receive, Remember remember, const Log& log)
    : io_(io),
      identities_(std::move(identities)),
      self_(std::move(self)),
      receive_(std::move(receive)),
      remember_(std::move(remember)),
      log_(log),
      acceptor_(io) {}

Peers::~Peers() = default;

Status Peers::start(const asio::ip::tcp::endpoint& at) {
  TRY(acceptor_.listen(at, [this](Tcp::socket socket) { accept(std::move(socket)); }));
  tick(steady_now());
  return {};
}

// ---- Who is called ------------------------------------------------------------------------------

void Peers::set_members(const std::vector<NodeAddress>& others) {
  std::set<raft::NodeId> members;
  for (const NodeAddress& other : others) {
    members.insert(other.id);
    Peer& peer = peers_[other.id];
    peer.is_member = true;
    if (peer.address != other) dial(peer, other);
  }
  for (auto& [id, peer] : peers_)
    if (peer.is_member && !members.contains(id)) {
      peer.is_member = false;
      peer.keep_until = steady_now() + k_farewell;
    }
}

const NodeAddress* Peers::find(raft::NodeId node) const {
  const auto peer = peers_.find(node);
  return peer == peers_.end() ? nullptr : &peer->second.address;
}

void Peers::dial(Peer& peer, const NodeAddress& address) {
  if (peer.link) peer.link->close();
  peer.address = address;
  peer.link = std::make_shared<PeerLink>(
      io_, address,
      [this, to = address.id] {
        return Hello{.who = identities_.introduce_to(to), .contact = contact_of(self_)};
      },
      figures_, log_);
}

void Peers::send(const raft::Message& message) {
  const auto peer = peers_.find(message.to);
  if (peer == peers_.end())
    ++figures_.dropped;
  else
    peer->second.link->send(message);
}

void Peers::flush() {
  for (const auto& [id, peer] : peers_) peer.link->flush();
}

void Peers::tick(Nanos now) {
  for (auto& [id, peer] : peers_) {
    if (!peer.is_member && sessions_.contains(id)) peer.keep_until = now + k_farewell;
    peer.link->tick(now);
  }
  std::erase_if(peers_, [now](const auto& entry) {
    const Peer& peer = entry.second;
    const bool gone = !peer.is_member && now >= peer.keep_until;
    if (gone) peer.link->close();
    return gone;
  });
  std::erase_if(strangers_, [now](const auto& session) {
    const bool silent = now - session->opened() > k_hello_deadline;
    if (silent) session->close();
    return silent;
  });
}

void Peers::close() {
  acceptor_.close();
  for (const auto& [id, peer] : peers_) peer.link->close();
  for (const auto& [id, session] : sessions_) session->close();
  for (const auto& session : strangers_) session->close();
}

std::size_t Peers::links_up() const {
  return static_cast<std::size_t>(std::count_if(
      peers_.begin(), peers_.end(), [](const auto& peer) { return peer.second.link->up(); }));
}

// ---- Who calls ----------------------------------------------------------------------------------

void Peers::accept(Tcp::socket socket) {
  if (strangers_.size() >= k_strangers_max) return;  // the socket closes itself
  auto session = std::make_shared<PeerSession>(*this, std::move(socket));
  strangers_.insert(session);
  session->read();
}

std::string Peers::welcome(const Hello& hello) {
  if (hello.version != Hello::k_version)
    return str("version ", hello.version, " of the peer protocol; this node speaks ",
               Hello::k_version);
  const raft::NodeId from = hello.who.from;
  const auto address = parse_contact(from, hello.contact);
  if (!address) return str("no address to answer to: ", address.error().what);
  const auto there = peers_.find(from);
  const bool is_member = there != peers_.end() && there->second.is_member;
  if (!is_member && peers_.size() >= k_peers_max) return "too many nodes are around";
  auto verdict = identities_.meet(hello.who);
  if (!verdict.refusal.empty()) return std::move(verdict.refusal);
  if (verdict.news) remember_(identities_.encode());
  Peer& peer = peers_[from];
  if (!is_member) {
    peer.keep_until = steady_now() + k_farewell;
    if (peer.address != *address) dial(peer, *address);
  }
  return {};
}

void Peers::refused(raft::NodeId from, const std::string& why) {
  ++figures_.refused;
  if (refusals_.size() > k_peers_max) refusals_.clear();
  std::string& last = refusals_[from];
  if (std::exchange(last, why) != why) log_.warn("peer-refused", {{"peer", from}, {"why", why}});
}

void Peers::introduced(raft::NodeId from, const std::shared_ptr<PeerSession>& session) {
  strangers_.erase(session);
  refusals_.erase(from);
  // A node has one connection to us at a time: an older one is dead, we only do not know it yet.
  auto& current = sessions_[from];
  if (current) current->close();
  current = session;
}

}  // namespace plumbline::net
