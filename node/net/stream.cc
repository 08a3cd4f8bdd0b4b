#include "node/net/stream.h"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

namespace plumbline::net {
namespace {
constexpr std::size_t k_keep_capacity = 1 << 20;  // a larger buffer is given back after its write
}

void Stream::flush() {
  if (busy_ || gathered_.empty() || !socket_.is_open()) return;
  busy_ = true;
  std::swap(gathered_, writing_);
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](const std::error_code& error, std::size_t bytes) {
                      self->wrote(error, bytes);
                    });
}

void Stream::wrote(const std::error_code& error, std::size_t bytes) {
  busy_ = false;
  written_ += bytes;
  writing_.clear();
  if (writing_.capacity() > k_keep_capacity) writing_.shrink_to_fit();
  if (error) return close();
  flush();
  if (closing_ && !busy_) close();
}

void Stream::close_after_flush() {
  closing_ = true;
  flush();
  if (!busy_) close();
}

void Stream::close() {
  std::error_code ignored;  // closing is all that is left to do
  socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace plumbline::net
