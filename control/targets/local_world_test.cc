// The local target's world from outside: how it passes signals and exit codes on, and that nothing
// of it is left on the host, whatever its end. Runs local_target_test (beside this program) as a
// child.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "control/targets/program.h"
#include "core/base/text.h"
#include "core/base/time.h"

namespace plumbline {
namespace {

constexpr unsigned k_nobody = 65534;
constexpr const char* k_mark = "PLUMBLINE_TEST_OF";

std::string inside_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "local_target_test")
      .string();
}

/// The child program, its output readable, as root or (when we are root) as nobody.
class Child {
 public:
  Child(const std::vector<std::string>& arguments, bool as_nobody) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) abort();
    setenv(k_mark, std::to_string(getpid()).c_str(), 1);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      // A group of its own, as a shell gives to a job: signals to it reach only it.
      setpgid(0, 0);
      if (as_nobody && (setgid(k_nobody) != 0 || setuid(k_nobody) != 0)) _exit(126);
      const std::string program = inside_program();
      std::vector<char*> words{const_cast<char*>(program.c_str())};
      for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      execv(program.c_str(), words.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    kill(pid_, SIGKILL);
    if (!ended_) waitpid(pid_, nullptr, 0);
    close(output_);
  }
  pid_t pid() const { return pid_; }

  std::string read_line() {
    std::string line;
    for (char c; read(output_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::string read_all() {
    std::string all;
    for (char c; read(output_, &c, 1) == 1;) all += c;
    return all;
  }
  int exit_code() {
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  bool ended_ = false;
};

/// Processes of this test's children, in any namespace: they carry its mark in their environment.
int processes_of_children() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "environ");
    const std::string environment(std::istreambuf_iterator<char>(file), {});
    if (environment.find(str(k_mark, "=", getpid(), '\0')) != std::string::npos) ++count;
  }
  return count;
}

/// What of the host the world might have changed, were it not one of its own.
std::string host_state() {
  return run_program(
             "(ip -o link; ip -o addr) | grep -E 'plumbline0|to-n[0-9]|10[.]89[.]0[.]'; "
             "iptables -S 2>/dev/null | grep PLUMBLINE; "
             "grep -E ' (/proc|/run|/etc/hosts) ' /proc/self/mounts; uname -n")
      .value_or("-");
}

/// Every test is done as the user who runs it, and as nobody too when that is root.
class LocalWorld : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && geteuid() != 0) GTEST_SKIP() << "only root can become nobody";
#ifdef __SANITIZE_THREAD__
    if (GetParam()) GTEST_SKIP() << "ThreadSanitizer's own thread forbids a user namespace";
#endif
    before_ = host_state();
  }
  void TearDown() override {
    if (IsSkipped()) return;
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (processes_of_children() > 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(10ms);
    EXPECT_EQ(processes_of_children(), 0) << "a process of the world is left";
    EXPECT_EQ(host_state(), before_) << "the host's network, mounts or name have changed";
  }
  std::string before_;
};

TEST_P(LocalWorld, GivesTheExitCodeOfWhatRanInside) {
  EXPECT_EQ(Child({"exit-with-7"}, GetParam()).exit_code(), 7);
  EXPECT_EQ(Child({"die-of-a-signal"}, GetParam()).exit_code(), 128 + SIGTERM);
}

TEST_P(LocalWorld, PassesSignalsOnOnce) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    Child child({"wait-for-signal"}, GetParam());
    EXPECT_EQ(child.read_line(), "inside");
    kill(-child.pid(), number);  // the whole group, as the terminal does for Ctrl-C
    EXPECT_EQ(child.exit_code(), number);
  }
}

TEST_P(LocalWorld, KillingTheProcessOutsideRemovesEverythingWithinASecond) {
  Child child({"hold"}, GetParam());
  ASSERT_EQ(child.read_line(), "inside");
  EXPECT_GE(processes_of_children(),
            4 + 2 * 2);  // four down to the program; two for each host
  kill(child.pid(), SIGKILL);
  EXPECT_EQ(child.exit_code(), 1000 + SIGKILL);  // TearDown() looks at what is left
}

TEST_P(LocalWorld, AllTestsInsidePass) {
  Child child({}, GetParam());
  const std::string output = child.read_all();
  EXPECT_EQ(child.exit_code(), 0) << output;
}

INSTANTIATE_TEST_SUITE_P(As, LocalWorld, testing::Values(false, true),
                         [](const auto& user) { return user.param ? "Nobody" : "Self"; });

}  // namespace
}  // namespace plumbline
