#include "control/ssh/ssh_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>

#include "control/ssh/liveness.h"
#include "control/ssh/server_connection.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr int k_backlog = 64;

Result<int> listen_on(const SshServerOptions& options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(options.address.c_str(), std::to_string(options.port).c_str(), &hints, &found) !=
      0)
    return fail(Error::Code::invalid, str("not a numeric address: ", options.address));
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  const bool listens = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       bind(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                       listen(fd, k_backlog) == 0;
  freeaddrinfo(found);
  if (listens) return fd;
  auto error = fail_errno(str("cannot listen on ", options.address, " port ", options.port));
  if (fd >= 0) close(fd);
  return error;
}

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

/// SIGCHLD as a file to wait on, for as long as this lives.
class ChildEnds {
 public:
  ChildEnds() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before_);
    fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~ChildEnds() {
    close(fd_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  ChildEnds(const ChildEnds&) = delete;
  ChildEnds& operator=(const ChildEnds&) = delete;
  int fd() const { return fd_; }
  void reap() {
    signalfd_siginfo info;
    while (read(fd_, &info, sizeof info) > 0) continue;
    while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  }

 private:
  sigset_t before_{};
  int fd_ = -1;
};

[[noreturn]] void become_connection(int client, const SshServerOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  notice_vanished_peer(client);
  const int on = 1;
  (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  serve_connection(client, options.host_key, options.authorized_key);
  _exit(0);
}

}  // namespace

Status serve_ssh(const SshServerOptions& options, int stop_fd,
                 const std::function<void(int port)>& listening) {
  TRY(check_server_keys(options.host_key, options.authorized_key));
  TRY_ASSIGN(const int listener, listen_on(options));
  ChildEnds children;
  listening(port_of(listener));
  Status result;
  while (result) {
    std::array<pollfd, 3> waits{
        {{listener, POLLIN, 0}, {stop_fd, POLLIN, 0}, {children.fd(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) result = fail_errno("poll");
    if (waits[2].revents != 0) children.reap();
    if (char byte = 0; waits[1].revents != 0 && read(stop_fd, &byte, 1) <= 0) break;
    if (waits[0].revents == 0) continue;
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const pid_t child = fork();
    if (child == 0) {
      close(listener);
      become_connection(client, options);
    }
    close(client);
  }
  close(listener);
  return result;
}

}  // namespace plumbline
