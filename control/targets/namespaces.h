#pragma once
/// New namespaces for this process, with a user namespace in front where it has no right to them.
/// Requires: one thread.
/// Fails:    unavailable, with what would allow it on this machine.

#include <string>

#include "core/base/result.h"

namespace plumbline {

/// New network, mount, host name and IPC namespaces for this process, and a new process namespace
/// for its children; mounts made from here on stay in it. The user is root inside, and owns files
/// as before outside.
Status enter_world();
/// New network, mount, host name and IPC namespaces inside a world.
Status enter_node_namespaces();
/// New process namespace for the children of this process.
Status separate_processes();
/// Mounts /proc anew; for the first process of a process namespace.
Status mount_proc();
/// An empty /run, so that lock files in it are this node's own.
Status mount_private_run();

/// What `script` prints when sh runs it in a world of its own, made and removed for it.
/// Fails: also failed, when the script does (its words in the Error).
Result<std::string> try_in_world(const std::string& script);

}  // namespace plumbline
