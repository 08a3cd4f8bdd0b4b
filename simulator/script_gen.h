#pragma once
/// A script as a generator: each operation by its thread at its time, or as soon after it as the
/// thread is free; each call of the cluster by the nemesis, named as in histories (see
/// nemesis/replay.h). Exhausted after the last.

#include "core/generator/gen.h"
#include "nemesis/script.h"

namespace plumbline::simulator {

gen::GenPtr from_script(const Script& script);

}  // namespace plumbline::simulator
