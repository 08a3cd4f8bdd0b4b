#pragma once
/// The nemesis's schedule: when which fault is injected and healed, as a generator.
/// Each family of faults (partition, kill, pause) flips between quiet and one of its faults, on its
/// own clock, so that faults of different families overlap.

#include "core/generator/gen.h"
#include "nemesis/fault.h"

namespace plumbline {

enum class Cadence {
  interval,   ///< every stretch lasts exactly the interval; families start shifted against each
              ///< other
  staggered,  ///< every stretch is uniform in 0..2 intervals
  mixed,      ///< either of these, or a quarter of the interval (flapping), another each time
};
/// Fails: invalid, naming the nearest.
Result<Cadence> parse_cadence(const std::string& name);
const std::vector<std::string>& all_cadences();

struct ScheduleOptions {
  Nanos interval = 5s;
  Cadence cadence = Cadence::interval;
  Nanos quiet_start = 5s;  ///< counted from when it is first asked; no fault before: the system
                           ///< settles and histories have a calm part
  std::uint64_t seed = 0;
};

/// Endless (bound it with a time limit); without any fault, exhausted at once. Which faults and
/// shapes a family goes through, and how long each lasts, depends on the seed alone, never on how
/// long an operation took. Values of its operations are the shape or selector asked for.
gen::GenPtr make_schedule(const std::vector<Fault>& faults, const ScheduleOptions& options);

}  // namespace plumbline
