// The scripts sent to nodes: their exact text (golden files, regenerated with UPDATE_GOLDEN=1), and
// what they do to real processes in a temporary folder. The network is tried in
// local_target_test.cc.
#include "control/targets/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <thread>

#include "control/ssh/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string slurp(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = "testdata/" + name + ".golden";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(file) << text;
  EXPECT_EQ(text, slurp(file)) << "if it is meant: UPDATE_GOLDEN=1, and review the difference";
}

NodeAccess golden_node() {
  return {.name = "n1",
          .address = "10.89.0.1",
          .ssh = {.host = "10.89.0.1", .private_key = {}, .known_hosts = {}},
          .directory = "/var/lib/it's here",
          .holder = "alice's run 7"};
}

TEST(Scripts, AreTheGoldenOnes) {
  const NodeAccess node = golden_node();
  expect_golden("start",
                start_script(node, "raftkvd", "'/opt/raft kvd' --id 1", "/var/log/raftkvd.log"));
  expect_golden("kill", kill_script(node, "raftkvd"));
  expect_golden("pause", pause_script(node, "raftkvd"));
  expect_golden("resume", resume_script(node, "raftkvd"));
  expect_golden("partition", partition_script(node, {"10.89.0.2", "10.89.0.3"}));
  expect_golden("partition-none", partition_script(node, {}));
  expect_golden("links", links_script(node, "delay=5ms"));
  expect_golden("links-none", links_script(node, {}));
  expect_golden("dropped-packets", dropped_packets_script(node));
  expect_golden("heal", heal_script(node));
  expect_golden("audit", audit_script(node));
  expect_golden("identity", identity_script());
  expect_golden("guard", guard_script(node, "alice's run 7"));
}

TEST(Scripts, Ipv6NodesUseIp6tables) {
  NodeAccess node = golden_node();
  node.address = "fd00::1";
  EXPECT_THAT(partition_script(node, {"fd00::2"}), HasSubstr("iptables=ip6tables\n"));
  EXPECT_THAT(partition_script(node, {"fd00::2"}), HasSubstr("-A PLUMBLINE -s fd00::2 -j DROP\n"));
}

TEST(ScriptsDeathTest, AnythingButANumericAddressInARuleIsABug) {
  EXPECT_DEATH((void)partition_script(golden_node(), {"n2"}), "numeric");
  EXPECT_DEATH((void)partition_script(golden_node(), {"10.0.0.1 -j ACCEPT"}), "numeric");
}

/// A node that is a folder of this machine, its commands run by the local shell.
class Processes : public testing::Test {
 protected:
  Processes() {
    node_.name = "n1";
    node_.address = "127.0.0.1";
    node_.directory = (folder_ / "no de").string();
    std::filesystem::create_directories(folder_ / "bin");
    // One file is all the rules there are, so that no privilege is needed; they are slow to come.
    const std::string rules = shell_quote((folder_ / "rules").string());
    script("iptables", str("case \"$*\" in *-S) cat ", rules, " 2>/dev/null ;; *-X*) rm -f ", rules,
                           " ;; *) exit 1 ;; esac; true"));
    script("iptables-restore", str("touch ", shell_quote((folder_ / "begun").string()),
                                   "; sleep 0.5; echo '-N PLUMBLINE' >", rules));
    setenv("PATH", str((folder_ / "bin").string(), ":", std::getenv("PATH")).c_str(), 1);
  }
  ~Processes() override { run(kill_script(node_, "dummy")); }

