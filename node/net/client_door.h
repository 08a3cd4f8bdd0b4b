#pragma once
/// ClientDoor: where clients speak framed protobuf: many requests in flight on a connection,
/// replies in any order. A connection that has too much in flight, or does not take its replies, is
/// simply not read until that changes. A broken frame ends its connection. Threads: that of its
/// io_context.

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <unordered_set>
#include <vector>

#include "core/base/time.h"
#include "node/net/acceptor.h"
#include "node/net/log.h"
#include "node/net/service.h"

namespace plumbline::net {

class ClientConnection;

class ClientDoor {
 public:
  ClientDoor(asio::io_context& io, Service& service, const Log& log, DoorLimits limits);
  ~ClientDoor();

  Status listen(const asio::ip::tcp::endpoint& at);
  std::uint16_t port() const { return acceptor_.port(); }
  /// Writes the replies of this turn: one write a connection.
  void flush();
  /// Closes the connections that are overdue. To be called about once a second.
  void sweep(Nanos now);
  void close();
  std::size_t connections() const { return connections_.size(); }

 private:
  friend class ClientConnection;
  void accept(asio::ip::tcp::socket socket);

  Service& service_;
  const Log& log_;
  DoorLimits limits_;
  Acceptor acceptor_;
  std::unordered_set<std::shared_ptr<ClientConnection>> connections_;
  std::vector<std::shared_ptr<ClientConnection>> answered_;  // those with replies to flush
};

}  // namespace plumbline::net
