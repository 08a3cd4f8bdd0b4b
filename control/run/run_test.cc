// Goal: whatever happens to a run, the nodes are healed, the evidence is kept, the exit code is
// true. Method: a world in memory, one knob a test, and a look at its journal and at the run's
// folder.
#include "control/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "control/run/judge_again.h"
#include "control/run/testing.h"
#include "nemesis/all.h"
#include "workloads/all.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return std::move(text).str();
}

class Runs : public testing::Test {
 protected:
  void SetUp() override {
    options.results = fs::path(testing::TempDir()) /
                      str("plumbline_run_", ::getpid(), "_",
                          testing::UnitTest::GetInstance()->current_test_info()->name());
    options.time_limit = 1500ms;
    options.fault_interval = 150ms;
    options.faults = "partition,kill,pause";
    options.seed = 11;
    options.rate = 400;
  }
  void TearDown() override { fs::remove_all(options.results); }

  RunParts parts() {
    RunParts made;
    made.target = std::make_unique<FakeTarget>(world);
    made.system = std::make_shared<FakeSystem>(world);
    WorkloadOptions load;
    load.nodes = 3;
    load.concurrency = 6;
    load.rate = options.rate;
    load.seed = options.seed;
    made.concurrency = load.concurrency;
    made.workload = *make_workload("register", load);
    made.faults = *parse_faults(options.faults);
    made.connect = [this](const NodeAccess& node, Nanos) -> Result<std::unique_ptr<Remote>> {
      const std::lock_guard lock(world.mutex);
      if (world.unreachable.contains(node.name))
        return fail(Error::Code::transport, "connection refused");
      return std::make_unique<FakeRemote>(world, node.name);
    };
    made.patience.serve = 500ms;
    made.patience.quiet_start = 200ms;
    made.patience.final_reads = 2s;
    made.patience.watch = 20ms;
    made.started = "a day";
    made.stamp = "stamp";
    return made;
  }

  RunOutcome go() {
    Progress progress(nullptr, options.time_limit);
    return run(options, parts(), stop, progress);
  }

  /// Calls `act` once, in the world's lock, when the journal says `line`.
  void when(const std::string& line, std::function<void()> act) {
    world.on_journal = [line, act, done = false](const std::string& said) mutable {
      if (done || said != line) return;
      done = true;
      act();
    };
  }

  void expect_left_clean(const RunOutcome& outcome) {
    EXPECT_TRUE(world.whole());
    for (const FakeNode& node : world.nodes) {
      EXPECT_FALSE(node.held) << node.access.name;
      EXPECT_FALSE(node.running) << node.access.name;
    }
    EXPECT_EQ(world.journal.back(), "down");
    EXPECT_TRUE(fs::exists(outcome.folder / "history.jsonl"));
    EXPECT_TRUE(fs::exists(outcome.folder / "run.json"));
  }

  FakeWorld world{3};
  RunOptions options;
  Stop stop;
};

TEST_F(Runs, AViolationEndsTheLoadIfAskedAndIsJudgedAsEver) {
  options.stop_on_violation = true;
  options.time_limit = 60s;
  options.faults = "partition";
  when("n1 cut", [this] { world.lies = true; });
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1) << in_words(outcome.verdict);
  EXPECT_FALSE(outcome.failure);
  expect_left_clean(outcome);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("stopped at the first violation, event "));
  const auto again = judge_again(outcome.folder, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(in_words(again->verdict), in_words(outcome.verdict));
}

TEST_F(Runs, AViolationDoesNotEndTheLoadUnasked) {
  world.lies = true;
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("valid  completeness"));
}

TEST_F(Runs, ReplicasThatAreEqualInTheEndAreValid) {
  world.difference = "";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 0) << in_words(outcome.verdict);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("valid  replicas: all states are equal"));
}

TEST_F(Runs, ReplicasThatDifferInTheEndAreInvalid) {
  world.difference = "n2 has another state";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1) << in_words(outcome.verdict);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("invalid  replicas: n2 has another state"));
  const auto again = judge_again(outcome.folder, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(in_words(again->verdict), in_words(outcome.verdict));
}

