// Goal: a whole run on this machine: five raftkvd in namespaces, partitions and kills, a verdict.
// Method: run the program as a user does. Needs what `plumbline doctor` asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/text.h"
#include "core/base/time.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json json_of(const fs::path& file) { return json::parse(std::ifstream(file), nullptr, false); }

class Local : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system((program() + " doctor --target local >/dev/null 2>&1").c_str()) != 0)
      GTEST_SKIP() << "this machine has no local target: see plumbline doctor";
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(results);
  }

  static std::string program() { return PLUMBLINE_PROGRAM; }
  pid_t start(const std::vector<std::string>& words) {
    std::vector<std::string> all = {program(), "test",      "--target",
                                    "local",   "--results", results.string()};
    all.insert(all.end(), words.begin(), words.end());
    const pid_t child = fork();
    if (child == 0) {
      std::vector<char*> argv;
      for (std::string& word : all) argv.push_back(word.data());
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(99);
    }
    return child;
  }
  static int code_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  json record() { return json_of(results / "latest" / "run.json"); }

  const fs::path results = fs::path(testing::TempDir()) /
                           str("plumbline_local_", ::getpid(), "_",
                               testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Local, ASoundSystemIsValidUnderPartitionsAndKills) {
  EXPECT_EQ(code_of(start(
                {"--time-limit", "20s", "--faults", "partition,kill", "--fault-interval", "3s"})),
            0);
  EXPECT_EQ(record()["outcome"], "valid") << results;
  for (const char* node : {"n1", "n2", "n3", "n4", "n5"})
    EXPECT_TRUE(fs::exists(results / "latest" / "nodes" / node / "raftkvd.log"));
}

TEST_F(Local, AListIsAppendedToUnderPauses) {
  EXPECT_EQ(code_of(start({"--time-limit", "15s", "--workload", "append", "--faults", "pause",
                           "--fault-interval", "2s", "--nodes", "3"})),
            0);
  EXPECT_EQ(record()["outcome"], "valid") << results;
}

TEST_F(Local, APlantedDefectIsFound) {
  EXPECT_EQ(code_of(start({"--time-limit", "40s", "--faults", "partition-leader", "--rate", "400",
                           "--fault-interval", "4s", "--defect", "read-local-leader"})),
            1);
  EXPECT_EQ(record()["outcome"], "invalid") << results;
}

/// Slow disks, so that much is not synced when the power fails everywhere; keys that live long, so
/// that what is lost is missed.
std::vector<std::string> power_cuts_and(std::vector<std::string> more) {
  std::vector<std::string> words = {"--workload", "append",  "--faults",
                                    "power-all",  "--nodes", "3"};
  for (const char* word : {"--rate", "200", "--ops-per-key", "2000", "--time-limit", "20s",
                           "--fault-interval", "2s", "--node-flag=--slow-sync=50ms-150ms"})
    words.emplace_back(word);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(Local, APowerCutLosesWhatWasAcknowledgedBeforeItWasSynced) {
  EXPECT_EQ(code_of(start(power_cuts_and({"--defect", "ack-before-fsync"}))), 1);
  EXPECT_EQ(record()["outcome"], "invalid") << results;
}

TEST_F(Local, APowerCutLosesNothingOfASoundSystem) {
  EXPECT_EQ(code_of(start(power_cuts_and({}))), 0);
  EXPECT_EQ(record()["outcome"], "valid") << results;
}

TEST_F(Local, ASoundSystemIsValidOverBadLinksAndWhenSeveralMembersLeaveAtOnce) {
  EXPECT_EQ(
      code_of(start({"--time-limit", "25s", "--workload", "append", "--sessions", "--faults",
                     "packets,membership-shrink,membership-linger", "--fault-interval", "3s"})),
      0);
  EXPECT_EQ(record()["outcome"], "valid") << results;
}

TEST_F(Local, AnInterruptedRunHealsSavesAndJudges) {
  const pid_t child =
      start({"--time-limit", "60s", "--faults", "partition,pause", "--fault-interval", "2s"});
  std::this_thread::sleep_for(15s);
  kill(child, SIGTERM);
  EXPECT_EQ(code_of(child), 130);
  EXPECT_EQ(record()["outcome"], "interrupted");
  const json verdict = json_of(results / "latest" / "verdict.json");
  EXPECT_EQ(verdict["validity"], "unknown");
}

TEST_F(Local, ARunThatIsKilledLeavesAHistoryThatCanBeJudged) {
  const pid_t child = start({"--time-limit", "60s", "--faults", "none"});
  std::this_thread::sleep_for(12s);
  kill(child, SIGKILL);
  EXPECT_EQ(code_of(child), 1000 + SIGKILL);
  for (const auto& folder : fs::directory_iterator(results / "register-none")) {
    const int status =
        std::system((program() + " check " + folder.path().string() + " >/dev/null 2>&1").c_str());
    EXPECT_EQ(WEXITSTATUS(status), 2);  // it was cut short, whatever is in it
    EXPECT_GT(fs::file_size(folder.path() / "history.jsonl"), 1000u);
  }
}

TEST_F(Local, ANodeThatCannotStartIsAHarnessFailure) {
  EXPECT_EQ(code_of(start({"--time-limit", "5s", "--node-flag=--no-such-flag"})), 255);
}

}  // namespace
}  // namespace plumbline
