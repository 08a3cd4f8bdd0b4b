#include "control/targets/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "control/targets/program.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr int k_host_flags = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;

/// Requires: errno as the refused call left it.
std::unexpected<Error> unavailable(const std::string& what, const std::string& try_this = "") {
  return fail(Error::Code::unavailable,
              str(what, ": ", std::strerror(errno), try_this.empty() ? "" : " (try: ", try_this,
                  try_this.empty() ? "" : ")"));
}

bool write_setting(const char* path, std::string_view text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return written;
}

std::string first_word_of(const char* path) {
  std::array<char, 32> text{};
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = read(fd, text.data(), text.size());
  close(fd);
  return std::string(
      trim(std::string_view(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0)));
}

/// The setting that forbids user namespaces here, and its undoing, as far as it shows.
std::string remedy() {
  if (first_word_of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
    return "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
  if (first_word_of("/proc/sys/kernel/unprivileged_userns_clone") == "0")
    return "sudo sysctl kernel.unprivileged_userns_clone=1";
  if (first_word_of("/proc/sys/user/max_user_namespaces") == "0")
    return "sudo sysctl user.max_user_namespaces=10000";
  return "run as root outside of containers, or use --target docker";
}

std::unexpected<Error> refused(const std::string& what) {
  const int error = errno;  // looking for the remedy sets it anew
  const std::string try_this = remedy();
  errno = error;
  return unavailable(what, try_this);
}

Status become_root_of_user_namespace() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWUSER) != 0) return refused("no user namespace");
  const bool mapped = write_setting("/proc/self/setgroups", "deny") &&
                      write_setting("/proc/self/uid_map", str("0 ", user, " 1\n")) &&
                      write_setting("/proc/self/gid_map", str("0 ", group, " 1\n"));
  if (!mapped) return unavailable("cannot map the user into its namespace");
  return {};
}

Status keep_mounts_private() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return unavailable("cannot keep mounts private");
  return {};
}

}  // namespace

Status enter_world() {
  const bool allowed = geteuid() == 0 && unshare(k_host_flags) == 0;
  if (!allowed) {
    TRY(become_root_of_user_namespace());
    if (unshare(k_host_flags) != 0) return refused("no network namespace");
  }
  TRY(keep_mounts_private());
  return separate_processes();
}

Status enter_node_namespaces() {
  if (unshare(k_host_flags) != 0) return unavailable("no namespaces for the node");
  return keep_mounts_private();
}

Status separate_processes() {
  if (unshare(CLONE_NEWPID) != 0) return unavailable("no process namespace");
  return {};
}

Status mount_proc() {
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return unavailable(
        "cannot mount /proc (inside a container that hides parts of it? use --target docker)");
  return {};
}

Status mount_private_run() {
  if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=755") != 0)
    return unavailable("cannot mount /run");
  return {};
}

namespace {

[[noreturn]] void answer(int fd, char kind, const std::string& text) {
  const std::string all = kind + text;
  (void)!write(fd, all.data(), all.size());
  _exit(0);
}

/// The child of try_in_world(): what becomes of it goes through `fd`, its first byte says what it
/// is.
[[noreturn]] void try_in_child(int fd, const std::string& script) {
  if (const auto entered = enter_world(); !entered) answer(fd, 'u', entered.error().what);
  const pid_t first = fork();
  if (first < 0) answer(fd, 'u', "cannot fork in a new process namespace");
  if (first == 0) {
    if (const auto mounted = mount_proc(); !mounted) answer(fd, 'u', mounted.error().what);
    (void)mount_private_run();
    const auto result = run_program(script);
    if (result) answer(fd, 'k', *result);
    answer(fd, 'f', result.error().what);
  }
  waitpid(first, nullptr, 0);
  _exit(0);
}

}  // namespace

Result<std::string> try_in_world(const std::string& script) {
  std::array<int, 2> pipe_ends;
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  const pid_t child = fork();
  if (child == 0) try_in_child(pipe_ends[1], script);
  close(pipe_ends[1]);
  std::string all;
  std::array<char, 4096> piece;
  for (ssize_t got; (got = read(pipe_ends[0], piece.data(), piece.size())) > 0;)
    all.append(piece.data(), static_cast<std::size_t>(got));
  close(pipe_ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  if (all.empty())
    return fail(Error::Code::unavailable, "a process in new namespaces ended at once");
  const std::string text = all.substr(1);
  if (all[0] == 'k') return text;
  return fail(all[0] == 'u' ? Error::Code::unavailable : Error::Code::failed, text);
}

}  // namespace plumbline
