// Goal: a simulated run is a function of its options; it is valid on the clean node under every
// fault; planted bugs are found by what clients see.
// Method: short runs. UPDATE_GOLDEN=1 writes testdata/digests.txt anew: whatever changes what nodes
// send, or what schedules and workloads draw, changes them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "nemesis/all.h"
#include "node/raft/defects.h"
#include "simulator/testing.h"

namespace plumbline::simulator {
namespace {

// ---- The same options, the same run -------------------------------------------------------------

TEST(Simulator, GivesTheSameHistoryToTheByteForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Options options = short_run(seed, "everything");
    const Result first = run(options);
    const Result second = run(options);
    EXPECT_EQ(as_text(first.history), as_text(second.history)) << replay(options);
    EXPECT_EQ(first.script, second.script);
    EXPECT_EQ(first.logs, second.logs);
    EXPECT_EQ(first.steps, second.steps);
  }
}

TEST(Simulator, GivesOtherHistoriesForOtherSeeds) {
  EXPECT_NE(as_text(run(short_run(1, "all")).history), as_text(run(short_run(2, "all")).history));
}

TEST(Simulator, IsNotChangedByBeingWatched) {
  Options options = short_run(4, "everything");
  const std::string watched = as_text(run(options).history);
  options.invariants = false;
  options.trace = true;
  const Result traced = run(options);
  EXPECT_EQ(as_text(traced.history), watched);
  EXPECT_FALSE(traced.trace.empty());
}

TEST(Simulator, GivesTheHistoriesThatOtherMachinesAndBuildsGave) {
  const std::string path = std::string(PLUMBLINE_SIMULATOR_TESTDATA) + "/digests.txt";
  std::string expected, found;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) expected += line + "\n";
  std::uint64_t seed = 1;
  for (const char* workload : {"register", "append"})
    for (const char* faults : {"none", "partition", "kill", "pause", "packets", "clock", "disk",
                               "power", "membership", "everything"}) {
      Options options = short_run(seed++, faults, workload);
      options.judge = false;
      options.time_limit = 3s;
      const Result result = run(options);
      found += str(options.seed, " ", workload, " ", faults, " ", result.history.size(), " ",
                   digest(as_text(result.history)), "\n");
    }
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << found;
  EXPECT_EQ(found, expected) << "UPDATE_GOLDEN=1 writes " << path;
}

TEST(Simulator, ReplaysItsOwnScript) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Options options = short_run(seed, "everything");
    const Result first = run(options);
    options.script = first.script;
    const Result again = run(options);
    // The nemesis says other things of the same deeds.
    const auto clients = [](History history) {
      std::erase_if(history, [](const Event& event) { return event.process == k_nemesis; });
      for (Event& event : history) event.index = 0;
      return as_text(history);
    };
    EXPECT_EQ(clients(again.history), clients(first.history)) << replay(options);
    EXPECT_EQ(again.script, first.script) << replay(options);
    EXPECT_EQ(again.verdict.validity, Validity::valid) << again.found;
  }
}

TEST(Simulator, DoesWhatAScriptSaysAndNothingElse) {
  Options options = short_run(1, "all");
  const Operation write{.f = "write", .key = Value("k"), .value = Value(1)};
  const Operation read{.f = "read", .key = Value("k"), .value = {}};
  options.script =
      Script{.faults = {{.at = 2s, .verb = "kill", .arguments = Value::list("n1")},
                        {.at = 3s, .verb = "start", .arguments = Value::list("n1")}},
             .operations = {{.at = 1s, .thread = 1, .operation = write},
                            {.at = 1s, .thread = 1, .operation = read},  // as soon as it is free
                            {.at = 4s, .thread = 2, .operation = read}}};
  const Result result = run(options);
  EXPECT_EQ(result.script.faults, options.script->faults);
  ASSERT_EQ(result.script.operations.size(), 3U);
  EXPECT_EQ(result.script.operations[1].operation, read);
  EXPECT_GT(result.script.operations[1].at, 1s);
  EXPECT_EQ(result.script.operations[2], options.script->operations[2]);
  EXPECT_EQ(std::ranges::count(result.history, EventType::invoke, &Event::type), 3);
  EXPECT_EQ(result.verdict.validity, Validity::valid) << result.found;
  EXPECT_EQ(result.history.at(0).time, 1s);
}

TEST(Simulator, SaysWhichOptionMakesNoSense) {
  Options options = short_run(1, "partiton");
  EXPECT_EQ(simulate(options).error().code, Error::Code::invalid);
  options = short_run(1, "all", "regster");
  EXPECT_EQ(simulate(options).error().code, Error::Code::invalid);
  options = short_run(1, "all");
  options.reads = "fresh";
  EXPECT_EQ(simulate(options).error().code, Error::Code::invalid);
  options = short_run(1, "all");
  options.defects = {"no-such-defect"};
  EXPECT_FALSE(simulate(options));
}

