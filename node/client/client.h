#pragma once
/// Connection: a blocking client of raftkvd, with a deadline on every call.
/// An Error means that the request was certainly not done: it did not get out whole. Everything
/// after that is a Reply; one that never came is Code::unknown_outcome, with the reason in
/// `message`.
///
///   TRY_ASSIGN(auto connection, Connection::open("10.0.0.1", 7001, 1s));
///   TRY_ASSIGN(const Reply reply, connection.call(put("k", "v"), 5s));
///   if (reply.code == Code::ok) ...
///
/// Threads: one at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/proto/request.h"

namespace plumbline::kv_client {

using proto::Code;
using proto::LeaderHint;
using proto::Op;
using proto::ReadMode;
using proto::Reply;
using proto::Request;
using proto::Value;

inline Request get(std::string key, ReadMode mode = ReadMode::linearizable) {
  return {.op = Op::get, .key = std::move(key), .mode = mode};
}
inline Request put(std::string key, std::string value) {
  return {.op = Op::put, .key = std::move(key), .value = std::move(value)};
}
inline Request remove(std::string key) { return {.op = Op::remove, .key = std::move(key)}; }
inline Request append(std::string key, std::string item) {
  return {.op = Op::append, .key = std::move(key), .value = std::move(item)};
}
/// `expected` nothing: the key must not exist.
inline Request compare_and_set(std::string key, std::optional<std::string> expected,
                               std::string value) {
  return {.op = Op::compare_and_set,
          .key = std::move(key),
          .value = std::move(value),
          .expected = std::move(expected)};
}

/// Whether the request may have been done, now or later, although it was not answered so.
inline bool outcome_unknown(const Reply& reply) { return reply.code == Code::unknown_outcome; }

class Connection {
 public:
  /// `host`: numeric, or a name (whose look-up the timeout does not bound). Fails: transport,
  /// timeout, invalid (no such host): nothing was sent.
  static Result<Connection> open(const std::string& host, std::uint16_t port, Nanos timeout);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Never blocks past `timeout`. Fails: invalid (breaks a limit), transport, timeout: not done.
  /// After any Error and after an unknown outcome the connection is closed.
  Result<Reply> call(const Request& request, Nanos timeout);
  bool is_open() const;
  void close();

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "host:port" or "[v6]:port"; the port may be left out. Fails: invalid.
Result<std::pair<std::string, std::uint16_t>> parse_endpoint(const std::string& text);

}  // namespace plumbline::kv_client
