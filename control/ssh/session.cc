#include "control/ssh/session.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <unistd.h>

#include <algorithm>

#include "control/ssh/command.h"
#include "control/ssh/liveness.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

Nanos left(Deadline deadline) {
  return std::max(Nanos::zero(),
                  std::chrono::duration_cast<Nanos>(deadline - std::chrono::steady_clock::now()));
}

/// How known_hosts writes an address: with the port when it is not 22.
std::string known_as(const SshAccess& access) {
  return access.port == 22 ? access.host : str("[", access.host, "]:", access.port);
}

std::string file_of(const SshAccess& access) {
  return access.known_hosts.empty() ? "~/.ssh/known_hosts" : access.known_hosts.string();
}

}  // namespace

Deadline deadline_after(Nanos timeout) {
  const auto now = std::chrono::steady_clock::now();
  return timeout > Deadline::max() - now ? Deadline::max() : now + timeout;
}

Result<std::unique_ptr<SshSession>> SshSession::open(const NodeName& node, const SshAccess& access,
                                                     Deadline deadline) {
  std::unique_ptr<SshSession> made(new SshSession(node));
  made->where_ = str("node ", node, " (", access.user, "@", access.host, ":", access.port, ")");
  made->session_ = ssh_new();
  if (made->session_ == nullptr) return fail(Error::Code::io, "libssh gave no session: no memory");
  TRY(made->configure(access, std::max<Nanos>(left(deadline), 1ms)));
  if (ssh_connect(made->session_) != SSH_OK) return made->broken("cannot connect");
  notice_vanished_peer(ssh_get_fd(made->session_));
  TRY(made->check_host_key(access));
  TRY(made->authenticate(access));
  ssh_set_blocking(made->session_, 0);
  made->event_ = ssh_event_new();
  if (made->event_ == nullptr || ssh_event_add_session(made->event_, made->session_) != SSH_OK)
    return made->broken("cannot watch the connection");
  return made;
}

SshSession::~SshSession() {
  if (event_ != nullptr) {
    ssh_event_remove_session(event_, session_);
    ssh_event_free(event_);
  }
  if (session_ == nullptr) return;
  if (ssh_is_connected(session_)) ssh_disconnect(session_);
  ssh_free(session_);
}

Status SshSession::configure(const SshAccess& access, Nanos timeout) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(timeout).count();
  const long whole = static_cast<long>(micros / 1000000),
             rest = static_cast<long>(micros % 1000000);
  const unsigned port = static_cast<unsigned>(access.port);
  const bool no_config = false;  // ~/.ssh/config could weaken what is checked here
  const int on = 1;
  bool set = ssh_options_set(session_, SSH_OPTIONS_HOST, access.host.c_str()) == SSH_OK;
  const auto option = [&](ssh_options_e name, const void* value) {
    set = set && ssh_options_set(session_, name, value) == SSH_OK;
  };
  option(SSH_OPTIONS_PORT, &port);
  option(SSH_OPTIONS_USER, access.user.c_str());
  option(SSH_OPTIONS_PROCESS_CONFIG, &no_config);
  option(SSH_OPTIONS_TIMEOUT, &whole);
  option(SSH_OPTIONS_TIMEOUT_USEC, &rest);
  option(SSH_OPTIONS_NODELAY, &on);
  option(SSH_OPTIONS_STRICTHOSTKEYCHECK, &on);
  if (!access.known_hosts.empty()) {
    option(SSH_OPTIONS_KNOWNHOSTS, access.known_hosts.c_str());
    option(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");  // that file, and no other
  }
  if (!set) return fail(Error::Code::invalid, str(where_, ": ", ssh_get_error(session_)));
  return {};
}

