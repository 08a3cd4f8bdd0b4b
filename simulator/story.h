#pragma once
/// story(): a run as people read it: what clients asked and were told, what the nemesis did, who
/// led, in order of time. Meant for shrunk runs, which are a page or less.

#include <string>

#include "simulator/simulate.h"

namespace plumbline::simulator {

/// One line an event. A call stands where it began; where something else happened before it ended,
/// its end has a line of its own. Roles, starts and ends of processes come from `trace`, and are
/// left out of a run without.
/// `most_lines`: of a longer story the middle is left out, and that is said.
std::string story(const Result& result, std::size_t most_lines = 120);

}  // namespace plumbline::simulator
