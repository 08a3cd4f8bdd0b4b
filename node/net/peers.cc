#include "node/net/peers.h"

#include <algorithm>
#include <utility>

#include "node/net/clock.h"
#include "node/net/peer_link.h"
#include "node/net/peer_session.h"

namespace plumbline::net {
namespace {
constexpr std::size_t k_strangers_max = 64;
constexpr Nanos k_hello_deadline = 5s;
}  // namespace

Peers::Peers(asio::io_context& io, std::string cluster, raft::NodeId self,
             const std::vector<PeerAddress>& others, Receive receive, const Log& log)
    : cluster_(std::move(cluster)),
      self_(self),
      receive_(std::move(receive)),
      log_(log),
      acceptor_(io) {
  for (const PeerAddress& other : others) {
    const Hello hello{.cluster = cluster_, .from = self_, .to = other.id};
    links_[other.id] = std::make_shared<PeerLink>(io, hello, other, figures_, log_);
  }
}

Peers::~Peers() = default;

Status Peers::start(const asio::ip::tcp::endpoint& at) {
  TRY(acceptor_.listen(at, [this](Tcp::socket socket) { accept(std::move(socket)); }));
  tick(steady_now());
  return {};
}

void Peers::send(const raft::Message& message) {
  const auto link = links_.find(message.to);
  if (link != links_.end()) link->second->send(message);
}

void Peers::flush() {
  for (const auto& [id, link] : links_) link->flush();
}

void Peers::tick(Nanos now) {
  for (const auto& [id, link] : links_) link->tick(now);
  std::erase_if(strangers_, [now](const auto& session) {
    const bool silent = now - session->opened() > k_hello_deadline;
    if (silent) session->close();
    return silent;
  });
}

void Peers::close() {
  acceptor_.close();
  for (const auto& [id, link] : links_) link->close();
  for (const auto& [id, session] : sessions_) session->close();
  for (const auto& session : strangers_) session->close();
}

std::size_t Peers::links_up() const {
  return static_cast<std::size_t>(std::count_if(
      links_.begin(), links_.end(), [](const auto& link) { return link.second->up(); }));
}

void Peers::accept(Tcp::socket socket) {
  if (strangers_.size() >= k_strangers_max) return;  // the socket closes itself
  auto session = std::make_shared<PeerSession>(*this, std::move(socket));
  strangers_.insert(session);
  session->read();
}

std::string Peers::refuse(const Hello& hello) const {
  if (hello.version != Hello::k_version)
    return str("version ", hello.version, " of the peer protocol; this node speaks ",
               Hello::k_version);
  if (hello.cluster != cluster_)
    return str("cluster '", printable(hello.cluster, 64), "'; this node is of '", cluster_, "'");
  if (hello.to != self_)
    return str("a call to node ", hello.to, "; this is node ", self_, ": check the addresses");
  if (!links_.contains(hello.from)) return str("node ", hello.from, " is not of this cluster");
  return {};
}

void Peers::introduced(raft::NodeId from, const std::shared_ptr<PeerSession>& session) {
  strangers_.erase(session);
  // A node has one connection to us at a time: an older one is dead, we only do not know it yet.
  auto& current = sessions_[from];
  if (current) current->close();
  current = session;
}

}  // namespace plumbline::net