Status SshSession::check_host_key(const SshAccess& access) {
  const std::string file = file_of(access), name = known_as(access);
  switch (ssh_session_is_known_server(session_)) {
    case SSH_KNOWN_HOSTS_OK:
      return {};
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      return fail(Error::Code::invalid,
                  str(where_, " shows a host key that differs from the one in ", file,
                      ": if the node was made anew, remove the old line (ssh-keygen -R '", name,
                      "' -f ", file, ") and add its new key; if not, something sits in between"));
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
      return fail(Error::Code::invalid, str(where_, " has no host key in ", file,
                                            ": add it once you trust it (ssh-keyscan -p ",
                                            access.port, " ", access.host, " >> ", file, ")"));
    case SSH_KNOWN_HOSTS_ERROR:
      break;
  }
  if (!ssh_is_connected(session_)) return broken("lost while its host key was checked");
  return fail(Error::Code::invalid, str(where_, ": its host key could not be checked against ",
                                        file, ": ", ssh_get_error(session_)));
}

Status SshSession::authenticate(const SshAccess& access) {
  int answer = SSH_AUTH_ERROR;
  std::string tried = "the SSH agent and the default keys";
  if (access.private_key.empty()) {
    answer = ssh_userauth_publickey_auto(session_, nullptr, nullptr);
  } else {
    tried = access.private_key.string();
    ssh_key key = nullptr;
    const auto never_ask = [](const char*, char*, size_t, int, int, void*) { return -1; };
    if (ssh_pki_import_privkey_file(tried.c_str(), nullptr, never_ask, nullptr, &key) == SSH_OK) {
      answer = ssh_userauth_publickey(session_, nullptr, key);
      ssh_key_free(key);
    } else if (::access(tried.c_str(), R_OK) == 0) {
      tried += " (it has a passphrase, so the SSH agent was asked)";
      answer = ssh_userauth_agent(session_, nullptr);
    } else {
      return fail(Error::Code::invalid, str(where_, ": cannot read the private key ", tried));
    }
  }
  if (answer == SSH_AUTH_SUCCESS) return {};
  if (answer == SSH_AUTH_AGAIN || !ssh_is_connected(session_))
    return broken("lost while logging in");
  return fail(Error::Code::invalid,
              str(where_, " refused ", tried, ": add the public half to ~", access.user,
                  "/.ssh/authorized_keys there (passwords are never used)"));
}

std::unexpected<Error> SshSession::broken(const std::string& doing) const {
  const std::string why = ssh_get_error(session_);
  return fail(Error::Code::transport,
              str(where_, ": ", doing, why.empty() ? "" : ": ", printable(why)));
}

bool SshSession::pump() {
  while (true) {
    const int got = ssh_event_dopoll(event_, 0);
    if (got == SSH_ERROR || !ssh_is_connected(session_)) return false;
    if (got == SSH_AGAIN || got == 0) return true;
  }
}

Result<int> SshSession::run(const std::string& script, std::string_view input, const Sink& out,
                            const Sink& err, Deadline deadline) {
  SshCommand command(*this, out, err);
  TRY(command.start(script, deadline));
  while (!command.ended()) {
    TRY(command.step(input, true, std::min<Nanos>(left(deadline), SshCommand::k_longest_wait)));
    if (!command.ended() && left(deadline) == Nanos::zero())
      return fail(Error::Code::timeout, str(where_, ": no end of: ", printable(script, 120)));
  }
  return command.exit_code();
}

Result<bool> SshSession::keep(const std::string& script, const Sink& out, const Sink& err,
                              const std::atomic<bool>& stop, Nanos grace) {
  SshCommand command(*this, out, err);
  TRY(command.start(script, deadline_after(grace)));
  std::string_view nothing;
  while (!command.ended() && !stop) TRY(command.step(nothing, false, SshCommand::k_longest_wait));
  if (command.ended()) return true;
  const Deadline deadline = deadline_after(grace);
  while (!command.ended() && left(deadline) > Nanos::zero())
    TRY(command.step(nothing, true, SshCommand::k_longest_wait));
  if (!command.ended())
    return fail(Error::Code::timeout, str(where_, ": a held command did not end"));
  return false;
}

}  // namespace plumbline
