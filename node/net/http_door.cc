#include "node/net/http_door.h"

#include <array>
#include <asio/buffer.hpp>
#include <utility>

#include "node/net/activity.h"
#include "node/net/http_api.h"
#include "node/net/http_reader.h"
#include "node/net/stream.h"

namespace plumbline::net {

class HttpConnection final : public Asker, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpDoor& door, Tcp::socket socket)
      : door_(door), stream_(std::make_shared<Stream>(std::move(socket))) {}

  void read() {
    if (!stream_->is_open()) return;
    stream_->socket().async_read_some(
        asio::buffer(input_),
        [self = shared_from_this()](const std::error_code& error, std::size_t bytes) {
          if (error) return self->close();
          self->unread_ = std::string_view(self->input_.data(), bytes);
          self->take_input();
        });
  }

  void answer(std::uint64_t, const proto::Reply& reply) override {
    if (!stream_->is_open()) return;
    finish(http_answer(asked_, reply, door_.http_address_of_));
    // An answer given at once is followed up by the loop that asked.
    if (!asking_) take_input();
  }

  const char* overdue(Nanos now) {
    return activity_.overdue(now, *stream_, waiting_ ? 1 : 0, door_.limits_);
  }

  void close() {
    stream_->close();
    door_.connections_.erase(shared_from_this());
  }

 private:
  /// Handles what has been read, until a request has to wait for its answer or more has to come.
  void take_input() {
    while (!waiting_ && stream_->is_open()) {
      if (!reader_.complete()) {
        if (unread_.empty()) break;
        const auto used = reader_.feed(unread_);
        if (!used) return fault(used.error());
        unread_.remove_prefix(*used);
        if (reader_.take_expectation() && !reader_.complete())
          stream_->out() += "HTTP/1.1 100 Continue\r\n\r\n";
        activity_.partial_request(reader_.partial());
        if (!reader_.complete()) continue;
      }
      activity_.request_came();
      auto request = reader_.take();
      if (!request) return fault(request.error());
      handle(std::move(*request));
    }
    stream_->flush();
    if (!waiting_) read();
  }

  void handle(HttpRequest request) {
    keep_alive_ = request.keep_alive;
    with_body_ = request.method != "HEAD";
    if (request.path == "/metrics")
      return finish(
          {.content_type = "text/plain; version=0.0.4", .body = door_.service_.metrics()});
    if (request.path == "/health")
      return finish(door_.service_.healthy()
                        ? HttpReply{.body = "{\"health\":true}\n"}
                        : HttpReply{.status = 503, .body = "{\"health\":false}\n"});
    auto routed = http_route(std::move(request));
    if (auto* reply = std::get_if<HttpReply>(&routed)) return finish(*reply);
    asked_ = std::get<proto::Request>(std::move(routed));
    waiting_ = asking_ = true;
    door_.service_.ask(asked_, {shared_from_this(), 0});
    asking_ = false;
  }

  void finish(const HttpReply& reply) {
    waiting_ = false;
    append_http_reply(stream_->out(), reply, keep_alive_, with_body_);
    if (keep_alive_) return stream_->flush();
    stream_->close_after_flush();
    unread_ = {};
  }

  void fault(const HttpFault& fault) {
    keep_alive_ = false;
    with_body_ = true;
    finish(http_error(fault.status, "invalid", fault.what));
    door_.connections_.erase(shared_from_this());
  }

  static constexpr std::size_t k_read_bytes = 16 << 10;

  HttpDoor& door_;
  std::shared_ptr<Stream> stream_;
  HttpReader reader_;
  std::array<char, k_read_bytes> input_{};
  std::string_view unread_;  // of input_
  Activity activity_;
  proto::Request asked_;
  bool waiting_ = false;  // for an answer
  bool asking_ = false;   // inside ask()
  bool keep_alive_ = true;
  bool with_body_ = true;
};

HttpDoor::HttpDoor(asio::io_context& io, Service& service, HttpAddressOf http_address_of,
                   DoorLimits limits)
    : service_(service),
      http_address_of_(std::move(http_address_of)),
      limits_(limits),
      acceptor_(io) {}

HttpDoor::~HttpDoor() = default;

Status HttpDoor::listen(const asio::ip::tcp::endpoint& at) {
  return acceptor_.listen(at, [this](Tcp::socket socket) { accept(std::move(socket)); });
}

void HttpDoor::accept(Tcp::socket socket) {
  if (connections_.size() >= limits_.connections) return;  // the socket closes itself
  std::error_code ignored;  // replies only come a little later without it
  socket.set_option(Tcp::no_delay(true), ignored);
  auto connection = std::make_shared<HttpConnection>(*this, std::move(socket));
  connections_.insert(connection);
  connection->read();
}

void HttpDoor::sweep(Nanos now) {
  const auto all = connections_;
  for (const auto& connection : all)
    if (connection->overdue(now)) connection->close();
}

void HttpDoor::close() {
  acceptor_.close();
  const auto all = connections_;
  for (const auto& connection : all) connection->close();
}

}  // namespace plumbline::net
