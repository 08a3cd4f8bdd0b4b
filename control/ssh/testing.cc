#include "control/ssh/testing.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>

#include "control/ssh/keys.h"
#include "control/ssh/ssh_server.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::testing_ssh {
namespace {
constexpr std::string_view k_word = "serve-for-test";
}

void run_test_server_if_asked(int argc, char** argv) {
  if (argc != 5 || argv[1] != k_word) return;
  const SshServerOptions options{.address = "127.0.0.1",
                                 .port = std::stoi(argv[2]),
                                 .host_key = argv[3],
                                 .authorized_key = argv[4]};
  const auto served = serve_ssh(options, STDIN_FILENO, [](int port) {
    const std::string line = std::to_string(port) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::cerr << "nobody listens\n";
  });
  if (!served) std::cerr << served.error().what << "\n";
  _exit(served ? 0 : 1);
}

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "plumbline-test-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestServer::TestServer() {
  for (const char* key : {"user", "host"}) {
    const auto made = make_keypair(folder_ / key);
    CHECK(made, made ? "" : made.error().what);
  }
  start();
  std::ofstream(folder_ / "known_hosts")
      << known_hosts_line("127.0.0.1", port_, *read_public_key(folder_ / "host.pub"));
}

void TestServer::start() {
  int to[2], from[2];
  CHECK(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "no pipe");
  const std::string port = std::to_string(port_), host = (folder_ / "host").string(),
                    user = (folder_ / "user.pub").string(), word(k_word);
  process_ = fork();
  if (process_ == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    execl("/proc/self/exe", "server", word.c_str(), port.c_str(), host.c_str(), user.c_str(),
          nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  stop_ = to[1];
  char line[16] = {};
  CHECK(read(from[0], line, sizeof line - 1) > 0, "the test server did not start");
  close(from[0]);
  port_ = std::stoi(line);
}

void TestServer::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  close(stop_);
  process_ = -1;
}

SshAccess TestServer::access() const {
  return {.host = "127.0.0.1",
          .port = port_,
          .user = "root",
          .private_key = folder_ / "user",
          .known_hosts = folder_ / "known_hosts"};
}

std::unique_ptr<Remote> TestServer::connect() const {
  auto remote = connect_ssh("n1", access(), 10s);
  CHECK(remote, remote ? "" : remote.error().what);
  return std::move(*remote);
}

}  // namespace plumbline::testing_ssh
