#pragma once
/// Exit codes of the program; docs say the same.

namespace plumbline {

inline constexpr int k_exit_ok = 0;
inline constexpr int k_exit_invalid = 1;
inline constexpr int k_exit_unknown = 2;
inline constexpr int k_exit_interrupted = 130;
inline constexpr int k_exit_usage = 254;
inline constexpr int k_exit_harness = 255;

}  // namespace plumbline