// ---- The clean node -----------------------------------------------------------------------------

class CleanNode : public testing::TestWithParam<std::string> {};

TEST_P(CleanNode, IsValidUnderEachFaultWhichTakesHold) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Options options = short_run(seed, GetParam(), seed % 2 == 0 ? "append" : "register");
    const Result result = run(options);
    EXPECT_EQ(result.found_by, FoundBy::nothing) << result.found << "\n" << replay(options);
    EXPECT_EQ(result.verdict.validity, Validity::valid) << result.verdict.reason;
    const auto done = std::ranges::count_if(result.history, [&](const Event& event) {
      return event.f == GetParam() && event.error.empty();
    });
    EXPECT_GE(done, 2) << "the fault was never in force: " << replay(options);
  }
}

std::vector<std::string> one_of_each_family() {
  std::vector<std::string> names;
  std::vector<std::string> families;
  for (const Fault& fault : all_faults()) {
    if (std::ranges::find(families, fault.family) != families.end()) continue;
    families.push_back(fault.family);
    names.push_back(fault.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Faults, CleanNode, testing::ValuesIn(one_of_each_family()),
                         [](const auto& of) {
                           std::string name = of.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

/// A majority hears one another, but so late that nobody wins an election for seconds.
TEST(CleanNode, NeedNotServeWhileLinksAreLate) {
  Options options;
  options.seed = 2100;
  options.workload = "append";
  options.faults = "contested-vote";
  options.nodes = 3;
  options.concurrency = 9;
  options.time_limit = 40s;
  options.fault_interval = 500ms;
  options.cadence = Cadence::interval;
  options.weather = parse_weather(
                        "delay-max=8470us,slow-max=475330us,duplicate=0.027157,torn=0.479448,"
                        "election-min=20ms,election-max=400ms,heartbeat=10ms,snapshot-every=198,"
                        "segment-bytes=40960,chunk-bytes=6627,inflight=14")
                        .value();
  const Result result = run(options);
  EXPECT_EQ(result.found_by, FoundBy::nothing) << result.found;
}

TEST(CleanNode, ComesToNearlyEveryStateInAFewSeeds) {
  Coverage coverage;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Options options = short_run(seed, "everything");
    options.judge = false;
    coverage.add(run(options).coverage);
  }
  for (const State state :
       {State::leader_elected, State::election_lost, State::leader_stepped_down,
        State::conflict_truncated, State::old_term_committed, State::snapshot_made,
        State::snapshot_installed, State::restart_from_snapshot, State::joint_entered,
        State::joint_left, State::learner_promoted, State::transfer_done, State::session_retry,
        State::disk_refused_start, State::disk_failed, State::restart_with_torn_tail})
    EXPECT_GT(coverage.of(state), 0U) << to_string(state);
}

// ---- Planted bugs -------------------------------------------------------------------------------

/// With repeated messages, each probe of a node that needs a snapshot is answered by two more.
TEST(Simulator, EndsARunWhoseNodesTalkWithoutEnd) {
  if (!raft::k_defects_compiled) GTEST_SKIP() << "this build has no planted bugs";
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Options options = short_run(seed, "partition-one", "append");
    options.nodes = 3;
    options.invariants = false;
    options.defects = {"probe-stuck-after-compaction"};
    options.weather.emplace();
    options.weather->snapshot_every = 20;
    options.weather->duplicate = 0.3;
    const Result result = run(options);
    if (result.found.find("talk without end") == std::string::npos) continue;
    EXPECT_EQ(result.found_by, FoundBy::progress);
    EXPECT_EQ(result.verdict.validity, Validity::invalid);
    return;
  }
  FAIL() << "no run of 20 had such nodes";
}

struct Planted {
  const char* defect;
  const char* faults;
  const char* workload;
};

class PlantedBug : public testing::TestWithParam<Planted> {};

TEST_P(PlantedBug, IsFoundByWhatClientsSee) {
  if (!raft::k_defects_compiled) GTEST_SKIP() << "this build has no planted bugs";
  constexpr std::uint64_t k_seeds = 60;
  for (std::uint64_t seed = 1; seed <= k_seeds; ++seed) {
    Options options = short_run(seed, GetParam().faults, GetParam().workload);
    options.time_limit = 10s;
    options.invariants = false;
    options.defects = {GetParam().defect};
    const Result result = run(options);
    if (result.found_by == FoundBy::history) return;
  }
  FAIL() << GetParam().defect << " was not found in " << k_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Defects, PlantedBug,
                         testing::Values(Planted{"read-local-leader", "partition", "register"},
                                         Planted{"ack-before-fsync", "power", "append"},
                                         Planted{"stale-append-truncates", "all", "append"},
                                         Planted{"ack-before-commit", "all", "append"}),
                         [](const auto& of) {
                           std::string name = of.param.defect;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace plumbline::simulator