TEST_F(Runs, AGoodOneIsValidAndLeavesAWholeFolder) {
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 0) << in_words(outcome.verdict);
  EXPECT_FALSE(outcome.failure);
  expect_left_clean(outcome);
  for (const char* file :
       {"run.json", "history.jsonl", "faults.jsonl", "verdict.json", "certificate.jsonl",
        "report.html", "junit.xml", "nodes/n1/fake.log", "nodes/n3/fake.log"})
    EXPECT_TRUE(fs::exists(outcome.folder / file)) << file;
  EXPECT_EQ(outcome.folder.filename(), "stamp-11");
  EXPECT_EQ(outcome.folder.parent_path().filename(), "register-partition+kill+pause");
  EXPECT_TRUE(fs::equivalent(options.results / "latest", outcome.folder));
  const auto record = nlohmann::json::parse(text_of(outcome.folder / "run.json"));
  EXPECT_EQ(record["outcome"], "valid");
  EXPECT_EQ(record["exit_code"], 0);
  EXPECT_THAT(record["command"].get<std::string>(), HasSubstr("--seed 11"));
}

TEST_F(Runs, StepsComeInTheirOrder) {
  go();
  const auto first = [&](const std::string& line) {
    return std::ranges::find(world.journal, line) - world.journal.begin();
  };
  EXPECT_LT(first("up"), first("n2 guard"));
  EXPECT_LT(first("n2 guard"), first("n2 heal"));  // whose run it is comes before what is undone
  EXPECT_LT(first("n2 heal"), first("n2 kill"));
  EXPECT_LT(first("n2 kill"), first("n2 rm"));
  EXPECT_LT(first("n2 rm"), first("n2 install"));
  EXPECT_LT(first("n2 install"), first("n2 start"));
  EXPECT_LT(world.last("n2 resume"), world.last("n2 start"));
  EXPECT_LT(world.last("n2 start"), world.last("n2 kill"));
  EXPECT_LT(world.last("n2 kill"), world.last("n2 cat"));  // logs are whole when they are fetched
  EXPECT_LT(world.last("n2 cat"), world.last("n2 let go"));
  EXPECT_LT(world.last("n2 let go"), world.last("down"));
}

TEST_F(Runs, FaultsAreWrittenDownWithWhatWasDone) {
  const RunOutcome outcome = go();
  std::set<std::string> actions;
  std::istringstream lines(text_of(outcome.folder / "faults.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto action = nlohmann::json::parse(line);
    actions.insert(action["action"]);
    EXPECT_THAT(action["node"].get<std::string>(), testing::StartsWith("n"));
    EXPECT_TRUE(action.contains("time"));
  }
  EXPECT_THAT(actions, testing::ElementsAre("cut", "kill", "pause", "resume", "start"));
}

TEST_F(Runs, ItsVerdictCanBeReachedAgainFromTheFolder) {
  const RunOutcome outcome = go();
  const auto again = judge_again(outcome.folder, CheckOptions{});
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(to_json(again->verdict),
            text_of(outcome.folder / "verdict.json").substr(0, to_json(again->verdict).size()));
}

TEST_F(Runs, ANodeThatCannotBeReachedIsAHarnessFailureThatNamesIt) {
  world.unreachable = {"n2"};
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->what, HasSubstr("connect to n2"));
  EXPECT_NE(outcome.verdict.validity, Validity::valid);
  expect_left_clean(outcome);
}

TEST_F(Runs, ANodeThatSomebodyElseHoldsIsNotTouched) {
  world.taken = {"n2"};
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  EXPECT_THAT(outcome.failure->what, HasSubstr("n2 is held by somebody"));
  EXPECT_FALSE(world.was("n2 kill"));
  EXPECT_FALSE(world.was("n1 kill"));
}

TEST_F(Runs, ANodeThatDoesNotStartIsAHarnessFailureWithItsLogs) {
  world.will_not_start = {"n3"};
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  EXPECT_THAT(outcome.failure->what, HasSubstr("start: n3: "));
  EXPECT_EQ(text_of(outcome.folder / "nodes/n3/fake.log"), "cannot read the log\n");
  EXPECT_NE(outcome.verdict.validity, Validity::valid);
  expect_left_clean(outcome);
}

TEST_F(Runs, ANodeThatDoesNotServeIsAHarnessFailureThatNamesItAndItsLastWords) {
  world.does_not_serve = {"n2"};
  world.node("n2").log = "waiting for a quorum\n";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  EXPECT_THAT(outcome.failure->what, HasSubstr("n2 (its log ends: waiting for a quorum)"));
  EXPECT_TRUE(fs::exists(outcome.folder / "nodes/n2/fake.log"));
  expect_left_clean(outcome);
}

