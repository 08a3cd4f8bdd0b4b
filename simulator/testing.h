#pragma once
/// For tests of the simulator: short runs, and what two runs have to agree on.

#include <gtest/gtest.h>

#include <string>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "simulator/simulate.h"

namespace plumbline::simulator {

inline Options short_run(std::uint64_t seed, std::string faults,
                         std::string workload = "register") {
  Options options;
  options.seed = seed;
  options.faults = std::move(faults);
  options.workload = std::move(workload);
  options.time_limit = 6s;
  options.fault_interval = 500ms;
  options.quiet_start = 500ms;
  return options;
}

inline Result run(const Options& options) {
  auto result = simulate(options);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? std::move(*result) : Result();
}

/// The command that shows what a test saw.
inline std::string replay(const Options& options) {
  return str("plumbline sim --seeds ", options.seed, " --workload ", options.workload, " --faults ",
             options.faults);
}

inline std::string as_text(const History& history) {
  std::string text;
  for (const Event& event : history) text += to_json_line(event) + "\n";
  return text;
}

/// FNV-1a, in hex.
inline std::string digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::ostringstream out;
  out << std::hex << hash;
  return std::move(out).str();
}

}  // namespace plumbline::simulator
