#pragma once
/// Service: what the doors (client_door.h, http_door.h) need of the node behind them.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "node/proto/request.h"

namespace plumbline::net {

/// Who asked: a connection. An answer to one that is gone meanwhile is dropped there.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual void answer(std::uint64_t request, const proto::Reply& reply) = 0;
};

/// Where a reply goes. Cheap to keep; keeps the asker alive.
struct ReturnAddress {
  std::shared_ptr<Asker> asker;
  std::uint64_t request = 0;  ///< as the asker numbers them
  void answer(const proto::Reply& reply) const { asker->answer(request, reply); }
};

class Service {
 public:
  virtual ~Service() = default;
  /// Answers exactly once, perhaps before it returns. Requires: a request that check_request()
  /// passes.
  virtual void ask(proto::Request request, ReturnAddress to) = 0;
  virtual std::string metrics() const = 0;  ///< Prometheus text
  virtual bool healthy() const = 0;         ///< knows a leader
};

/// Bounds of what one connection may take.
struct DoorLimits {
  std::size_t connections = 1024;
  std::size_t in_flight = 64;                ///< requests of one connection; then it is not read
  std::size_t unsent_bytes = 4 << 20;        ///< replies of one connection; then it is not read
  std::int64_t message_deadline_ms = 5'000;  ///< from the first byte of a request to its last
  std::int64_t idle_ms = 60'000;             ///< without a request
  std::int64_t stalled_ms = 10'000;          ///< replies that the client does not take
};

}  // namespace plumbline::net
