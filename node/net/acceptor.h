#pragma once
/// Acceptor: a listening socket that hands over each connection. It never gives up: when the
/// process is out of descriptors it tries again a moment later. Threads: that of its io_context.

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"

namespace plumbline::net {

class Acceptor {
 public:
  using OnConnection = std::function<void(asio::ip::tcp::socket)>;
  explicit Acceptor(asio::io_context& io);

  /// Fails: io, naming the address. Port 0 takes a free one, see port().
  Status listen(const asio::ip::tcp::endpoint& at, OnConnection on_connection);
  std::uint16_t port() const;
  void close();

 private:
  void accept();
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  OnConnection on_connection_;
};

/// The first address that `host` stands for. Fails: invalid, if it stands for none.
Result<asio::ip::tcp::endpoint> resolve(asio::io_context& io, const std::string& host,
                                        std::uint16_t port);
std::string to_string(const asio::ip::tcp::endpoint& endpoint);

}  // namespace plumbline::net
