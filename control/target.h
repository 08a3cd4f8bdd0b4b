#pragma once
/// Target: where the nodes live. It gives, for each node, how to reach it and where it may write;
/// everything after that goes over SSH and is the same for all targets.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control/remote.h"
#include "core/base/result.h"
#include "nemesis/cluster.h"

namespace plumbline {

struct SshAccess {
  std::string host;
  int port = 22;
  std::string user = "root";
  std::filesystem::path private_key = {};  ///< empty: the agent, then the user's default keys
  std::filesystem::path known_hosts = {};  ///< checked strictly, always
};

struct NodeAccess {
  NodeName name;
  std::string address;  ///< numeric, where clients and peers reach the system
  SshAccess ssh;
  std::string directory;  ///< on the node, ours alone: binaries, data, logs, pid files
  /// How often it was taken out of the system and came back, with nothing, as a new member.
  int incarnation = 0;
  /// Whose guard holds the node: start, pause, partition and links do nothing once it does not.
  /// Empty: nobody's, and they ask nobody.
  std::string holder = {};

  /// On the node: what happens to the messages that the system gets from the other nodes, in words
  /// that the system knows; nothing happens to them while it is not there.
  std::string links_file() const { return directory + "/run/links"; }
};

class Target {
 public:
  virtual ~Target() = default;
  virtual std::string name() const = 0;  ///< local, docker, ssh
  /// Brings the hosts up if they are ours to bring up; otherwise only finds them. Re-resolves
  /// addresses every time (containers swap theirs).
  virtual Result<std::vector<NodeAccess>> up() = 0;
  /// Removes what up() made. Idempotent.
  virtual Status down() = 0;
};

}  // namespace plumbline