  CommandResult run(const std::string& script) {
    const auto out = folder_ / "out", err = folder_ / "err";
    const int code = run_locally(script, str(" >", out.string(), " 2>", err.string()));
    return {code, slurp(out), slurp(err)};
  }
  static int run_locally(const std::string& script, const std::string& redirections = {}) {
    return WEXITSTATUS(std::system(str("exec sh -c ", shell_quote(script), redirections).c_str()));
  }
  CommandResult start(const std::string& command = "sleep 1000") {
    return run(start_script(node_, "dummy", command, log()));
  }
  std::string log() const { return node_.directory + "/logs/dummy.log"; }
  std::string pid_file() const { return node_.directory + "/run/dummy.pid"; }
  int pid() const { return std::atoi(slurp(pid_file()).c_str()); }
  static char state(int pid) {
    const std::string stat = slurp(str("/proc/", pid, "/stat"));
    return stat.empty() ? '-' : stat[stat.rfind(')') + 2];
  }

  testing_ssh::TempFolder folder_;
  NodeAccess node_;

 private:
  void script(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "bin" / name) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(folder_ / "bin" / name, std::filesystem::perms::owner_all);
  }
};

TEST_F(Processes, AStartedProcessIsTheOneInThePidFile) {
  const CommandResult started = start();
  EXPECT_EQ(started.out, str("started ", pid(), "\n")) << started.err;
  EXPECT_EQ(slurp(str("/proc/", pid(), "/comm")), "sleep\n");
}

TEST_F(Processes, StartingAgainLeavesTheRunningOneAlone) {
  start();
  const int before = pid();
  EXPECT_EQ(start().out, str("running ", before, "\n"));
  EXPECT_EQ(pid(), before);
}

TEST_F(Processes, TwoStartsAtOnceMakeOneProcess) {
  const std::string script = start_script(node_, "dummy", "sleep 1000", log());
  const CommandResult both = run(str("(", script, ") & (", script, ") & wait"));
  EXPECT_THAT(both.out, HasSubstr(str("started ", pid(), "\n")));
  EXPECT_THAT(both.out, HasSubstr(str("running ", pid(), "\n")));
}

TEST_F(Processes, WhatItPrintsIsAppendedToItsLogAndHowItEnded) {
  start("sh -c 'echo one; echo two >&2; exec sleep 1000'");
  run(kill_script(node_, "dummy"));
  const std::string ended = "plumbline: dummy was ended by signal 9\n";
  for (int i = 0; i < 500 && slurp(log()).find(ended) == std::string::npos; ++i)
    std::this_thread::sleep_for(20ms);
  start("sh -c 'echo three; exec sleep 1000'");
  EXPECT_THAT(slurp(log()), StartsWith("one\ntwo\n"));
  EXPECT_THAT(slurp(log()), testing::EndsWith(ended + "three\n"));
}

TEST_F(Processes, AProcessThatEndsAtOnceIsAFailureWithTheEndOfItsLog) {
  const CommandResult started = start("sh -c 'echo cannot bind; exit 3'");
  EXPECT_EQ(started.exit_code, 1);
  EXPECT_THAT(started.err, HasSubstr("cannot bind"));
  const CommandResult missing = start("/no/such/program");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("not found"));
}

TEST_F(Processes, KillReturnsWhenItAndItsChildrenAreGone) {
  start("sh -c 'sleep 1000 & echo $!; wait'");
  const int process = pid(), child = std::atoi(slurp(log()).c_str());
  ASSERT_GT(child, 0);
  EXPECT_EQ(run(kill_script(node_, "dummy")).exit_code, 0);
  EXPECT_THAT(state(process), testing::AnyOf('-', 'Z'));
  EXPECT_THAT(state(child), testing::AnyOf('-', 'Z'));
  EXPECT_FALSE(std::filesystem::exists(pid_file()));
  EXPECT_EQ(run(kill_script(node_, "dummy")).exit_code, 0) << "killing the dead is fine";
}

TEST_F(Processes, KillWorksOnAPausedProcess) {
  start();
  EXPECT_EQ(run(pause_script(node_, "dummy")).exit_code, 0);
  const int process = pid();
  EXPECT_EQ(state(process), 'T');
  EXPECT_EQ(run(kill_script(node_, "dummy")).exit_code, 0);
  EXPECT_THAT(state(process), testing::AnyOf('-', 'Z'));
}

