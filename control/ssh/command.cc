#include "control/ssh/command.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr std::uint32_t k_piece = 32 * 1024;

/// The number of a signal named as RFC 4254 does ("KILL"); 0 if it has none here.
int signal_number(const char* name) {
  for (int number = 1; number < NSIG; ++number) {
    const char* known = sigabbrev_np(number);
    if (known != nullptr && std::strcmp(known, name) == 0) return number;
  }
  return 0;
}

}  // namespace

SshCommand::SshCommand(SshSession& session, const Sink& out, const Sink& err)
    : session_(session), out_(out), err_(err) {
  callbacks_.userdata = this;
  callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* self) {
    static_cast<SshCommand*>(self)->exit_code_ = status;
  };
  callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* name, int,
                                               const char*, const char*, void* self) {
    static_cast<SshCommand*>(self)->exit_code_ = 128 + signal_number(name);
  };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* self) {
    static_cast<SshCommand*>(self)->closed_ = true;
  };
  ssh_callbacks_init(&callbacks_);
}

SshCommand::~SshCommand() {
  if (channel_ == nullptr) return;
  // libssh may keep a freed channel until the other side closes it: it must not call us then.
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  ssh_channel_free(channel_);
}

Status SshCommand::start(const std::string& script, Deadline deadline) {
  // The login shell of a user may be anything: it only has to start sh.
  return open("exec sh -c " + shell_quote(script), deadline);
}

Status SshCommand::open(const std::string& command, Deadline deadline) {
  ssh_session session = session_.session_;
  channel_ = ssh_channel_new(session);
  if (channel_ == nullptr) return session_.broken("no channel");
  if (ssh_set_channel_callbacks(channel_, &callbacks_) != SSH_OK)
    return session_.broken("no channel");
  const auto until_done = [&](auto&& attempt, const char* doing) -> Status {
    while (true) {
      const int answer = attempt();
      if (answer == SSH_OK) return {};
      if (answer != SSH_AGAIN || !ssh_is_connected(session)) return session_.broken(doing);
      if (std::chrono::steady_clock::now() >= deadline)
        return fail(Error::Code::timeout, str(session_.where_, ": ", doing, ": no answer in time"));
      if (ssh_event_dopoll(session_.event_, static_cast<int>(k_longest_wait / 1ms)) == SSH_ERROR)
        return session_.broken(doing);
    }
  };
  TRY(until_done([&] { return ssh_channel_open_session(channel_); }, "cannot open a channel"));
  return until_done([&] { return ssh_channel_request_exec(channel_, command.c_str()); },
                    "cannot start a command");
}

Status SshCommand::step(std::string_view& input, bool input_ends, Nanos wait) {
  // Reading one stream takes in packets of the other: only a round that began after the close and
  // moved nothing has seen the end of both.
  const bool was_closed = closed_;
  TRY_ASSIGN(bool moved, send(input, input_ends));
  TRY_ASSIGN(const bool out_moved, receive(false, out_));
  TRY_ASSIGN(const bool err_moved, receive(true, err_));
  moved = moved || out_moved || err_moved;
  if (was_closed && !moved) return finish();
  if (!ssh_is_connected(session_.session_)) return session_.broken("connection lost");
  const int wait_ms = moved || closed_ ? 0 : static_cast<int>((wait + 999us) / 1ms);
  if (ssh_event_dopoll(session_.event_, wait_ms) == SSH_ERROR && !closed_)
    return session_.broken("connection lost");
  return {};
}

Result<bool> SshCommand::send(std::string_view& input, bool input_ends) {
  if (closed_ || input_ended_) return false;
  if (input.empty()) {
    if (!input_ends) return false;
    input_ended_ = true;
    if (ssh_channel_send_eof(channel_) == SSH_ERROR) return session_.broken("connection lost");
    return true;
  }
  // No more than the node takes: what libssh buffers beyond that has no bound.
  if ((ssh_get_poll_flags(session_.session_) & SSH_WRITE_PENDING) != 0) return false;
  const auto fits =
      std::min({k_piece, ssh_channel_window_size(channel_),
                static_cast<std::uint32_t>(std::min<std::size_t>(input.size(), k_piece))});
  if (fits == 0) return false;
  const int sent = ssh_channel_write(channel_, input.data(), fits);
  if (sent == SSH_ERROR) {
    if (!closed_) return session_.broken("connection lost");
    return false;  // it ended without reading its input, which is its right
  }
  input.remove_prefix(static_cast<std::size_t>(sent));
  return sent > 0;
}

Result<bool> SshCommand::receive(bool is_stderr, const Sink& sink) {
  std::array<char, k_piece> piece;
  const int got = ssh_channel_read_nonblocking(channel_, piece.data(), k_piece, is_stderr ? 1 : 0);
  if (got == SSH_ERROR && !closed_) return session_.broken("connection lost");
  if (got <= 0) return false;
  TRY(sink(std::string_view(piece.data(), static_cast<std::size_t>(got))));
  return true;
}

Status SshCommand::finish() {
  if (!exit_code_) return session_.broken("the command ended without an exit code");
  ended_ = true;
  return {};
}

}  // namespace plumbline
