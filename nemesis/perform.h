#pragma once
/// From an operation of the nemesis to deeds on a cluster.

#include <optional>

#include "core/history/event.h"
#include "nemesis/fault.h"

namespace plumbline {

/// The operation that undoes `fault`: its name with "heal-" in front.
Operation heal_operation(const Fault& fault);

/// What became of one operation of the nemesis, ready for the history.
struct Deed {
  Value value;        ///< what was really done; the operation's own value if nothing is known
  std::string error;  ///< why it failed or was skipped; empty if it was done
  std::optional<Error> failure;  ///< set only if the cluster could not carry it out
};

/// Injects the fault that `operation.f` names, in the shape that `operation.value` names, or heals
/// it if f starts with "heal-". Requires: f is the name of one of `faults`, with or without
/// "heal-".
Deed perform(const std::vector<Fault>& faults, const Operation& operation, Cluster& cluster,
             Rng& rng);

/// The operations that undo all of `faults`, in the order in which they must be undone: processes
/// go on, then run again, then hear each other. One for each family.
std::vector<Operation> final_heals(const std::vector<Fault>& faults);

}  // namespace plumbline
