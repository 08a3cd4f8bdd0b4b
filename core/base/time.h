#pragma once
/// Durations and instants. Every instant here is monotonic: nanoseconds since some fixed start
/// (a run's start in a history, the process's start in a node). Nothing ever reads a wall clock.

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace plumbline {

using Nanos = std::chrono::nanoseconds;
using namespace std::chrono_literals;

inline constexpr Nanos k_never = Nanos::max();

/// "250ms", "5s", "1m30s", "2h" (units ns us ms s m h; a bare number is refused).
/// Fails: invalid, with what was expected.
Result<Nanos> parse_duration(std::string_view text);
/// The shortest of those forms that is exact to three digits: 1500ms -> "1.5s".
std::string format_duration(Nanos duration);

inline double seconds(Nanos d) { return std::chrono::duration<double>(d).count(); }
inline double millis(Nanos d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace plumbline
