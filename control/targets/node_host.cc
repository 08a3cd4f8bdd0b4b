#include "control/targets/node_host.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "control/ssh/ssh_server.h"
#include "control/targets/namespaces.h"
#include "control/targets/program.h"
#include "control/targets/targets.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr std::string_view k_word = "local-node-host";
constexpr int k_words = 10;
constexpr Nanos k_end_grace = 2s;

std::vector<std::string> to_words(const NodeHostOptions& o) {
  return {"plumbline", std::string(k_word), o.name,           o.address,    std::to_string(o.port),
          o.link,      o.host_key,          o.authorized_key, o.hosts_file, o.log_file};
}

NodeHostOptions from_words(char** words) {
  return {.name = words[2],
          .address = words[3],
          .port = std::stoi(words[4]),
          .link = words[5],
          .host_key = words[6],
          .authorized_key = words[7],
          .hosts_file = words[8],
          .log_file = words[9]};
}

/// Everything of a host that is in place before its first process.
Status furnish(const NodeHostOptions& options) {
  const pid_t outside = getppid();
  TRY(enter_node_namespaces());
  if (sethostname(options.name.c_str(), options.name.size()) != 0) return fail_errno("sethostname");
  TRY(mount_private_run());
  if (mount(options.hosts_file.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) != 0)
    return fail_errno("cannot mount /etc/hosts");
  TRY(run_program(str("ip -batch - <<END\nlink set lo up\nlink add eth0 type veth peer name ",
                      options.link, " netns ", outside, "\naddr add ", options.address,
                      "/24 dev eth0\nlink set eth0 up\nEND")));
  return separate_processes();
}

/// The first process of the host: all that runs on it ends with this one.
Status serve_host(const NodeHostOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  TRY(mount_proc());
  return serve_ssh({.address = options.address,
                    .port = options.port,
                    .host_key = options.host_key,
                    .authorized_key = options.authorized_key},
                   STDIN_FILENO, [](int) { (void)!write(STDOUT_FILENO, "ready\n", 6); });
}

int report(const Status& status) {
  if (status) return 0;
  const std::string line = status.error().what + "\n";
  (void)!write(STDOUT_FILENO, line.data(), line.size());
  return 1;
}

}  // namespace

int run_node_host_if_asked(int argc, char** argv) {
  if (argc != k_words || argv[1] != k_word) return -1;
  setsid();
  const NodeHostOptions options = from_words(argv);
  if (const auto furnished = furnish(options); !furnished) return report(furnished);
  const pid_t first = fork();
  if (first < 0) return report(fail_errno("fork"));
  if (first == 0) _exit(report(serve_host(options)));
  waitpid(first, nullptr, 0);
  return 0;
}

Result<NodeHost> NodeHost::start(const NodeHostOptions& options) {
  std::array<int, 2> to, from;
  if (pipe2(to.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  if (pipe2(from.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, options.log_file.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  std::vector<std::string> words = to_words(options);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = -1;
  const int error =
      posix_spawn(&process, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  NodeHost host(options.name, error == 0 ? process : -1, to[1], from[0]);
  errno = error;
  if (error != 0) return fail_errno(str("cannot start the host of node ", options.name));
  return host;
}

NodeHost::NodeHost(NodeHost&& other) noexcept
    : name_(std::move(other.name_)),
      process_(std::exchange(other.process_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)) {}

Status NodeHost::await(Nanos timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  std::string said;
  while (said.find('\n') == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait{output_, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready == 0)
      return fail(Error::Code::timeout, str("the host of node ", name_, " did not come up"));
    std::array<char, 512> piece;
    const ssize_t got = ready < 0 ? 0 : read(output_, piece.data(), piece.size());
    if (got <= 0) break;
    said.append(piece.data(), static_cast<std::size_t>(got));
  }
  if (said == "ready\n") return {};
  return fail(Error::Code::failed, str("the host of node ", name_, " did not come up: ",
                                       said.empty() ? "it ended at once" : printable(trim(said))));
}

void NodeHost::stop() {
  if (input_ >= 0) close(std::exchange(input_, -1));
  if (output_ >= 0) close(std::exchange(output_, -1));
  if (process_ < 0) return;
  const auto end = std::chrono::steady_clock::now() + k_end_grace;
  while (waitpid(process_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) kill(process_, SIGKILL);
    std::this_thread::sleep_for(5ms);
  }
  process_ = -1;
}

}  // namespace plumbline
