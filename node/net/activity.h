#pragma once
/// Activity: when a connection last did something, to tell the slow and the dead from the busy.

#include "core/base/time.h"
#include "node/net/clock.h"
#include "node/net/service.h"
#include "node/net/stream.h"

namespace plumbline::net {

class Activity {
 public:
  void request_came() { last_request_ = steady_now(); }
  /// `partial`: the first bytes of a request are here and the last are not.
  void partial_request(bool partial) {
    if (!partial)
      partial_since_ = k_never;
    else if (partial_since_ == k_never)
      partial_since_ = steady_now();
  }
  /// Why the connection has to be closed; null: it may stay.
  const char* overdue(Nanos now, const Stream& stream, std::size_t in_flight,
                      const DoorLimits& limits) {
    if (stream.waiting() == 0 || stream.written() != written_) {
      written_ = stream.written();
      last_progress_ = now;
    }
    if (now - last_progress_ > std::chrono::milliseconds(limits.stalled_ms))
      return "does not take its replies";
    if (partial_since_ != k_never &&
        now - partial_since_ > std::chrono::milliseconds(limits.message_deadline_ms))
      return "took too long over a request";
    if (in_flight == 0 && now - last_request_ > std::chrono::milliseconds(limits.idle_ms))
      return "idle";
    return nullptr;
  }

 private:
  Nanos last_request_ = steady_now();
  Nanos partial_since_ = k_never;
  Nanos last_progress_ = steady_now();
  std::uint64_t written_ = 0;
};

}  // namespace plumbline::net
