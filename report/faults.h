#pragma once
/// FaultSpan: one fault of a history, from when it was asked for until its healing was done.

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/history/history.h"

namespace plumbline::report {

struct FaultSpan {
  static constexpr std::size_t k_not_healed = std::numeric_limits<std::size_t>::max();

  std::string name;               ///< "partition"
  std::string asked;              ///< shape or selector: "leader"
  std::string done;               ///< what it hit: "n1 n2 | n3 n4 n5"
  std::string error;              ///< why it did not take hold, or why healing it failed
  std::size_t from = 0;           ///< position of the event that asked for it
  std::size_t to = k_not_healed;  ///< position of the event that reported it healed
  bool took_hold = false;         ///< an error-free report followed
};

/// The spans in order of injection. `heal-x` closes every open x, `heal` closes all; Jepsen's
/// start and stop (alone or as prefixes) are understood too. A healing that failed closes nothing.
std::vector<FaultSpan> fault_spans(const History& history);

}  // namespace plumbline::report