TEST_F(Runs, ASignalWhileNodesAreMadeReadyEndsTheRunClean) {
  for (const char* moment : {"up", "n1 guard", "n1 rm", "n1 install", "n1 start"}) {
    SCOPED_TRACE(moment);
    Stop fresh;
    world.journal.clear();
    when(moment, [&] { fresh.on_signal(); });
    Progress progress(nullptr, 1s);
    const RunOutcome outcome = run(options, parts(), fresh, progress);
    EXPECT_EQ(outcome.exit_code, 130);
    EXPECT_NE(outcome.verdict.validity, Validity::valid);
    EXPECT_FALSE(outcome.failure);
    expect_left_clean(outcome);
    fs::remove_all(options.results);
  }
}

TEST_F(Runs, ASignalDuringFaultsHealsThemAndJudgesWhatThereIs) {
  for (const char* moment : {"n1 cut", "n2 pause", "n3 kill"}) {
    SCOPED_TRACE(moment);
    Stop fresh;
    world.journal.clear();
    bool started = false;
    world.on_journal = [&, signalled = false](const std::string& line) mutable {
      started = started || line == "n3 start";
      if (!started || signalled || line != moment) return;
      signalled = true;
      fresh.on_signal();
    };
    options.time_limit = 20s;
    options.faults = "partition-halves,pause-all,kill-all";
    Progress progress(nullptr, 1s);
    const RunOutcome outcome = run(options, parts(), fresh, progress);
    EXPECT_EQ(outcome.exit_code, 130);
    EXPECT_EQ(outcome.verdict.parts.size(), 6u);
    EXPECT_EQ(outcome.verdict.parts.back().reason, "interrupted by a signal");
    EXPECT_NE(outcome.verdict.validity, Validity::valid);
    EXPECT_THAT(text_of(outcome.folder / "history.jsonl"), HasSubstr("heal-all"));
    EXPECT_TRUE(fs::exists(outcome.folder / "nodes/n1/fake.log"));
    expect_left_clean(outcome);
    fs::remove_all(options.results);
  }
}

TEST_F(Runs, ASecondSignalHealsAndSavesWithoutJudging) {
  when("n1 cut", [&] {
    stop.on_signal();
    stop.on_signal();
  });
  options.faults = "partition-halves";
  options.time_limit = 20s;
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 130);
  ASSERT_EQ(outcome.verdict.parts.size(), 1u);
  EXPECT_EQ(outcome.verdict.validity, Validity::unknown);
  EXPECT_FALSE(fs::exists(outcome.folder / "nodes"));
  EXPECT_GT(fs::file_size(outcome.folder / "history.jsonl"), 0u);
  expect_left_clean(outcome);
}

TEST_F(Runs, ANodeLostForGoodIsAHarnessFailureAndTheHistoryIsKept) {
  when("n2 cut", [&] { world.lost = {"n3"}; });
  options.faults = "partition-one";
  options.time_limit = 20s;
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->what, HasSubstr("n3"));
  EXPECT_NE(outcome.verdict.validity, Validity::valid);
  EXPECT_GT(fs::file_size(outcome.folder / "history.jsonl"), 0u);
  EXPECT_TRUE(world.node("n1").dropped.empty());
  EXPECT_TRUE(world.node("n2").dropped.empty());
  EXPECT_TRUE(fs::exists(outcome.folder / "nodes/n1/fake.log"));
}

TEST_F(Runs, ANodeThatIsRestartedUnderTheRunIsAHarnessFailure) {
  when("n2 cut", [&] { world.restarted = {"n2"}; });
  options.faults = "partition-one";
  options.time_limit = 20s;
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->what, HasSubstr("n2: its guard is gone"));
  expect_left_clean(outcome);
}

TEST_F(Runs, RulesThatCannotBeRemovedAreNeverValid) {
  world.rules_stay = true;
  options.faults = "partition-halves";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  EXPECT_THAT(outcome.failure->what, HasSubstr("left behind: rule: somebody"));
  EXPECT_NE(outcome.verdict.validity, Validity::valid);
}

