#include "node/net/acceptor.h"

#include <chrono>
#include <utility>

#include "core/base/text.h"

namespace plumbline::net {
namespace {
constexpr auto k_pause_after_error = std::chrono::milliseconds(100);
}

Acceptor::Acceptor(asio::io_context& io) : acceptor_(io), pause_(io) {}

Status Acceptor::listen(const asio::ip::tcp::endpoint& at, OnConnection on_connection) {
  on_connection_ = std::move(on_connection);
  std::error_code error;
  const auto attempt = [&](auto&& operation) {
    if (!error) operation();
  };
  attempt([&] { acceptor_.open(at.protocol(), error); });
  attempt([&] { acceptor_.set_option(asio::socket_base::reuse_address(true), error); });
  attempt([&] { acceptor_.bind(at, error); });
  attempt([&] { acceptor_.listen(asio::socket_base::max_listen_connections, error); });
  if (error)
    return fail(Error::Code::io, str("cannot listen on ", to_string(at), ": ", error.message()));
  accept();
  return {};
}

std::uint16_t Acceptor::port() const {
  std::error_code ignored;  // not listening: port 0
  return acceptor_.local_endpoint(ignored).port();
}

void Acceptor::close() {
  std::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Acceptor::accept() {
  acceptor_.async_accept([this](const std::error_code& error, asio::ip::tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      on_connection_(std::move(socket));
      return accept();
    }
    pause_.expires_after(k_pause_after_error);
    pause_.async_wait([this](const std::error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

Result<asio::ip::tcp::endpoint> resolve(asio::io_context& io, const std::string& host,
                                        std::uint16_t port) {
  std::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (!error) return asio::ip::tcp::endpoint(address, port);
  asio::ip::tcp::resolver resolver(io);
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty())
    return fail(Error::Code::invalid,
                str("cannot find an address of host '", printable(host), "': ", error.message()));
  return found.begin()->endpoint();
}

std::string to_string(const asio::ip::tcp::endpoint& endpoint) { return str(endpoint); }

}  // namespace plumbline::net
