#pragma once
/// Replay: the calls of a script as a schedule of the nemesis, each at its time.

#include <optional>

#include "core/generator/gen.h"
#include "nemesis/script.h"

namespace plumbline {

/// How histories tell of a call: `f` names the fault or its heal (kill, heal-kill), `value` is the
/// call's arguments.
Operation operation_of(const ClusterCall& call);
/// The call that operation_of() made this operation of; nothing if it was made of none.
std::optional<ClusterCall> call_of(const Operation& operation);

/// What histories say that it did: of a cut who hears whom, else the call's arguments.
Value deed_of(const ClusterCall& call, const Nodes& nodes);

/// Each call once it is time and the nemesis is free. Calls of `heal` are left out: a run heals
/// everything at its end anyway.
gen::GenPtr replay_schedule(std::vector<ClusterCall> calls);

/// The faults that histories of this script tell of: kill, partition.
std::vector<std::string> faults_of(const std::vector<ClusterCall>& calls);

}  // namespace plumbline
