#pragma once
/// For the tests of this folder: a temporary directory, and a blocking socket with a deadline.

#include <poll.h>
#include <stdlib.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/check.h"
#include "node/net/clock.h"

namespace plumbline::net {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "raftkvd-test-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr, "the tests need a place for files");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline asio::ip::tcp::endpoint loopback(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// Runs `io` until `done` or a few seconds have passed; gives whether it was done.
inline bool run_until(asio::io_context& io, const std::function<bool()>& done,
                      Nanos patience = 10s) {
  const Nanos end = steady_now() + patience;
  while (!done() && steady_now() < end) {
    io.restart();
    io.run_for(5ms);
  }
  return done();
}

}  // namespace plumbline::net
