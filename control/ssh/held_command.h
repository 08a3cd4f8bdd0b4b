#pragma once
/// A command held open on a session of its own, by a thread that answers the server meanwhile.
/// Gives:    the HeldCommand once its first line was `ready`. Letting go ends its input, then waits
///           (10 s at most) until it has done what it does at the end.
/// Fails:    failed if it printed anything else first or ended (the Error has what it printed).

#include <memory>
#include <string>

#include "control/remote.h"
#include "control/ssh/session.h"

namespace plumbline {

Result<std::unique_ptr<HeldCommand>> hold_on(std::unique_ptr<SshSession> session,
                                             const std::string& script, const std::string& ready,
                                             Deadline deadline);

}  // namespace plumbline
