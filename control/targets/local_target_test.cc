// The local target from inside its world: this program enters it first, then runs its tests there.
// The same tests are run as an ordinary user, and looked at from outside, by local_world_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <thread>

#include "control/ssh/ssh_remote.h"
#include "control/targets/guard.h"
#include "control/targets/targets.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;

class LocalTargetTest : public testing::Test {
 protected:
  void SetUp() override {
    target_ = std::move(*make_target(options_));
    auto up = target_->up();
    ASSERT_TRUE(up) << up.error().what;
    nodes_ = *up;
    connect();
  }
  void connect() {
    for (const auto& node : nodes_) {
      auto remote = connect_ssh(node.name, node.ssh, 10s);
      ASSERT_TRUE(remote) << remote.error().what;
      remotes_.push_back(std::move(*remote));
    }
  }
  void TearDown() override {
    remotes_.clear();
    const auto down = target_->down();
    EXPECT_TRUE(down) << down.error().what;
  }

  CommandResult run(std::size_t node, const std::string& script) {
    auto result = remotes_[node]->run(script, {}, 20s);
    EXPECT_TRUE(result) << result.error().what;
    return result.value_or(CommandResult{.exit_code = -1});
  }
  std::string out(std::size_t node, const std::string& script) {
    const CommandResult result = run(node, script);
    EXPECT_EQ(result.exit_code, 0) << script << "\n" << result.err;
    return std::string(trim(result.out));
  }
  /// Whether a TCP connection from one node reaches another: the SSH server there greets.
  bool reaches(std::size_t from, std::size_t to) {
    return out(from, str("timeout 1 bash -c 'read -r line </dev/tcp/", nodes_[to].address,
                         "/7000; echo $line' 2>/dev/null || true")) == "hello";
  }
  /// Something on port 7000 that answers, since the SSH port is never cut.
  void serve_hello() {
    for (std::size_t node = 0; node < nodes_.size(); ++node)
      out(node,
          start_script(nodes_[node], "hello",
                       "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 7000, "
                       "Listen => 9, ReuseAddr => 1) or die; while ($c = $s->accept) { print $c "
                       "\"hello\\n\"; close $c }'",
                       nodes_[node].directory + "/hello.log"));
  }

  TargetOptions options_{.name = "local", .nodes = 3};
  std::unique_ptr<Target> target_;
  std::vector<NodeAccess> nodes_;
  std::vector<std::unique_ptr<Remote>> remotes_;
};

TEST_F(LocalTargetTest, EachNodeHasNameAddressProcessesAndRunFolderOfItsOwn) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    EXPECT_EQ(nodes_[i].name, str("n", i + 1));
    EXPECT_EQ(out(i, "uname -n"), nodes_[i].name);
    EXPECT_THAT(out(i, "ip -o -4 addr show dev eth0"), HasSubstr(nodes_[i].address + "/24"));
    EXPECT_LT(std::stoi(out(i, "ls -d /proc/[0-9]* | wc -l")), 12);
    EXPECT_EQ(out(i, "id -u"), "0");
    EXPECT_EQ(out(i, "touch /run/mine; ls /run"), "mine");
    EXPECT_EQ(out(i, str("touch ", nodes_[i].directory, "/x; cd /; pwd")), "/");
    EXPECT_EQ(out(i, "getent hosts n2 | cut -d' ' -f1"), "10.89.0.2");
  }
}

TEST_F(LocalTargetTest, ThereIsNoWayOutOfThePrivateNetwork) {
  EXPECT_EQ(out(0, "ip route show default"), "");
  EXPECT_EQ(out(0, "ls /sys/class/net >/dev/null; ip -o link | wc -l"), "2");
}

