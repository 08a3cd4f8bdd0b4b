#pragma once
/// raftkv: Plumbline's own Raft key-value store as a system under test.

#include "control/system.h"

namespace plumbline {

std::unique_ptr<System> make_raftkv(const SystemOptions& options);

}  // namespace plumbline
