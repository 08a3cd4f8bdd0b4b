#pragma once
/// A small SSH server for the nodes of the local target, where OpenSSH cannot run (with one mapped
/// user id it may not call setgroups). One authorized key, `exec` requests only, any number of
/// connections and channels at once.
/// Takes:    files made by make_keypair(); `stop_fd`, whose end of file means: stop.
/// Gives:    returns once it has stopped. Calls `listening` when connections are accepted.
/// Requires: a process with one thread, which is the server's alone: it forks a process for each
///           connection and reaps every child (so it may be the first process of a pid namespace).
/// Fails:    io, if it cannot listen or read its keys.
/// A connection that dies is noticed at once when its other end closes, within 8 s when it
/// vanishes; the commands on it then read the end of their input, and go on until they end by
/// themselves.

#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"

namespace plumbline {

struct SshServerOptions {
  std::string address;  ///< numeric
  int port = 22;        ///< 0: any; `listening` says which
  std::filesystem::path host_key;
  std::filesystem::path authorized_key;  ///< a .pub file
};

Status serve_ssh(const SshServerOptions& options, int stop_fd,
                 const std::function<void(int port)>& listening);

}  // namespace plumbline
