#pragma once
/// The two clocks of a node. Everything inside goes by the steady one. The wall clock is stamped on
/// commands, where the state machine takes the maximum seen: it only ages client sessions, and a
/// wrong clock can at worst expire a session early, which its client is told.

#include <chrono>
#include <cstdint>

#include "core/base/time.h"

namespace plumbline::net {

inline Nanos steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

inline std::uint64_t wall_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

}  // namespace plumbline::net
