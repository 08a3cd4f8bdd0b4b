#pragma once
/// SshRemote: a Remote over SSH, with a few connections kept warm for each node.
/// Takes:   a private key (or, if none is named, the agent and the default keys: never a password)
/// and
///          a known_hosts file; a node whose key is not in it, or differs, is refused.
/// Fails:   invalid when a key is refused, at once; transport after tries (about 100 ms apart,
/// jittered)
///          until `timeout`; timeout when a command took too long.
/// Threads: safe; commands run beside one another, up to five a node, each in a session of its own.
/// Cost:    a thread a remote and one a held command; 3-12 ms a command on a warm session.

#include <memory>

#include "control/remote.h"
#include "control/target.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

Result<std::unique_ptr<Remote>> connect_ssh(const NodeName& node, const SshAccess& access,
                                            Nanos timeout);

}  // namespace plumbline
