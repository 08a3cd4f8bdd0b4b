#pragma once
/// SshSession: one authenticated connection to one node, and commands on it, one at a time.
/// Requires: used by one thread at a time.
/// Fails:    invalid when the host key or the user key is refused (nothing that another try would
///           change), transport when the connection breaks, timeout when the deadline passes. After
///           an Error the session is of no more use.
/// Source:   libssh 0.10. The host key is compared by an explicit call after connecting: libssh
/// checks
///           nothing by itself (CWE-322 is what comes of forgetting that).

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "control/remote.h"
#include "control/target.h"
#include "core/base/result.h"

struct ssh_session_struct;
struct ssh_event_struct;

namespace plumbline {

using Deadline = std::chrono::steady_clock::time_point;
using Sink = std::function<Status(std::string_view)>;

/// The deadline that is `timeout` away, without overflow for k_never.
Deadline deadline_after(Nanos timeout);

class SshSession {
 public:
  static Result<std::unique_ptr<SshSession>> open(const NodeName& node, const SshAccess& access,
                                                  Deadline deadline);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  /// Runs `script` in a channel of its own: standard output and error go to the sinks as they come.
  /// Gives its exit code; 128 + n if signal n ended it, as a shell says it.
  Result<int> run(const std::string& script, std::string_view input, const Sink& out,
                  const Sink& err, Deadline deadline);

  /// A command whose input stays open until `stop` is set; then waits up to `grace` for its end.
  /// Calls `out` as output comes. Gives true if the command ended by itself before `stop`.
  Result<bool> keep(const std::string& script, const Sink& out, const Sink& err,
                    const std::atomic<bool>& stop, Nanos grace);

  /// Takes in what has come (the server's keepalive questions too); false if the connection is
  /// gone.
  bool pump();

 private:
  explicit SshSession(NodeName node) : node_(std::move(node)) {}
  Status configure(const SshAccess& access, Nanos timeout);
  Status check_host_key(const SshAccess& access);
  Status authenticate(const SshAccess& access);
  std::unexpected<Error> broken(const std::string& doing) const;

  friend class SshCommand;
  NodeName node_;
  std::string where_;  ///< "n1 (root@10.0.0.1:22)", for messages
  ssh_session_struct* session_ = nullptr;
  ssh_event_struct* event_ = nullptr;
};

}  // namespace plumbline
