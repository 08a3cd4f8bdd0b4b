#pragma once
/// Streams: sources of choice that do not disturb each other: one a purpose, node and link, so that
/// leaving out a fault or an operation shifts no draw elsewhere.

#include <cstdint>

#include "core/base/rng.h"

namespace plumbline::simulator {

enum class Purpose : std::uint64_t {
  weather = 1,
  workload,
  generator,
  schedule,
  nemesis,
  link,
  disk,
  crash,
  clock,
  election,
  client,
  snapshot,
  reset
};

inline std::uint64_t stream_seed(std::uint64_t seed, Purpose purpose, std::uint64_t a = 0,
                                 std::uint64_t b = 0) {
  std::uint64_t mixed = Rng(seed).next();
  for (const std::uint64_t part : {static_cast<std::uint64_t>(purpose), a, b})
    mixed = Rng(mixed ^ part).next();
  return mixed;
}
inline Rng stream(std::uint64_t seed, Purpose purpose, std::uint64_t a = 0, std::uint64_t b = 0) {
  return Rng(stream_seed(seed, purpose, a, b));
}

/// Uniform in [low, high].
inline Nanos between(Rng& rng, Nanos low, Nanos high) {
  return Nanos(rng.between(low.count(), high.count()));
}

}  // namespace plumbline::simulator