TEST_F(LocalTargetTest, ACutDropsWhatComesFromThosePeersOnlyAndHealsAgain) {
  serve_hello();
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_TRUE(reaches(1, 0));
  for (int i = 0; i < 2; ++i) out(0, partition_script(nodes_[0], {nodes_[1].address}));
  EXPECT_FALSE(reaches(0, 1)) << "the answer is dropped";
  EXPECT_FALSE(reaches(1, 0));
  EXPECT_TRUE(reaches(0, 2));
  EXPECT_TRUE(reaches(2, 1));
  EXPECT_GT(std::stoi(out(0, dropped_packets_script(nodes_[0]))), 0);
  EXPECT_THAT(out(0, audit_script(nodes_[0])),
              HasSubstr("rule: -A PLUMBLINE -s 10.89.0.2/32 -j DROP"));
  EXPECT_EQ(out(0, "iptables -S INPUT | grep -c PLUMBLINE"), "1") << "hooked once";

  out(0, partition_script(nodes_[0], {nodes_[2].address}));
  EXPECT_TRUE(reaches(0, 1)) << "the new cut replaces the old one";
  EXPECT_FALSE(reaches(0, 2));

  for (int i = 0; i < 2; ++i) out(0, heal_script(nodes_[0]));
  EXPECT_TRUE(reaches(0, 1));
  EXPECT_TRUE(reaches(0, 2));
  EXPECT_THAT(out(0, audit_script(nodes_[0])), testing::Not(HasSubstr("rule:")));
  EXPECT_EQ(out(0, "iptables -S"), "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT");
}

TEST_F(LocalTargetTest, ACutMayBeOneWay) {
  out(0, partition_script(nodes_[0], {nodes_[1].address}));
  // n2 hears n1's datagrams, n1 does not hear n2's.
  const std::string listen =
      "timeout 2 perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Proto => "
      "\"udp\", LocalPort => 7100) or die; $s->recv($d, 9); print $d'";
  const auto send_to = [&](std::size_t node) {
    return str("for i in 1 2 3 4 5 6 7 8; do echo hi >/dev/udp/", nodes_[node].address,
               "/7100; sleep 0.1; done");
  };
  std::thread to_first([&] { out(1, "bash -c " + shell_quote(send_to(0))); });
  EXPECT_EQ(run(0, listen).out, "");
  to_first.join();
  std::thread to_second([&] { out(0, "bash -c " + shell_quote(send_to(1))); });
  EXPECT_EQ(run(1, listen).out, "hi\n");
  to_second.join();
}

TEST_F(LocalTargetTest, TheControllerStaysInTouchWhenEverybodyIsCutFromEverybody) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    std::vector<std::string> others;
    for (std::size_t j = 0; j < nodes_.size(); ++j)
      if (i != j) others.push_back(nodes_[j].address);
    out(i, partition_script(nodes_[i], others));
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    EXPECT_EQ(out(i, "echo fine"), "fine");
    EXPECT_TRUE(connect_ssh(nodes_[i].name, nodes_[i].ssh, 5s));
  }
}

TEST_F(LocalTargetTest, TheGuardHealsWithinASecondWhenItsControllerIsKilled) {
  remotes_.clear();  // a process with threads cannot be forked under ThreadSanitizer
  const pid_t controller = fork();
  if (controller == 0) {
    auto remote = std::move(*connect_ssh("n1", nodes_[0].ssh, 10s));
    auto guard = hold_guard(*remote, nodes_[0], "a controller to be killed");
    (void)run_ok(*remote,
                 start_script(nodes_[0], "victim", "sleep 1000", nodes_[0].directory + "/log"));
    (void)run_ok(*remote, pause_script(nodes_[0], "victim"));
    (void)run_ok(*remote, partition_script(nodes_[0], {nodes_[1].address}));
    (void)run_ok(*remote, str("touch ", nodes_[0].directory, "/done"));
    while (guard) pause();
    _exit(1);
  }
  connect();
  const auto done = nodes_[0].directory + "/done";
  for (int i = 0; i < 500 && access(done.c_str(), F_OK) != 0; ++i)
    std::this_thread::sleep_for(20ms);
  EXPECT_THAT(out(0, audit_script(nodes_[0])),
              testing::AllOf(HasSubstr("stopped: victim"), HasSubstr("rule:")));
  const auto refused = hold_guard(*remotes_[0], nodes_[0], "a second controller");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::exists);
  EXPECT_THAT(refused.error().what, HasSubstr("held by a controller to be killed"));

  kill(controller, SIGKILL);
  const auto killed = std::chrono::steady_clock::now();
  waitpid(controller, nullptr, 0);
  while (out(0, audit_script(nodes_[0])) != "" && std::chrono::steady_clock::now() - killed < 3s)
    std::this_thread::sleep_for(5ms);
  const auto took = std::chrono::steady_clock::now() - killed;
  EXPECT_EQ(out(0, audit_script(nodes_[0])), "");
  EXPECT_LT(took, 1s);
  EXPECT_TRUE(hold_guard(*remotes_[0], nodes_[0], "a second controller"));
}

