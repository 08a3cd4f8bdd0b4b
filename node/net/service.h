#pragma once
/// Service: what the doors (client_door.h, http_door.h) need of the node behind them.

#include <cstdint>
#include <string>
#include <utility>

#include "node/replica/asker.h"

namespace plumbline::net {

using replica::Asker;
using replica::ReturnAddress;

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
