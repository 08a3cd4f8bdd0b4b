// Goal: a simulated run leaves what any run leaves, the same to the byte for the same seed; a
// case's command means that case; a campaign's file tells all; the zoo's tables are made of what
// was hunted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "control/run/campaign_run.h"
#include "control/run/judge.h"
#include "control/run/judge_again.h"
#include "control/run/sim_run.h"
#include "control/run/zoo_record.h"
#include "core/base/text.h"
#include "nemesis/all.h"
#include "simulator/guide.h"
#include "simulator/saved_case.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return std::move(text).str();
}

class Simulated : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(results); }

  RunOptions options(std::uint64_t seed) {
    RunOptions options;
    options.target.name = "sim";
    options.seed = seed;
    options.faults = "partition,kill";
    options.time_limit = 10s;
    options.fault_interval = 1s;
    options.results = results;
    return options;
  }
  SimOutcome run(const RunOptions& options, const simulator::Simulate& simulate) {
    Stop stop;
    SimParts parts;
    parts.stamp = "now";
    parts.simulate = simulate;
    auto outcome = run_simulated(options, parts, stop);
    EXPECT_TRUE(outcome) << outcome.error().what;
    return outcome ? std::move(*outcome) : SimOutcome{};
  }

  const fs::path results = fs::path(testing::TempDir()) / str("plumbline_sim_", ::getpid());
};

std::string saved(const simulator::Options& options) {
  return simulator::to_json(simulator::SavedCase{options, {}});
}

TEST_F(Simulated, TheWordsOfACaseMeanThatCase) {
  simulator::CampaignOptions campaign;
  campaign.workloads = {"register", "append", "claim"};
  for (const Fault& fault : all_faults()) campaign.faults.push_back(fault.name);
  campaign.reads = {"linearizable", "lease"};
  campaign.weather = "loss=0.125,sessions=yes";
  campaign.defects = {"read-local-leader"};
  campaign.invariants = false;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto drawn = simulator::draw_case(seed, campaign);
    const auto read = sim_options(run_options(drawn));
    ASSERT_TRUE(read) << seed << ": " << read.error().what;
    EXPECT_EQ(saved(*read), saved(drawn)) << seed;
    EXPECT_THAT(sim_command(drawn), HasSubstr(str("--seed ", seed)));
  }
}

TEST_F(Simulated, WhatNeedsRealNodesIsRefused) {
  RunOptions flags = options(1);
  flags.node_flags = {"--snapshot-every=5"};
  EXPECT_THAT(sim_options(flags).error().what, HasSubstr("--node-flag makes no sense"));
  flags = options(1);
  flags.leave_running = true;
  EXPECT_FALSE(sim_options(flags));
  flags = options(1);
  flags.weather = "rain=1";
  EXPECT_THAT(sim_options(flags).error().what, HasSubstr("--weather"));
  flags = options(1);
  flags.workload = "regster";
  EXPECT_THAT(sim_options(flags).error().what, HasSubstr("register"));
}