TEST_F(LocalTargetTest, DownRemovesAllAndUpMayFollowWithOtherIdentities) {
  const std::string folder = nodes_[0].directory, before = out(0, identity_script());
  remotes_.clear();
  ASSERT_TRUE(target_->down());
  ASSERT_TRUE(target_->down()) << "it may be repeated";
  EXPECT_NE(access(folder.c_str(), F_OK), 0) << folder << " is left";
  EXPECT_FALSE(connect_ssh("n1", nodes_[0].ssh, 300ms));
  auto up = target_->up();
  ASSERT_TRUE(up) << up.error().what;
  auto remote = connect_ssh("n1", (*up)[0].ssh, 10s);
  ASSERT_TRUE(remote) << remote.error().what;
  EXPECT_NE(trim(*run_ok(**remote, identity_script())), before) << "a host made anew is noticed";
}

TEST_F(LocalTargetTest, AWorkDirectoryOfTheUserIsKeptAndHeldByOneRun) {
  std::string folder = "/var/tmp/plumbline-test-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  TargetOptions options{.name = "local", .nodes = 1, .work_directory = folder};
  remotes_.clear();
  ASSERT_TRUE(target_->down());
  auto first = std::move(*make_target(options)), second = std::move(*make_target(options));
  auto up = first->up();
  ASSERT_TRUE(up) << up.error().what;
  EXPECT_EQ((*up)[0].directory, folder + "/nodes/n1");
  const auto refused = second->up();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("in use by another run"));
  ASSERT_TRUE(first->down());
  EXPECT_EQ(access((folder + "/nodes/n1").c_str(), F_OK), 0);
  EXPECT_TRUE(second->up()) << "and it may be used again, keys and all";
  ASSERT_TRUE(second->down());
  std::filesystem::remove_all(folder);
}

TEST_F(LocalTargetTest, FiveHostsComeUpSoonEvenOnABusyMachine) {
  remotes_.clear();
  ASSERT_TRUE(target_->down());
  auto five = std::move(*make_target({.name = "local", .nodes = 5}));
  const auto start = std::chrono::steady_clock::now();
  auto up = five->up();
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(up) << up.error().what;
  std::cout << "five hosts up in " << format_duration(took) << "\n";
  EXPECT_LT(took, 10s);  // 60 ms on an idle machine; the kernel makes one network at a time
  for (const auto& node : *up) EXPECT_TRUE(connect_ssh(node.name, node.ssh, 5s));
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  if (const int code = plumbline::run_node_host_if_asked(argc, argv); code >= 0) return code;
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  // A word for local_world_test.cc: what to do inside instead of running tests.
  const std::string word = argc > 1 ? argv[1] : "";
  const int code = plumbline::enter_local_world_if_needed({.name = "local"}, argc, argv);
  if (code >= 0) return code;
  if (word == "exit-with-7") return 7;
  if (word == "die-of-a-signal") return raise(SIGTERM);
  if (word == "wait-for-signal" || word == "hold") {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    auto target = std::move(*plumbline::make_target({.name = "local", .nodes = 2}));
    const auto up = word == "hold" ? target->up() : std::vector<plumbline::NodeAccess>{};
    std::cout << (up ? "inside" : up.error().what) << std::endl;
    int got = 0;
    sigwait(&set, &got);
    const timespec a_while{.tv_sec = 0, .tv_nsec = 300'000'000};
    return sigtimedwait(&set, nullptr, &a_while) > 0 ? 99 : got;  // 99: it came twice
  }
  return RUN_ALL_TESTS();
}