TEST_F(Processes, PauseAndResumeTakeHoldBeforeTheyReturnAndMayBeRepeated) {
  start();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run(pause_script(node_, "dummy")).exit_code, 0);
  EXPECT_EQ(state(pid()), 'T');
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run(resume_script(node_, "dummy")).exit_code, 0);
  EXPECT_NE(state(pid()), 'T');
}

TEST_F(Processes, PausingWhatDoesNotRunFailsResumingItDoesNot) {
  const CommandResult paused = run(pause_script(node_, "dummy"));
  EXPECT_EQ(paused.exit_code, 1);
  EXPECT_EQ(paused.err, "dummy does not run\n");
  EXPECT_EQ(run(resume_script(node_, "dummy")).exit_code, 0);
}

TEST_F(Processes, AnotherProcessWithTheSameNumberIsNotTakenForIt) {
  start();
  const int process = pid();
  std::string pid_line = slurp(pid_file());
  // As if the number had been used again: same pid, but the file tells of an earlier start.
  const auto first = pid_line.find(' '), second = pid_line.find(' ', first + 1);
  std::ofstream(pid_file()) << pid_line.substr(0, first) << " 1" << pid_line.substr(second);
  EXPECT_EQ(run(kill_script(node_, "dummy")).exit_code, 0);
  EXPECT_NE(state(process), '-') << "a stranger was killed";
  EXPECT_THAT(start().out, StartsWith("started "));
  EXPECT_NE(pid(), process);
  ::kill(process, SIGKILL);
}

TEST_F(Processes, APidFileOfAnEarlierBootIsStale) {
  start();
  const int process = pid();
  std::string pid_line = slurp(pid_file());
  std::ofstream(pid_file()) << pid_line.substr(0, pid_line.rfind(' ')) << " other-boot\n";
  EXPECT_THAT(start().out, StartsWith("started "));
  EXPECT_NE(pid(), process);
  ::kill(process, SIGKILL);
}

TEST_F(Processes, GarbageInAPidFileIsStale) {
  std::filesystem::create_directories(node_.directory + "/run");
  for (const char* garbage : {"", "\n", "x y z\n", "-1\n", "1 2 3 4\n"}) {
    std::ofstream(pid_file()) << garbage;
    EXPECT_EQ(run(kill_script(node_, "dummy")).exit_code, 0) << garbage;
  }
}

TEST_F(Processes, AuditShowsWhatRunsAndWhatIsStopped) {
  EXPECT_EQ(run(audit_script(node_)).out, "");
  start();
  EXPECT_EQ(run(audit_script(node_)).out, str("running: dummy ", pid(), "\n"));
  run(pause_script(node_, "dummy"));
  EXPECT_EQ(run(audit_script(node_)).out, str("stopped: dummy ", pid(), "\n"));
  EXPECT_EQ(run(heal_script(node_)).exit_code, 0);
  EXPECT_EQ(run(audit_script(node_)).out, str("running: dummy ", pid(), "\n"));
}

TEST_F(Processes, LinksAreBadWhileTheirFileIsThereAndHealingRemovesIt) {
  EXPECT_EQ(run(links_script(node_, "loss=0.5")).exit_code, 0);
  EXPECT_EQ(slurp(node_.links_file()), "loss=0.5\n");
  EXPECT_EQ(run(audit_script(node_)).out, "links: loss=0.5\n");
  EXPECT_EQ(run(links_script(node_, {})).exit_code, 0);
  EXPECT_EQ(run(audit_script(node_)).out, "");
  run(links_script(node_, "loss=0.5"));
  EXPECT_EQ(run(heal_script(node_)).exit_code, 0);
  EXPECT_EQ(run(audit_script(node_)).out, "");
}

TEST_F(Processes, IdentityStaysTheSame) {
  const CommandResult first = run(identity_script());
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_GT(first.out.size(), 36u);
  EXPECT_EQ(run(identity_script()).out, first.out);
}

