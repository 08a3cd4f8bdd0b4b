// The SSH client against OpenSSH's server, set up as docker/sshd_config has it but for quicker
// keepalive questions: the other half of "the same path for all targets". Needs root and
// /usr/sbin/sshd.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "control/ssh/keys.h"
#include "control/ssh/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

class OpenSsh : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || access("/usr/sbin/sshd", X_OK) != 0)
      GTEST_SKIP() << "needs root and /usr/sbin/sshd";
    for (const char* key : {"user", "host"}) ASSERT_TRUE(make_keypair(folder_ / key));
    std::ofstream(folder_ / "known_hosts")
        << known_hosts_line("127.0.0.1", port_, *read_public_key(folder_ / "host.pub"));
    std::ofstream(folder_ / "config")
        << "ListenAddress 127.0.0.1\nPort " << port_ << "\nHostKey " << (folder_ / "host").string()
        << "\nAuthorizedKeysFile " << (folder_ / "user.pub").string()
        << "\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
           "PermitRootLogin prohibit-password\nClientAliveInterval 1\nClientAliveCountMax 2\n";
    mkdir("/run/sshd", 0755);  // sshd asks for it at each connection: tests beside this one too
    process_ = fork();
    if (process_ == 0) {
      const std::string config = (folder_ / "config").string(), log = (folder_ / "log").string();
      execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", config.c_str(), "-E", log.c_str(),
            nullptr);
      _exit(127);
    }
    auto remote = connect_ssh("n1", access_to(), 10s);
    ASSERT_TRUE(remote) << remote.error().what;
    remote_ = std::move(*remote);
  }
  void TearDown() override {
    remote_.reset();
    if (process_ > 0) kill(process_, SIGTERM), waitpid(process_, nullptr, 0);
  }
  SshAccess access_to() const {
    return {.host = "127.0.0.1",
            .port = port_,
            .user = "root",
            .private_key = folder_ / "user",
            .known_hosts = folder_ / "known_hosts"};
  }

  testing_ssh::TempFolder folder_;
  int port_ = free_port();
  pid_t process_ = -1;
  std::unique_ptr<Remote> remote_;
};

TEST_F(OpenSsh, CommandsInputOutputAndExitCodesWorkAsWithOurServer) {
  auto result = remote_->run("echo out; echo err >&2; exit 7");
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(str(result->out, result->err, result->exit_code), "out\nerr\n7");
  const std::string bytes(3'000'000, 'x');
  result = remote_->run("cat", bytes);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(result->out == bytes);
  result = remote_->run("kill -9 $$");
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->exit_code, 128 + SIGKILL);
}

TEST_F(OpenSsh, SessionsThatDoNothingAnswerTheServersQuestions) {
  auto held = remote_->hold("echo ready; cat >/dev/null", "ready");
  ASSERT_TRUE(held) << held.error().what;
  std::this_thread::sleep_for(5s);  // the server gives a silent client up after 2 s
  EXPECT_TRUE((*held)->alive());
  EXPECT_TRUE(remote_->run("true"));
  std::ifstream log(folder_ / "log");
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(log), {}),
              testing::Not(testing::HasSubstr("Timeout")));
}

TEST_F(OpenSsh, AHeldCommandReadsTheEndOfItsInputWhenItIsLetGo) {
  const auto mark = folder_ / "mark";
  auto held = remote_->hold("echo ready; cat >/dev/null; echo x >" + mark.string(), "ready");
  ASSERT_TRUE(held) << held.error().what;
  held->reset();
  EXPECT_TRUE(std::filesystem::exists(mark));
}

TEST_F(OpenSsh, AnotherKeyIsRefused) {
  ASSERT_TRUE(make_keypair(folder_ / "other"));
  SshAccess access = access_to();
  access.private_key = folder_ / "other";
  const auto remote = connect_ssh("n1", access, 10s);
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Error::Code::invalid) << remote.error().what;
}

}  // namespace
}  // namespace plumbline
