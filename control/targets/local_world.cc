#include "control/targets/local_world.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <iostream>

#include "control/targets/namespaces.h"
#include "control/targets/targets.h"

namespace plumbline {
namespace {

constexpr int k_harness_failure = 255;

/// Set once, in the process that goes on inside the world.
struct World {
  ino_t network = 0;
  uid_t user = 0;
};
World world;

ino_t network_of_this_process() {
  struct stat info{};
  return stat("/proc/self/ns/net", &info) == 0 ? info.st_ino : 0;
}

int say_and_fail(const Error& error) {
  std::cerr << "plumbline: the local target cannot run here: " << error.what << std::endl;
  return k_harness_failure;
}

sigset_t passed_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) sigaddset(&set, number);
  return set;
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Passes signals on to `child`, reaps whatever ends, and gives the child's exit code.
/// Requires: passed_signals() are blocked.
int tend(pid_t child) {
  const sigset_t set = passed_signals();
  while (true) {
    const int number = sigwaitinfo(&set, nullptr);
    if (number > 0 && number != SIGCHLD) kill(child, number);
    int status = 0;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == child) return exit_code_of(status);
  }
}

/// Binds this process's life to its parent's. `outermost_alive` reads its end when the outermost
/// process is gone; nothing else ends the ones between.
void die_with_parent(int outermost_alive) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd outermost{outermost_alive, POLLIN, 0};
  if (poll(&outermost, 1, 0) != 0) _exit(k_harness_failure);  // it died before prctl
}

/// The two processes between the outermost one and the program: one that enters the world (so that
/// the outermost stays an ordinary process), and the first in it, with which all others die. Each
/// ends in here with its child's exit code; only the program returns.
Status descend(int outermost_alive, const sigset_t& signals_before) {
  die_with_parent(outermost_alive);
  // Ctrl-C goes to the terminal's whole process group: in that group the program would get it
  // twice, once from the terminal and once from the outermost process, which passes it on.
  setpgid(0, 0);
  TRY(enter_world());
  const pid_t first = fork();
  if (first < 0) return fail_errno("fork");
  if (first > 0) _exit(tend(first));
  die_with_parent(outermost_alive);
  TRY(mount_proc());
  const pid_t program = fork();
  if (program < 0) return fail_errno("fork");
  if (program > 0) _exit(tend(program));
  (void)signal(SIGTTOU, SIG_IGN);  // not in the terminal's group, yet it may write there
  sigprocmask(SIG_SETMASK, &signals_before, nullptr);
  return {};
}

}  // namespace

bool inside_local_world() {
  return world.network != 0 && world.network == network_of_this_process();
}
uid_t user_outside() { return world.user; }

int enter_local_world_if_needed(const TargetOptions& options, int, char**) {
  if (options.name != "local") return -1;
  const uid_t user = geteuid();
  std::array<int, 2> alive;
  if (pipe2(alive.data(), O_CLOEXEC) != 0) return say_and_fail(fail_errno("pipe").error());
  const sigset_t passed = passed_signals();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &passed, &before);
  const pid_t child = fork();
  if (child < 0) return say_and_fail(fail_errno("fork").error());
  if (child > 0) {
    close(alive[0]);
    return tend(child);
  }
  close(alive[1]);
  if (const auto done = descend(alive[0], before); !done) _exit(say_and_fail(done.error()));
  close(alive[0]);
  world = {.network = network_of_this_process(), .user = user};
  return -1;
}

}  // namespace plumbline
