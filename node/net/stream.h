#pragma once
/// Stream: one connected socket whose output is gathered: whatever is added to out() goes with the
/// next flush(), one write in flight at a time. A failed write closes the socket, so the owner
/// learns of it by its pending read: one path for every failure. Threads: that of its io_context.

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace plumbline::net {

using Tcp = asio::ip::tcp;

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(Tcp::socket socket) : socket_(std::move(socket)) {}

  Tcp::socket& socket() { return socket_; }
  std::string& out() { return gathered_; }
  /// Bytes added and not yet taken by the kernel.
  std::size_t waiting() const { return gathered_.size() + writing_.size(); }
  std::uint64_t written() const { return written_; }

  void flush();
  /// Closes as soon as what is gathered has been written.
  void close_after_flush();
  void close();
  bool is_open() const { return socket_.is_open(); }

 private:
  void wrote(const std::error_code& error, std::size_t bytes);

  Tcp::socket socket_;
  std::string gathered_;
  std::string writing_;
  std::uint64_t written_ = 0;
  bool busy_ = false;
  bool closing_ = false;
};

}  // namespace plumbline::net
