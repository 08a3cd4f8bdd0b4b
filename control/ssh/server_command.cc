#include "control/ssh/server_command.h"

#include <fcntl.h>
#include <libssh/server.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace plumbline {
namespace {

constexpr std::uint32_t k_server_piece = 32 * 1024;

void shut(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

[[noreturn]] void become_command(const char* command, int in, int out, int err) {
  setsid();
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) (void)signal(number, SIG_DFL);
  if (chdir("/") != 0) _exit(126);
  const char* const arguments[] = {"sh", "-c", command, nullptr};
  const char* const environment[] = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/",
      "USER=root",
      "LOGNAME=root",
      "SHELL=/bin/sh",
      "LANG=C.UTF-8",
      nullptr};
  execve("/bin/sh", const_cast<char* const*>(arguments), const_cast<char* const*>(environment));
  _exit(127);
}

}  // namespace

ServerCommand::ServerCommand(ssh_session session, ssh_channel channel)
    : session_(session), channel_(channel) {
  callbacks_.userdata = this;
  callbacks_.channel_exec_request_function = [](ssh_session, ssh_channel, const char* command,
                                                void* self) {
    return static_cast<ServerCommand*>(self)->start(command) ? 0 : 1;
  };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* self) {
    static_cast<ServerCommand*>(self)->closed_ = true;
  };
  ssh_callbacks_init(&callbacks_);
  ssh_set_channel_callbacks(channel_, &callbacks_);
}

ServerCommand::~ServerCommand() {
  shut(in_);
  shut(out_.fd);
  shut(err_.fd);
  shut(end_);
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  ssh_channel_free(channel_);
}

bool ServerCommand::start(const char* command) {
  if (child_ > 0) return false;  // one command a channel
  std::array<std::array<int, 2>, 3> pipes{};
  for (auto& ends : pipes) {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  }
  child_ = fork();
  if (child_ == 0) become_command(command, pipes[0][0], pipes[1][1], pipes[2][1]);
  if (child_ > 0) end_ = static_cast<int>(syscall(SYS_pidfd_open, child_, 0));
  in_ = pipes[0][1];
  out_.fd = pipes[1][0];
  err_.fd = pipes[2][0];
  close(pipes[0][0]);
  close(pipes[1][1]);
  close(pipes[2][1]);
  for (const int fd : {in_, out_.fd, err_.fd}) (void)fcntl(fd, F_SETFL, O_NONBLOCK);
  return child_ > 0;
}

bool ServerCommand::work() {
  if (closed_) {
    over_ = true;
    return false;
  }
  if (child_ <= 0) return false;
  bool moved = feed();
  moved = fetch(out_, false) || moved;
  moved = fetch(err_, true) || moved;
  if (!ended_ && waitpid(child_, &status_, WNOHANG) == child_) {
    ended_ = moved = true;
    shut(in_);
  }
  if (ended_ && out_.done() && err_.done()) finish();
  return moved;
}

bool ServerCommand::feed() {
  if (in_ < 0) return false;
  bool moved = false;
  if (unfed_.empty()) {
    std::array<char, k_server_piece> piece;
    const int got = ssh_channel_read_nonblocking(channel_, piece.data(), k_server_piece, 0);
    if (got > 0) unfed_.assign(piece.data(), static_cast<std::size_t>(got));
    if (unfed_.empty() && ssh_channel_is_eof(channel_) != 0) shut(in_);
  }
  if (unfed_.empty()) return false;
  const ssize_t taken = write(in_, unfed_.data(), unfed_.size());
  if (taken > 0) {
    unfed_.erase(0, static_cast<std::size_t>(taken));
    moved = true;
  } else if (taken < 0 && errno != EAGAIN && errno != EINTR) {
    shut(in_);  // it does not want more
    unfed_.clear();
  }
  return moved;
}

bool ServerCommand::fetch(Output& output, bool is_stderr) {
  if (output.done() || (ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) != 0) return false;
  const auto window = std::min(k_server_piece, ssh_channel_window_size(channel_));
  if (window == 0) return false;
  if (output.unsent.empty()) {
    std::array<char, k_server_piece> piece;
    const ssize_t got = read(output.fd, piece.data(), window);
    if (got < 0) return false;
    if (got == 0) {
      shut(output.fd);
      return true;
    }
    output.unsent.assign(piece.data(), static_cast<std::size_t>(got));
  }
  const auto size = static_cast<std::uint32_t>(output.unsent.size());
  const int sent = is_stderr ? ssh_channel_write_stderr(channel_, output.unsent.data(), size)
                             : ssh_channel_write(channel_, output.unsent.data(), size);
  if (sent < 0) over_ = true;
  if (sent <= 0) return false;
  output.unsent.erase(0, static_cast<std::size_t>(sent));
  return true;
}

void ServerCommand::add_waits(std::vector<pollfd>& waits) const {
  if (in_ >= 0 && !unfed_.empty()) waits.push_back({in_, POLLOUT, 0});
  if (!ended_ && end_ >= 0) waits.push_back({end_, POLLIN, 0});
  const bool sendable = (ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) == 0 &&
                        ssh_channel_window_size(channel_) > 0;
  if (!sendable) return;
  for (const Output* output : {&out_, &err_})
    if (output->fd >= 0 && output->unsent.empty()) waits.push_back({output->fd, POLLIN, 0});
}

void ServerCommand::finish() {
  ssh_channel_send_eof(channel_);
  if (WIFEXITED(status_)) {
    ssh_channel_request_send_exit_status(channel_, WEXITSTATUS(status_));
  } else {
    ssh_channel_request_send_exit_signal(channel_, sigabbrev_np(WTERMSIG(status_)), 0, "", "en");
  }
  ssh_channel_close(channel_);
  over_ = true;
}

}  // namespace plumbline