TEST_F(Runs, AFaultThatNeverTakesHoldLeavesTheVerdictUnknown) {
  world.refuses_cuts = true;
  options.faults = "partition-halves";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 2) << in_words(outcome.verdict);
  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(text_of(outcome.folder / "history.jsonl"), HasSubstr("iptables: not found"));
}

TEST_F(Runs, ARunInWhichNothingSucceedsIsUnknown) {
  world.answers_nothing = true;
  options.faults = "none";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 2) << in_words(outcome.verdict);
}

TEST_F(Runs, AProcessThatEndsByItselfIsNoticedAndInvalid) {
  options.faults = "none";
  options.time_limit = 600ms;
  world.on_journal = nullptr;
  std::jthread killer([&](const std::stop_token& token) {
    while (!token.stop_requested()) {
      {
        const std::lock_guard lock(world.mutex);
        if (!world.store.empty()) {
          world.node("n2").running = false;
          world.node("n2").log = "terminated\n";
          return;
        }
      }
      std::this_thread::sleep_for(5ms);
    }
  });
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1) << in_words(outcome.verdict);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("n2's process ended by itself"));
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("terminated"));
  EXPECT_THAT(text_of(outcome.folder / "run.json"), HasSubstr("\"last_words\": \"terminated\""));
}

TEST_F(Runs, AProcessThatDoesNotStartAgainIsAFindingAboutTheSystem) {
  options.faults = "kill-one";
  world.on_journal = [&](const std::string& line) {
    // Once the load is on, whoever is killed stays dead.
    if (line.ends_with(" kill") && world.store.size() > 0)
      world.will_not_start.insert(line.substr(0, 2));
  };
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1) << in_words(outcome.verdict);
  EXPECT_FALSE(outcome.failure);
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("process ended by itself"));
  EXPECT_THAT(in_words(outcome.verdict), HasSubstr("did not start again"));
  expect_left_clean(outcome);
}

TEST_F(Runs, AnAlarmInANodesLogIsInvalidWithTheLine) {
  options.faults = "none";
  options.time_limit = 300ms;
  world.node("n3").log = "fine\nlog.cc:41: CHECK(a < b) failed: order\nmore\n";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(in_words(outcome.verdict),
              HasSubstr("n3 fake.log:2: log.cc:41: CHECK(a < b) failed"));
}

/// While it lives no file of this process grows beyond `bytes`, as on a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Runs, ADiskThatFillsUpIsAHarnessFailureAndTheNodesAreHealed) {
  RunOutcome outcome;
  {
    const SmallDisk disk(20'000);
    options.time_limit = 20s;
    outcome = go();
  }
  EXPECT_EQ(outcome.exit_code, 255);
  ASSERT_TRUE(outcome.failure);
  EXPECT_THAT(outcome.failure->what, HasSubstr("history.jsonl"));
  expect_left_clean(outcome);
  EXPECT_GT(fs::file_size(outcome.folder / "history.jsonl"), 10'000u);
}

TEST_F(Runs, AResultsFolderThatCannotBeMadeEndsTheRunBeforeAnythingIsTouched) {
  options.results = "/proc/nowhere";
  const RunOutcome outcome = go();
  EXPECT_EQ(outcome.exit_code, 255);
  EXPECT_THAT(outcome.failure->what, HasSubstr("/proc/nowhere"));
  EXPECT_TRUE(world.journal.empty());
}

TEST_F(Runs, TheSameSecondAndSeedDoNotShareAFolder) {
  options.faults = "none";
  options.time_limit = 200ms;
  EXPECT_NE(go().exit_code, 255);
  const RunOutcome second = go();
  EXPECT_EQ(second.exit_code, 255);
  EXPECT_THAT(second.failure->what, HasSubstr("exists already"));
}

TEST_F(Runs, NodesThatAreLeftRunningAreEndedBySignalAfterTheVerdict) {
  options.faults = "none";
  options.time_limit = 200ms;
  options.leave_running = true;
  bool ran = false;
  RunParts made = parts();
  made.on_outcome = [&](const RunOutcome&) {
    const std::lock_guard lock(world.mutex);
    ran = world.node("n1").running && world.node("n1").held;
    stop.on_signal();
  };
  Progress progress(nullptr, 1s);
  const RunOutcome outcome = run(options, std::move(made), stop, progress);
  EXPECT_TRUE(ran);
  EXPECT_NE(outcome.exit_code, 130);
  expect_left_clean(outcome);
}

}  // namespace
}  // namespace plumbline
