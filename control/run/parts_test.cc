// Goal: the small parts of a run: folders, options, the live line, stopping, alarms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "control/run/judge.h"
#include "control/run/live_judge.h"
#include "control/run/local_hunts.h"
#include "control/run/progress.h"
#include "control/run/run_folder.h"
#include "control/run/run_options.h"
#include "control/run/run_record.h"
#include "control/run/stop.h"
#include "core/base/text.h"
#include "nemesis/all.h"

namespace plumbline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Folders : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(results); }
  const fs::path results = fs::path(testing::TempDir()) / str("plumbline_folders_", ::getpid());
};

TEST_F(Folders, LatestPointsAtTheNewestByARelativeLink) {
  for (const char* stamp : {"a", "b"}) {
    const auto folder = RunFolder::create(results, "register-none", stamp);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->mark_latest());
  }
  EXPECT_EQ(fs::read_symlink(results / "latest"), "register-none/b");
}

TEST_F(Folders, ANameOfManyFaultsStaysShort) {
  EXPECT_EQ(folder_name("register", "none"), "register-none");
  EXPECT_EQ(folder_name("append", "kill,pause"), "append-kill+pause");
  EXPECT_EQ(folder_name("append", "a,b,c,d,e,f,g"), "append-a+b+c+d+e+2-more");
}

TEST_F(Folders, TooLittleRoomIsSaidBeforeTheRun) {
  const auto folder = RunFolder::create(results, "register-none", "a", UINT64_MAX);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().what, HasSubstr("MiB free"));
  EXPECT_THAT(folder.error().what, HasSubstr("--results"));
}

TEST_F(Folders, AFileIsReplacedAsAWhole) {
  fs::create_directories(results);
  ASSERT_TRUE(write_whole(results / "x", "one"));
  ASSERT_TRUE(write_whole(results / "x", "two"));
  std::string text;
  std::ifstream(results / "x") >> text;
  EXPECT_EQ(text, "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(results), fs::directory_iterator()), 1);
  EXPECT_FALSE(write_whole(results / "no" / "x", "one"));
}

TEST_F(Folders, ARunRecordComesBackAsItWasSaved) {
  fs::create_directories(results);
  RunRecord record;
  record.info.title = "t";
  record.info.command = "plumbline test --seed 1";
  record.info.duration = 1500ms;
  record.model = "cas-register";
  record.expectations.operations = {"read"};
  record.expectations.faults = {"kill"};
  record.expectations.min_ok = 7;
  record.nodes = {"n1", "n2"};
  record.deaths = {{"n2", 12ms, "words \xff"}};
  record.outcome = "invalid";
  record.exit_code = 1;
  ASSERT_TRUE(save(record, results));
  const auto loaded = load_run_record(results);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->info.command, record.info.command);
  EXPECT_EQ(loaded->info.duration, record.info.duration);
  EXPECT_EQ(loaded->expectations.min_ok, 7u);
  EXPECT_EQ(loaded->nodes, record.nodes);
  ASSERT_EQ(loaded->deaths.size(), 1u);
  EXPECT_EQ(loaded->deaths[0].noticed, 12ms);
  EXPECT_EQ(loaded->exit_code, 1);
}

TEST_F(Folders, ADamagedRunRecordIsNamed) {
  fs::create_directories(results);
  EXPECT_EQ(load_run_record(results).error().code, Error::Code::not_found);
  std::ofstream(results / "run.json") << R"({"schema": 1})";
  const auto loaded = load_run_record(results);
  EXPECT_EQ(loaded.error().code, Error::Code::corrupt);
  EXPECT_THAT(loaded.error().what, HasSubstr("run.json"));
}

TEST(Options, ConcurrencyIsANumberOrAMultipleOfTheNodes) {
  EXPECT_EQ(parse_concurrency("7", 5), 7);
  EXPECT_EQ(parse_concurrency("2n", 5), 10);
  for (const char* bad : {"", "n", "0", "-1", "2x", "n2", "99999999999"})
    EXPECT_FALSE(parse_concurrency(bad, 5)) << bad;
}

TEST(Options, TheCommandHasWhatDiffersFromTheDefaults) {
  RunOptions options;
  options.seed = 5;
  options.faults = "kill";
  EXPECT_EQ(command_of(options),
            "plumbline test --workload register --faults kill --target local --nodes 5 "
            "--time-limit 60s --seed 5");
  options.target.name = "ssh";
  options.target.hosts = {"a", "root@b:2222"};
  options.rate = 12.5;
  options.node_flags = {"--snapshot-every", "5"};
  options.defects = {"read-local-leader"};
  EXPECT_EQ(command_of(options),
            "plumbline test --workload register --faults kill --target ssh --nodes a,root@b:2222 "
            "--rate 12.5 --time-limit 60s --node-flag=--snapshot-every --node-flag=5 "
            "--defect=read-local-leader --seed 5");
}

Event event(ProcessId process, EventType type, const std::string& f,
            const std::string& error = "") {
  Event made;
  made.process = process;
  made.type = type;
  made.f = f;
  made.error = error;
  return made;
}

