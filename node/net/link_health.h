#pragma once
/// What the kernel knows of a TCP connection, so that a dead one is noticed in about a second
/// instead of when retransmission gives up, and a cut that has healed is used at once instead of at
/// the next retransmission.

#include <cstdint>

#include "core/base/time.h"

namespace plumbline::net {

/// Sends at once, and lets the kernel end the connection when sent bytes stay unacknowledged.
void tune_peer_socket(int descriptor, Nanos unacknowledged_limit);

class LinkHealth {
 public:
  explicit LinkHealth(Nanos now) : progress_at_(now) {}
  /// How long bytes have been on their way without any being acknowledged; 0 if none are.
  /// `unsent`: bytes that the kernel has not taken yet.
  Nanos stuck_for(int descriptor, std::size_t unsent, Nanos now);

 private:
  std::uint64_t acknowledged_ = 0;
  Nanos progress_at_;
};

}  // namespace plumbline::net
