#pragma once
/// Remote: commands on one node. The only door to nodes; implemented over libssh (control/ssh/),
/// and by a recorder in tests.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

struct CommandResult {
  int exit_code = 0;
  std::string out = {};
  std::string err = {};
  bool ok() const { return exit_code == 0; }
};

/// A command that runs as long as it is held; letting go closes its standard input.
class HeldCommand {
 public:
  virtual ~HeldCommand() = default;
  virtual bool alive() = 0;
};

class Remote {
 public:
  virtual ~Remote() = default;

  /// Runs `script` with `sh -c` on the node. A command that ran and said no is a CommandResult;
  /// an Error means that it is not known whether it ran (transport, timeout). Every script sent is
  /// therefore idempotent, and the remote tries again by itself after a broken connection, within
  /// `timeout`. Threads: safe.
  virtual Result<CommandResult> run(const std::string& script, std::string_view input = {},
                                    Nanos timeout = 30s) = 0;
  /// As run(), but gives standard output as it comes (for files of any size).
  virtual Result<CommandResult> stream(const std::string& script,
                                       const std::function<Status(std::string_view)>& sink,
                                       Nanos timeout) = 0;
  /// Starts `script` and keeps its connection; fails unless it prints `ready` as its first line.
  virtual Result<std::unique_ptr<HeldCommand>> hold(const std::string& script,
                                                    const std::string& ready) = 0;

  // Files go through the standard input and output of `cat`, so that every node with a shell will
  // do.
  Status upload(const std::filesystem::path& from, const std::string& to, bool executable);
  Status download(const std::string& from, const std::filesystem::path& to);
};

/// As run(), but a non-zero exit is an Error (failed) that carries the command and its stderr.
Result<std::string> run_ok(Remote& remote, const std::string& script, Nanos timeout = 30s);

}  // namespace plumbline
