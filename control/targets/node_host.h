#pragma once
/// NodeHost: one host of the local target: a process in namespaces of its own that serves SSH.
/// It is this program again, started with a word that only this file knows; it ends when its
/// standard input does, and all that runs on the host with it. Requires: the world of the local
/// target, with iproute2.

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

struct NodeHostOptions {
  std::string name;
  std::string address;  ///< numeric; its network is /24
  int port = 22;
  std::string link;  ///< what the other end of its cable is called outside
  std::filesystem::path host_key;
  std::filesystem::path authorized_key;  ///< a .pub file
  std::filesystem::path hosts_file;      ///< shown as /etc/hosts
  std::filesystem::path log_file;        ///< its own complaints, if any
};

class NodeHost {
 public:
  static Result<NodeHost> start(const NodeHostOptions& options);
  ~NodeHost() { stop(); }
  NodeHost(NodeHost&& other) noexcept;
  NodeHost& operator=(NodeHost&& other) = delete;

  /// Waits until SSH is served.
  /// Fails: failed, with what it complained about; timeout.
  Status await(Nanos timeout);
  void stop();

 private:
  NodeHost(std::string name, pid_t process, int input, int output)
      : name_(std::move(name)), process_(process), input_(input), output_(output) {}

  std::string name_;
  pid_t process_ = -1;
  int input_ = -1, output_ = -1;
};

}  // namespace plumbline
