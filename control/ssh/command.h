#pragma once
/// SshCommand: one command in one channel of a session, moved forward step by step.
/// Requires: the session outlives it; one command of a session at a time.
/// Fails:    transport when the connection breaks or the channel ends without an exit code.

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <optional>
#include <string>
#include <string_view>

#include "control/ssh/session.h"
#include "core/base/time.h"

namespace plumbline {

class SshCommand {
 public:
  /// One wait never lasts longer: a stop flag is noticed within it.
  static constexpr Nanos k_longest_wait = 50ms;

  SshCommand(SshSession& session, const Sink& out, const Sink& err);
  ~SshCommand();
  SshCommand(const SshCommand&) = delete;
  SshCommand& operator=(const SshCommand&) = delete;

  Status start(const std::string& script, Deadline deadline);
  /// Sends from the front of `input` what fits (its end too, once empty and `input_ends`), gives
  /// what has come to the sinks, and waits up to `wait` when there was nothing to do.
  Status step(std::string_view& input, bool input_ends, Nanos wait);
  bool ended() const { return ended_; }
  int exit_code() const { return *exit_code_; }

 private:
  Status open(const std::string& command, Deadline deadline);
  Result<bool> send(std::string_view& input, bool input_ends);
  Result<bool> receive(bool is_stderr, const Sink& sink);
  Status finish();

  SshSession& session_;
  const Sink& out_;
  const Sink& err_;
  ssh_channel channel_ = nullptr;
  ssh_channel_callbacks_struct callbacks_{};
  std::optional<int> exit_code_;
  bool closed_ = false;  ///< by the other side; what it sent before may still wait to be read
  bool input_ended_ = false;
  bool ended_ = false;
};

}  // namespace plumbline
