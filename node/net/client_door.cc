#include "node/net/client_door.h"

#include <asio/buffer.hpp>
#include <utility>

#include "node/net/activity.h"
#include "node/net/stream.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace plumbline::net {

class ClientConnection final : public Asker, public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(ClientDoor& door, Tcp::socket socket)
      : door_(door), stream_(std::make_shared<Stream>(std::move(socket))) {}

  void read() {
    if (reading_ || !stream_->is_open()) return;
    reading_ = true;
    const auto space = reader_.space();
    stream_->socket().async_read_some(
        asio::buffer(space.data(), space.size()),
        [self = shared_from_this()](const std::error_code& error, std::size_t bytes) {
          self->reading_ = false;
          if (error) return self->close();
          self->reader_.got(bytes);
          self->take_requests();
        });
  }

  void answer(std::uint64_t request, const proto::Reply& reply) override {
    --in_flight_;
    if (!stream_->is_open()) return;
    proto::append_reply(stream_->out(), request, reply);
    if (std::exchange(flush_due_, true)) return;
    door_.answered_.push_back(shared_from_this());
  }

  void flush() {
    flush_due_ = false;
    stream_->flush();
    if (paused_) take_requests();
  }

  const char* overdue(Nanos now) {
    return activity_.overdue(now, *stream_, in_flight_, door_.limits_);
  }

  void close() {
    stream_->close();
    door_.connections_.erase(shared_from_this());
  }

 private:
  bool has_room() const {
    return in_flight_ < door_.limits_.in_flight && stream_->waiting() < door_.limits_.unsent_bytes;
  }

  void take_requests() {
    while ((paused_ = !has_room()) == false) {
      const auto frame = reader_.next();
      if (!frame) return reject(frame.error());
      if (!*frame) break;
      auto numbered = proto::decode_request(**frame);
      if (!numbered) return reject(numbered.error());
      activity_.request_came();
      ++in_flight_;
      const ReturnAddress to{shared_from_this(), numbered->id};
      if (const auto checked = proto::check_request(numbered->request); !checked)
        to.answer({.code = proto::Code::invalid, .message = checked.error().what});
      else
        door_.service_.ask(std::move(numbered->request), to);
    }
    // What waits because we do not read it is not the client's delay.
    activity_.partial_request(!paused_ && reader_.pending() > 0);
    if (!paused_) read();
  }

  void reject(const Error& error) {
    door_.log_.warn("client-rejected", {{"why", error.what}});
    close();
  }

  ClientDoor& door_;
  std::shared_ptr<Stream> stream_;
  proto::FrameReader reader_{proto::k_client_frame_max};
  Activity activity_;
  std::size_t in_flight_ = 0;
  bool reading_ = false;
  bool paused_ = false;
  bool flush_due_ = false;
};

ClientDoor::ClientDoor(asio::io_context& io, Service& service, const Log& log, DoorLimits limits)
    : service_(service), log_(log), limits_(limits), acceptor_(io) {}

ClientDoor::~ClientDoor() = default;

Status ClientDoor::listen(const asio::ip::tcp::endpoint& at) {
  return acceptor_.listen(at, [this](Tcp::socket socket) { accept(std::move(socket)); });
}

void ClientDoor::accept(Tcp::socket socket) {
  if (connections_.size() >= limits_.connections) return;  // the socket closes itself
  std::error_code ignored;  // replies only come a little later without it
  socket.set_option(Tcp::no_delay(true), ignored);
  auto connection = std::make_shared<ClientConnection>(*this, std::move(socket));
  connections_.insert(connection);
  connection->read();
}

void ClientDoor::flush() {
  // Flushing may take further requests, whose answers belong to the next round of this loop.
  while (!answered_.empty()) {
    const auto answered = std::exchange(answered_, {});
    for (const auto& connection : answered) connection->flush();
  }
}

void ClientDoor::sweep(Nanos now) {
  const auto all = connections_;
  for (const auto& connection : all)
    if (const char* why = connection->overdue(now)) {
      log_.info("client-closed", {{"why", why}});
      connection->close();
    }
}

void ClientDoor::close() {
  acceptor_.close();
  const auto all = connections_;
  for (const auto& connection : all) connection->close();
}

}  // namespace plumbline::net
