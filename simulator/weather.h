#pragma once
/// Weather: how bad the world of one simulated run is, and how its nodes are set up. Drawn once
/// from the seed, so that seeds differ in kind and not only in detail; or given, to look for
/// something.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/rng.h"
#include "core/base/time.h"

namespace plumbline::simulator {

struct Weather {
  // the network between nodes, when no fault adds to it
  Nanos delay_min = 100us, delay_max = 1ms;
  double slow = 0;  ///< share of messages that take up to slow_max
  Nanos slow_max = 300ms;
  double loss = 0, duplicate = 0;
  // disks
  Nanos sync_min = 100us, sync_max = 1ms;
  double torn = 0.5;  ///< chance that a crash leaves any part of what was not synced; else
                      ///< nothing of it (a killed process alone loses nothing)
  // resets: the share of these moments after which the node loses power, and starts again at once
  double reset_voted = 0, reset_appended = 0, reset_installed = 0;
  // clocks
  double drift = 0;  ///< rates are within 1 +- this
  // the nodes' settings
  Nanos election_min = 300ms, election_max = 600ms, heartbeat = 50ms;
  std::uint64_t snapshot_every = 200;
  std::uint64_t segment_bytes = 64 << 10;
  std::uint64_t chunk_bytes = 4 << 10;
  std::uint64_t append_bytes = 64 << 10;
  std::uint64_t inflight = 64;             ///< appends to a peer
  std::uint64_t inflight_bytes = 4 << 20;  ///< of those
  // clients
  bool sessions = false;  ///< changes are retried under a session until answered
  /// How long an operator waits for a voter to be out before doing something else.
  Nanos patience = 5s;
  bool operator==(const Weather&) const = default;
};

Weather draw_weather(Rng& rng);
/// "loss=0.1,delay-max=20ms": what differs from the default, in one word of a command line.
std::string to_text(const Weather& weather);
/// Fails: invalid, naming the field.
plumbline::Result<Weather> parse_weather(std::string_view text);

}  // namespace plumbline::simulator
