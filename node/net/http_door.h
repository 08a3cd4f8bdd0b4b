#pragma once
/// HttpDoor: the same requests as the client door, for curl and for people, and what a monitoring
/// system wants: GET /metrics (Prometheus text) and GET /health. Paths: http_api.h.
/// One request of a connection at a time; HTTP/1.1 keep-alive.
/// Threads: that of its io_context.

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>

#include "core/base/time.h"
#include "node/net/acceptor.h"
#include "node/net/http_api.h"
#include "node/net/service.h"

namespace plumbline::net {

class HttpConnection;

class HttpDoor {
 public:
  HttpDoor(asio::io_context& io, Service& service, HttpAddressOf http_address_of,
           DoorLimits limits);
  ~HttpDoor();

  Status listen(const asio::ip::tcp::endpoint& at);
  std::uint16_t port() const { return acceptor_.port(); }
  /// Closes the connections that are overdue. To be called about once a second.
  void sweep(Nanos now);
  void close();
  std::size_t connections() const { return connections_.size(); }

 private:
  friend class HttpConnection;
  void accept(asio::ip::tcp::socket socket);

  Service& service_;
  const HttpAddressOf http_address_of_;
  DoorLimits limits_;
  Acceptor acceptor_;
  std::unordered_set<std::shared_ptr<HttpConnection>> connections_;
};

}  // namespace plumbline::net
