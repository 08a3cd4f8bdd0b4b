#pragma once
/// The targets: local (hosts made of namespaces on this machine), docker (containers beside this
/// one) and ssh (machines that the user names).
///
/// A program that offers the local target begins its main() with
///     if (const int code = run_node_host_if_asked(argc, argv); code >= 0) return code;
/// and, once it knows its options and before it makes any thread, goes on with
///     if (const int code = enter_local_world_if_needed(options, argc, argv); code >= 0) return
///     code;

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control/target.h"
#include "core/base/result.h"

namespace plumbline {

struct TargetOptions {
  std::string name = "local";  ///< local, docker, ssh; sim is known to the command line alone
  int nodes = 5;               ///< local, docker; ssh has as many as `hosts`
  std::vector<std::string> hosts =
      {};                 ///< ssh: [user@]host[:port]; docker: host names, by default n1, n2...
  std::string user = {};  ///< ssh: where `hosts` says none; default root
  std::filesystem::path private_key =
      {};  ///< default: ssh the agent and default keys, docker its volume
  std::filesystem::path known_hosts =
      {};  ///< default: ssh ~/.ssh/known_hosts, docker made from its volume
  /// local: where the nodes' files go, on a real disk. Default: a new folder below
  /// /var/tmp/plumbline-<uid>, removed by down(); a folder given here is kept.
  std::filesystem::path work_directory = {};
};

/// Fails: invalid for an unknown name or a host that cannot be read; unavailable for local outside
/// of its world.
Result<std::unique_ptr<Target>> make_target(const TargetOptions& options);

/// Puts this process into a network, mount and process namespace of its own if the target is local:
/// the host's network is never touched, and all that is in the world goes when the process that
/// called this dies, of whatever cause. Gives:    -1 in the process that is to go on, inside; the
/// exit code in the one that was started,
///           which meanwhile passes SIGINT, SIGTERM, SIGHUP and SIGQUIT on. 255, after a line on
///           stderr, if this machine does not allow it. -1 at once for any other target.
/// Requires: one thread, and nothing buffered for stdout.
int enter_local_world_if_needed(const TargetOptions& options, int argc, char** argv);

/// If this process was started to be a node of the local target: is one until it is told to end,
/// and gives its exit code. Else -1.
int run_node_host_if_asked(int argc, char** argv);

}  // namespace plumbline