TEST_F(Processes, TheGuardWaitsForAScriptThatHasBegun) {
  node_.holder = "alice";
  // Its controller is gone as soon as the rules begin to come.
  const std::string controller =
      str("until [ -f ", shell_quote((folder_ / "begun").string()), " ]; do sleep 0.01; done");
  auto guard =
      std::async(std::launch::async, run_locally,
                 str("{ ", controller, "; } | sh -c ", shell_quote(guard_script(node_, "alice"))),
                 " >/dev/null");
  while (slurp(node_.directory + "/guard.lock") != "alice\n") std::this_thread::sleep_for(5ms);
  EXPECT_EQ(run(partition_script(node_, {"10.0.0.1"})).exit_code, 0) << "it was let finish";
  EXPECT_EQ(guard.get(), 0);
  EXPECT_EQ(run(audit_script(node_)).out, "");
}

/// The guard, over a real connection.
class Guard : public Processes {
 protected:
  testing_ssh::TestServer server_;
};

TEST_F(Guard, RefusesASecondControllerAndNamesTheFirst) {
  auto remote = server_.connect();
  auto first = hold_guard(*remote, node_, "alice's run 7");
  ASSERT_TRUE(first) << first.error().what;
  const auto second = hold_guard(*remote, node_, "bob");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Error::Code::exists);
  EXPECT_THAT(second.error().what, HasSubstr("node n1 is held by alice's run 7"));
  first->reset();
  EXPECT_TRUE(hold_guard(*remote, node_, "bob"));
}

TEST_F(Guard, KillsWhatIsPausedWhenItIsLetGo) {
  auto remote = server_.connect();
  auto guard = hold_guard(*remote, node_, "alice");
  ASSERT_TRUE(guard) << guard.error().what;
  ASSERT_TRUE(run_ok(*remote, start_script(node_, "dummy", "sleep 1000", log())));
  ASSERT_TRUE(run_ok(*remote, pause_script(node_, "dummy")));
  const int process = pid();
  guard->reset();
  EXPECT_THAT(state(process), testing::AnyOf('-', 'Z'));
  EXPECT_EQ(run(audit_script(node_)).out, "");
}

TEST_F(Guard, WhatIsUnderWayWhenItsControllerDiesDoesNoHarmAfterwards) {
  auto remote = server_.connect();
  auto guard = hold_guard(*remote, node_, "alice");
  ASSERT_TRUE(guard) << guard.error().what;
  ASSERT_EQ(node_.holder, "alice");
  const std::vector<std::string> late = {
      start_script(node_, "dummy", "sleep 1000", log()), links_script(node_, "loss=0.5"),
      partition_script(node_, {"10.0.0.1"}), pause_script(node_, "dummy")};
  guard->reset();
  NodeAccess others = node_;
  auto next = hold_guard(*remote, others, "bob");
  for (const bool held_by_another : {true, false}) {
    if (!held_by_another) next->reset();
    for (const std::string& script : late) {
      const CommandResult refused = run(script);
      EXPECT_EQ(refused.exit_code, 1);
      EXPECT_THAT(refused.err, HasSubstr("its controller no longer holds the node")) << script;
    }
    EXPECT_EQ(run(audit_script(node_)).out, "");
  }
}

TEST_F(Guard, CleansUpWithinASecondWhenTheConnectionDies) {
  auto remote = server_.connect();
  auto guard = hold_guard(*remote, node_, "alice");
  ASSERT_TRUE(guard) << guard.error().what;
  ASSERT_TRUE(run_ok(*remote, start_script(node_, "dummy", "sleep 1000", log())));
  server_.kill();
  const auto end = std::chrono::steady_clock::now() + 1s;
  while (run(audit_script(node_)).out != "" && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(run(audit_script(node_)).out, "");
  for (int i = 0; i < 200 && (*guard)->alive(); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE((*guard)->alive());
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  plumbline::testing_ssh::run_test_server_if_asked(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