TEST_F(Simulated, TheSameSeedGivesTheSameHistoryToTheByte) {
  const auto one = run(options(5), simulator::simulate);
  const auto two = run(options(5), simulator::simulate);
  const auto other = run(options(6), simulator::simulate);
  ASSERT_NE(one.run.folder, two.run.folder);
  const std::string history = text_of(one.run.folder / "history.jsonl");
  EXPECT_GT(history.size(), 10'000u);
  for (const char* file : {"history.jsonl", "script.json", "faults.jsonl", "nodes/n1/raftkvd.log"})
    EXPECT_EQ(text_of(one.run.folder / file), text_of(two.run.folder / file)) << file;
  EXPECT_NE(history, text_of(other.run.folder / "history.jsonl"));
}

TEST_F(Simulated, AViolationEndsTheLoadAtTheSameEventEachTime) {
  RunOptions flags = options(3);
  flags.defects = {"stale-follower-read"};
  flags.weather = "";
  flags.invariants = false;
  flags.time_limit = 30s;
  const auto whole = run(flags, simulator::simulate);
  ASSERT_EQ(whole.run.exit_code, 1) << in_words(whole.run.verdict);
  flags.stop_on_violation = true;
  const auto one = run(flags, simulator::simulate);
  const auto two = run(flags, simulator::simulate);
  EXPECT_EQ(one.run.exit_code, 1);
  EXPECT_THAT(in_words(one.run.verdict), HasSubstr("stopped at the first violation, event "));
  const std::string history = text_of(one.run.folder / "history.jsonl");
  EXPECT_EQ(history, text_of(two.run.folder / "history.jsonl"));
  EXPECT_LT(history.size(), text_of(whole.run.folder / "history.jsonl").size());
  EXPECT_THAT(history, HasSubstr("heal-all"));
  EXPECT_THAT(text_of(one.run.folder / "run.json"), HasSubstr("--stop-on-violation"));
}

TEST_F(Simulated, TheFolderIsAsOfAnyRunAndIsJudgedAgainTheSame) {
  const auto outcome = run(options(7), simulator::simulate);
  for (const char* file :
       {"run.json", "history.jsonl", "verdict.json", "certificate.jsonl", "report.html",
        "junit.xml", "faults.jsonl", "script.json", "sim.json", "nodes/n5/raftkvd.log"})
    EXPECT_TRUE(fs::exists(outcome.run.folder / file)) << file;
  EXPECT_EQ(fs::canonical(results / "latest"), fs::canonical(outcome.run.folder));
  EXPECT_GE(outcome.virtual_time, 10s);
  const auto again = judge_again(outcome.run.folder, {});
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(in_words(again->verdict), in_words(outcome.run.verdict));
  EXPECT_EQ(outcome.run.exit_code, 0) << in_words(outcome.run.verdict);
}

TEST_F(Simulated, WhatOnlyTheSimulatorSawIsInTheVerdictAndStaysThere) {
  const auto broken = [](const simulator::Options& sim) {
    auto result = simulator::simulate(sim);
    if (result) result->violation = "two leaders of term 3";
    return result;
  };
  const auto outcome = run(options(7), broken);
  EXPECT_EQ(outcome.run.exit_code, 1);
  EXPECT_THAT(in_words(outcome.run.verdict), HasSubstr("invariants: two leaders of term 3"));
  const auto again = judge_again(outcome.run.folder, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(in_words(again->verdict), in_words(outcome.run.verdict));
}

TEST_F(Simulated, ASimulatorThatFailsIsAFailureOfTheHarness) {
  const auto outcome = run(options(1), [](const simulator::Options&) {
    return plumbline::Result<simulator::Result>(fail(Error::Code::failed, "out of dice"));
  });
  EXPECT_EQ(outcome.run.exit_code, 255);
  EXPECT_EQ(outcome.run.failure->what, "out of dice");
  EXPECT_NE(outcome.run.verdict.validity, Validity::valid);
}

TEST_F(Simulated, ACampaignsFileTellsAll) {
  CampaignPlan plan;
  plan.options.time_limit = 5s;
  plan.seeds = *simulator::parse_seeds("1..6", "");
  plan.pool.jobs = 2;
  const auto bad_three = [](const simulator::Options& sim) {
    auto result = simulator::simulate(sim);
    if (result && sim.seed == 3) {
      result->found_by = simulator::FoundBy::history;
      result->found = "a read is stale";
    }
    return result;
  };
  for (const bool guided : {false, true}) {
    plan.guided = guided;
    plan.file = results / str("campaign-", guided) / "shard-1-of-1.jsonl";
    std::string told;
    const Stop stop;
    const auto outcome =
        run_campaign(plan, bad_three, stop, [&](const std::string& what) { told += what; });
    ASSERT_TRUE(outcome) << outcome.error().what;
    EXPECT_EQ(outcome->tally.runs, 6u);
    EXPECT_THAT(told, testing::StartsWith("seed 3  history: a read is stale\n  plumbline test "));
    const auto merged = simulator::merge_shards({{"file", text_of(plan.file)}});
    ASSERT_TRUE(merged) << merged.error().what;
    EXPECT_THAT(merged->warnings, testing::IsEmpty());
    EXPECT_EQ(in_words(merged->tally), in_words(outcome->tally));
    EXPECT_EQ(merged->tally.failures.size(), 1u);
  }
}

TEST_F(Simulated, TheZoosTablesAreMadeOfWhatWasHunted) {
  ZooEntry entry{.defect = "read-local-leader", .target = "sim", .found = true};
  entry.found_by = "history";
  entry.what = "key k1 | is not linearizable";
  entry.command = "plumbline test --seed 3";
  entry.runs = 3;
  entry.run_time = 60s;
  entry.cpu = 250ms;
  ASSERT_TRUE(save(entry, results / "zoo"));
  entry = {.defect = k_clean, .target = "sim"};
  entry.runs = 1000;
  ASSERT_TRUE(save(entry, results / "zoo"));
  const auto entries = load_zoo(results / "zoo");
  ASSERT_TRUE(entries) << entries.error().what;
  const std::string tables = zoo_tables({{"read-local-leader", "stale reads", "etcd 741", ""},
                                         {"vote-not-persisted", "votes", "consul 1", "no disk"}},
                                        *entries);
  EXPECT_THAT(tables, HasSubstr("1 of 2"));
  EXPECT_THAT(tables, HasSubstr("| `read-local-leader` | stale reads | etcd 741 | history | 3 |"));
  EXPECT_THAT(tables, HasSubstr("| `vote-not-persisted` | votes | consul 1 | not tried |"));
  EXPECT_THAT(tables, HasSubstr("`vote-not-persisted`: no disk"));
  EXPECT_THAT(tables, HasSubstr("1000 runs"));
  EXPECT_THAT(tables, HasSubstr("plumbline test --seed 3\n"));
  EXPECT_EQ(*between_marks("a\n<!-- zoo -->\nold\n<!-- /zoo -->\nb\n", "new\n"),
            "a\n<!-- zoo -->\nnew\n<!-- /zoo -->\nb\n");
  EXPECT_FALSE(between_marks("a\n", "new\n"));
}

}  // namespace
}  // namespace plumbline
