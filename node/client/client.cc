#include "node/client/client.h"

#include <poll.h>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cerrno>
#include <chrono>

#include "core/base/text.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace plumbline::kv_client {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::uint16_t k_default_port = 7001;

Nanos now() { return std::chrono::steady_clock::now().time_since_epoch(); }

/// Whether `socket` got ready for `events` (or broke) before `deadline`.
bool wait_for(Tcp::socket& socket, short events, Nanos deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    if (left <= 0) return false;
    pollfd one{socket.native_handle(), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, INT32_MAX)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next operation will say what is wrong
  }
}

bool would_block(const std::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

struct Connection::Impl {
  asio::io_context io{1};
  Tcp::socket socket{io};
  proto::FrameReader reader{proto::k_reply_frame_max};
  std::string out;
  std::uint64_t last_id = 0;

  Result<Tcp::endpoint> resolve(const std::string& host, std::uint16_t port) {
    std::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (!error) return Tcp::endpoint(address, port);
    Tcp::resolver resolver(io);
    const auto found = resolver.resolve(host, std::to_string(port), error);
    if (error || found.empty())
      return fail(Error::Code::invalid,
                  str("no address of host '", printable(host), "': ", error.message()));
    return found.begin()->endpoint();
  }

  plumbline::Status connect(const Tcp::endpoint& to, Nanos deadline) {
    std::error_code error;
    socket.open(to.protocol(), error);
    if (!error) socket.non_blocking(true, error);
    if (!error) socket.set_option(Tcp::no_delay(true), error);
    if (error) return fail(Error::Code::transport, error.message());
    // Through the system: Asio's own connect would wait, whatever the socket is set to.
    if (::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0)
      return {};
    if (errno != EINPROGRESS)
      return fail(Error::Code::transport,
                  str(to, ": ", std::error_code(errno, std::system_category()).message()));
    if (!wait_for(socket, POLLOUT, deadline))
      return fail(Error::Code::timeout, str(to, ": no connection in time"));
    int failed = 0;
    socklen_t size = sizeof failed;
    ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &failed, &size);
    if (failed == 0) return {};
    return fail(Error::Code::transport,
                str(to, ": ", std::error_code(failed, std::system_category()).message()));
  }

  /// Fails only if the node cannot have got the whole frame; without the whole it does nothing.
  plumbline::Status send(Nanos deadline) {
    TRY(check_alive());
    std::size_t sent = 0;
    while (sent < out.size()) {
      std::error_code error;
      sent += socket.write_some(asio::buffer(out.data() + sent, out.size() - sent), error);
      if (error && !would_block(error)) return fail(Error::Code::transport, error.message());
      if (error && !wait_for(socket, POLLOUT, deadline))
        return fail(Error::Code::timeout, "the request could not be sent in time");
    }
    return {};
  }

  /// A node that closed an idle connection is noticed before anything is sent into the void.
  plumbline::Status check_alive() {
    char byte = 0;
    std::error_code error;
    const std::size_t waiting =
        socket.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
    if (waiting > 0 || would_block(error)) return {};
    return fail(Error::Code::transport, "the node has closed the connection");
  }

  /// Nothing was heard of what became of the request: why.
  static Reply unknown(std::string why) {
    return {.code = Code::unknown_outcome, .message = std::move(why)};
  }

  Reply await_reply(std::uint64_t id, Nanos deadline) {
    for (;;) {
      const auto frame = reader.next();
      if (!frame) return unknown("connection: " + frame.error().what);
      if (*frame) {
        auto numbered = proto::decode_reply(**frame);
        if (!numbered) return unknown("connection: " + numbered.error().what);
        if (numbered->id == id) return std::move(numbered->reply);
        continue;
      }
      const auto space = reader.space();
      std::error_code error;
      reader.got(socket.read_some(asio::buffer(space.data(), space.size()), error));
      if (error && !would_block(error)) return unknown("connection: " + error.message());
      if (error && !wait_for(socket, POLLIN, deadline)) return unknown("timeout: no reply in time");
    }
  }

  void close() {
    std::error_code ignored;
    socket.close(ignored);
  }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const std::string& host, std::uint16_t port, Nanos timeout) {
  auto impl = std::make_unique<Impl>();
  const Nanos deadline = now() + timeout;
  TRY_ASSIGN(const auto to, impl->resolve(host, port));
  TRY(impl->connect(to, deadline));
  return Connection(std::move(impl));
}

Result<Reply> Connection::call(const Request& request, Nanos timeout) {
  const Nanos deadline = now() + timeout;
  TRY(proto::check_request(request));
  if (!is_open()) return fail(Error::Code::transport, "the connection is closed");
  const std::uint64_t id = ++impl_->last_id;
  impl_->out.clear();
  proto::append_request(impl_->out, id, request);
  if (auto sent = impl_->send(deadline); !sent) {
    close();
    return std::unexpected(std::move(sent).error());
  }
  Reply reply = impl_->await_reply(id, deadline);
  // A broken connection can tell nothing more, and a late answer is of no use to anybody.
  if (outcome_unknown(reply)) close();
  return reply;
}

bool Connection::is_open() const { return impl_ && impl_->socket.is_open(); }

void Connection::close() {
  if (impl_) impl_->close();
}

Result<std::pair<std::string, std::uint16_t>> parse_endpoint(const std::string& text) {
  const auto bad = fail(Error::Code::invalid,
                        str("'", printable(text), "' is not HOST[:PORT] or [IPV6][:PORT]"));
  std::string host = text;
  std::string rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string::npos) return bad;
    host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (host.empty()) return bad;
  if (rest.empty()) return std::pair(host, k_default_port);
  const auto port = rest.front() == ':' ? parse_int(rest.substr(1)) : std::nullopt;
  if (!port || *port < 1 || *port > UINT16_MAX) return bad;
  return std::pair(host, static_cast<std::uint16_t>(*port));
}

}  // namespace plumbline::kv_client