TEST(Progress, CountsCallsAndFaultsInForce) {
  Tally tally;
  tally.add(event(0, EventType::invoke, "read"));
  tally.add(event(1, EventType::invoke, "read"));
  tally.add(event(0, EventType::ok, "read"));
  for (const char* f : {"kill", "partition"})
    for (int i = 0; i < 2; ++i) tally.add(event(k_nemesis, EventType::info, f));
  for (int i = 0; i < 2; ++i)
    tally.add(event(k_nemesis, EventType::info, "pause", "skipped: nobody"));
  EXPECT_EQ(progress_line(tally, 12s, 60s, 103, "n2"),
            "12s/60s  103 ops/s  ok 1 fail 0 info 0  open 1  faults kill partition  leader n2");
  EXPECT_THAT(progress_line(tally, 12s, 60s, 103, "n2", "judged 5 events"),
              testing::EndsWith("  leader n2  judged 5 events"));
  tally.add(event(k_nemesis, EventType::info, "heal-kill"));
  EXPECT_TRUE(tally.faults.contains("kill"));  // asked for, not yet done
  tally.add(event(k_nemesis, EventType::info, "heal-kill"));
  EXPECT_THAT(tally.faults, testing::ElementsAre("partition"));
}

TEST(Progress, TellsWhatTheLiveJudgeHasComeTo) {
  OnlineStatus status{.events = 12, .explained_up_to = 10};
  EXPECT_EQ(judged_line(status, 20ms), "judged 10 events, lag 0.02 s, valid so far");
  status.keys_at_end = 2;
  status.validity = Validity::unknown;
  EXPECT_EQ(judged_line(status, std::nullopt),
            "judged 12 events, valid so far but for 2 keys left for the end");
  status.validity = Validity::invalid;
  EXPECT_EQ(judged_line(status, 0ms), "judged 12 events, lag 0.00 s, INVALID");
}

TEST(Progress, HealingAllEndsAllFaults) {
  Tally tally;
  for (int i = 0; i < 2; ++i) tally.add(event(k_nemesis, EventType::info, "kill"));
  for (int i = 0; i < 2; ++i) tally.add(event(k_nemesis, EventType::info, "heal-all"));
  EXPECT_TRUE(tally.faults.empty());
}

TEST(StopLevels, RiseWithSignalsAndNeverFall) {
  Stop stop;
  EXPECT_FALSE(stop.asked());
  stop.fail();
  EXPECT_TRUE(stop.asked());
  EXPECT_FALSE(stop.by_signal());
  EXPECT_EQ(stop.on_signal(), 1);
  EXPECT_EQ(stop.level(), 1);
  EXPECT_FALSE(stop.abandon_judging());
  EXPECT_EQ(stop.on_signal(), 2);
  EXPECT_TRUE(stop.at_once());
  EXPECT_TRUE(stop.abandon_judging());
}

TEST(StopLevels, TheFirstSignalWhileJudgingEndsTheJudging) {
  Stop stop;
  stop.begin_judging();
  stop.on_signal();
  EXPECT_TRUE(stop.abandon_judging());
}

TEST(StopLevels, RealSignalsArriveAndTheThirdEndsTheProgram) {
  Stop stop;
  {
    const SignalsTo signals(stop);
    std::raise(SIGTERM);
    std::raise(SIGHUP);
    EXPECT_EQ(stop.level(), 2);
  }
  EXPECT_EXIT(
      {
        Stop doomed;
        const SignalsTo signals(doomed);
        for (int i = 0; i < 3; ++i) std::raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

TEST(Alarms, AreFailedChecksPanicsAndSanitizersOnly) {
  for (const char* line :
       {"node/raft/log.cc:12: CHECK(a) failed: why",
        "raftkvd: x.cc:3: int f(): Assertion `x' failed.",
        "==1==ERROR: AddressSanitizer: heap-use-after-free", "WARNING: ThreadSanitizer: data race",
        "x.cc:1:2: runtime error: signed integer overflow",
        "terminate called after throwing an instance of 'std::bad_alloc'", "panic: no quorum"})
    EXPECT_TRUE(is_alarming(line)) << line;
  for (const char* line :
       {"connection to n2 (127.0.0.1) failed: refused", "CHECK the docs", "election lost", ""})
    EXPECT_FALSE(is_alarming(line)) << line;
}

// ---- Hunts on real processes
// ----------------------------------------------------------------------

TEST(LocalHunts, GiveNodesTheWeatherThatTheyHaveFlagsFor) {
  EXPECT_THAT(node_flags_for("election-min=100ms,election-max=2s,heartbeat=40ms"),
              ElementsAre("--election-timeout=100000us-2000000us", "--heartbeat=40000us"));
  const auto flags = node_flags_for(
      "slow=0.3,slow-max=600ms,duplicate=0.5,sync-min=1ms,sync-max=5ms,torn=1,inflight=1");
  EXPECT_THAT(flags, Contains("--link-trouble=delay=100us,jitter=900us,slow=0.3,"
                              "slow-max=600000us,duplicate=0.5"));
  EXPECT_THAT(flags, Contains("--hold-unsynced=1"));
  EXPECT_THAT(flags, Contains("--slow-sync=1000us-5000us"));
  EXPECT_THAT(flags, Contains("--inflight=1"));
}

TEST(LocalHunts, TheOperatorIsAsPatientAsTheWeatherSays) {
  for (const replica::PlantedDefect& defect : replica::all_planted_defects()) {
    const auto words = words_of_local_hunt(defect);
    const bool hasty = std::ranges::find(words, "--patience=50000us") != words.end();
    EXPECT_EQ(hasty, defect.name == "change-before-own-term-commit") << defect.name;
  }
}

TEST(LocalHunts, NameFaultsThatThereAre) {
  for (const replica::PlantedDefect& defect : replica::all_planted_defects()) {
    const std::vector<std::string> words = words_of_local_hunt(defect);
    const auto flag = std::ranges::find(words, "--faults");
    ASSERT_NE(flag, words.end());
    EXPECT_TRUE(parse_faults(*std::next(flag))) << defect.name;
  }
  EXPECT_FALSE(hunted_on_local("no-such-defect"));
}

}  // namespace
}  // namespace plumbline
