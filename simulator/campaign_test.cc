// Goal: a case follows from its seed alone; shards cover the seeds; a worker's end is a finding;
// the same records make the same tally; a guide's choices do not depend on who ran them.
// Method: a made-up simulate() that says what the test wants, in real worker processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <set>
#include <thread>

#include "core/base/check.h"
#include "core/base/text.h"
#include "simulator/campaign_pool.h"
#include "simulator/campaign_tally.h"
#include "simulator/guide.h"
#include "simulator/zoo.h"
#include "workloads/all.h"

namespace plumbline::simulator {
namespace {

using testing::HasSubstr;

CampaignOptions many() {
  CampaignOptions campaign;
  campaign.workloads = {"register", "append"};
  campaign.faults = {"partition", "kill", "kill-leader", "pause"};
  campaign.reads = {"linearizable", "lease"};
  return campaign;
}

bool same(const Options& a, const Options& b) {
  return a.seed == b.seed && a.workload == b.workload && a.faults == b.faults &&
         a.nodes == b.nodes && a.concurrency == b.concurrency && a.rate == b.rate &&
         a.ops_per_key == b.ops_per_key && a.fault_interval == b.fault_interval &&
         a.cadence == b.cadence && a.reads == b.reads && a.weather == b.weather;
}

/// Enough that a run is not vacuous.
History something_happened(const Options& options) {
  History history;
  const auto workload = make_workload(options.workload, {});
  for (const std::string& f : workload->operations)
    for (const EventType type : {EventType::invoke, EventType::ok})
      history.push_back({.index = static_cast<std::int64_t>(history.size()), .type = type, .f = f});
  return history;
}

plumbline::Result<Result> well(const Options& options) {
  Result result;
  result.history = something_happened(options);
  result.script.faults.push_back({1s, "kill", Value::list("n1")});
  Rng rng(options.seed);
  result.weather = options.weather ? *options.weather : draw_weather(rng);
  result.end = options.time_limit;
  result.steps = 10 * options.seed;
  // Rarely reached: only with what a guide can learn.
  if (options.seed % 3 == 0) result.coverage.reached(State::leader_elected);
  if (options.faults.find("kill-leader") != std::string::npos && options.nodes == 3)
    result.coverage.reached(State::own_entries_lost);
  return result;
}

plumbline::Result<Result> badly_at(const Options& options, std::uint64_t seed, FoundBy by) {
  auto result = well(options);
  if (options.seed != seed) return result;
  result->found_by = by;
  result->found = "a read is stale";
  result->verdict.validity = Validity::invalid;
  if (options.invariants) result->violation = "two leaders of one term";
  return result;
}

bool go_on() { return true; }

std::vector<CaseRecord> run_seeds(std::uint64_t count, int jobs, const Simulate& simulate) {
  std::vector<Case> cases;
  for (std::uint64_t i = 0; i < count; ++i) cases.push_back({i, draw_case(i + 1, many())});
  PoolOptions pool{.jobs = jobs, .cases_per_worker = 4};
  const auto records =
      run_batch(pool, cases, [&](const Case& which) { return run_case(which, simulate); }, go_on);
  EXPECT_TRUE(records) << records.error().what;
  return records.value_or(std::vector<CaseRecord>{});
}

TEST(Campaign, ACaseFollowsFromItsSeedAlone) {
  std::set<std::string> kinds;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Options drawn = draw_case(seed, many());
    EXPECT_TRUE(same(drawn, draw_case(seed, many()))) << seed;
    EXPECT_EQ(drawn.seed, seed);
    EXPECT_FALSE(drawn.weather) << "is drawn from the seed by the run itself";
    kinds.insert(str(drawn.workload, drawn.faults, drawn.nodes, drawn.reads));
  }
  EXPECT_GT(kinds.size(), 50u);
}

TEST(Campaign, MoreWorkloadsDoNotShiftTheOtherChoices) {
  CampaignOptions one = many();
  one.workloads = {"register"};
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Options drawn = draw_case(seed, one);
    EXPECT_EQ(drawn.faults, draw_case(seed, many()).faults);
    EXPECT_EQ(drawn.cadence, draw_case(seed, many()).cadence);
  }
}

TEST(Campaign, ShardsShareTheSeedsWithoutGapsAndOverlaps) {
  std::set<std::uint64_t> indexes;
  for (int shard = 1; shard <= 4; ++shard) {
    const auto seeds = parse_seeds("11..25", str(shard, "/4"));
    ASSERT_TRUE(seeds);
    for (std::uint64_t n = 0; n < seeds->size(); ++n)
      EXPECT_TRUE(indexes.insert(seeds->index(n)).second);
  }
  EXPECT_EQ(indexes.size(), 15u);
  EXPECT_EQ(*indexes.rbegin(), 14u);
}

TEST(Campaign, SeedsAndShardsThatMakeNoSenseAreRefused) {
  for (const char* seeds : {"", "x", "5..4", "1..", "..3", "-1..3", "1...4"})
    EXPECT_FALSE(parse_seeds(seeds, "")) << seeds;
  for (const char* shard : {"0/4", "5/4", "1", "1/", "/4", "a/b"})
    EXPECT_FALSE(parse_seeds("1..9", shard)) << shard;
  EXPECT_EQ(parse_seeds("7", "")->total(), 1u);
}

TEST(Campaign, ALineIsReadBackAsItWasWritten) {
  CaseRecord record = record_of({7, draw_case(8, many())});
  record.ending = Ending::failed;
  record.found_by = "history";
  record.found = "a \"stale\" read\tof k1";
  record.violation = "two leaders";
  record.command = "plumbline test --weather ''";
  record.weather = "loss=0.1";
  record.virtual_time = 21s;
  record.cpu = 20ms;
  record.steps = 12345;
  record.coverage.times[0] = 3;
  const ShardHeader header{"plumbline sim", {1, 100, 2, 4}, "plumbline 1"};
  for (const ShardLine& line : {ShardLine(record), ShardLine(header), ShardLine(ShardEnd{3s})}) {
    const auto read = parse_line(to_line(line));
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(*read == line) << to_line(line);
  }
  for (const char* damaged : {"", "{", "[]", "{\"index\":1}", "{\"campaign\":\"x\"}"})
    EXPECT_FALSE(parse_line(damaged)) << damaged;
}

TEST(Pool, TheNumberOfWorkersChangesNothing) {
  auto one = run_seeds(30, 1, well);
  auto three = run_seeds(30, 3, well);
  ASSERT_EQ(one.size(), 30u);
  for (auto* records : {&one, &three})
    for (CaseRecord& record : *records) record.cpu = Nanos::zero();
  EXPECT_EQ(one, three);
}

TEST(Pool, AFailedCheckIsAFindingAndTheOthersAreStillRun) {
  const auto records = run_seeds(12, 2, [](const Options& options) {
    CHECK(options.seed != 6, "seed six is one too many");
    return well(options);
  });
  ASSERT_EQ(records.size(), 12u);
  EXPECT_EQ(records[5].ending, Ending::failed);
  EXPECT_EQ(records[5].found_by, "crash");
  EXPECT_THAT(records[5].found, HasSubstr("seed six is one too many"));
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_EQ(records[i].ending, i == 5 ? Ending::failed : Ending::valid) << i;
}

TEST(Pool, AHangIsAFinding) {
  const std::vector<Case> cases = {{0, draw_case(1, many())}, {1, draw_case(2, many())}};
  const PoolOptions pool{.jobs = 1, .patience = 1s};
  const auto records = run_batch(
      pool, cases,
      [](const Case& which) {
        if (which.index == 0) std::this_thread::sleep_for(1h);
        return run_case(which, well);
      },
      go_on);
  ASSERT_TRUE(records);
  EXPECT_EQ((*records)[0].found_by, "hang");
  EXPECT_EQ((*records)[1].ending, Ending::valid);
}

TEST(Pool, ItEndsWhenToldTo) {
  const std::vector<Case> cases = {{0, draw_case(1, many())}};
  int ticks = 0;
  const auto records = run_batch(
      PoolOptions{}, cases,
      [](const Case& which) {
        std::this_thread::sleep_for(1h);
        return record_of(which);
      },
      [&] { return ++ticks < 3; });
  ASSERT_TRUE(records);
  EXPECT_TRUE(records->empty());
}

TEST(Tally, FailuresDecideTheExitCode) {
  CampaignTally tally;
  EXPECT_EQ(exit_code_of(tally), 2) << "nothing happened";
  CaseRecord record;
  tally.add(record);
  EXPECT_EQ(exit_code_of(tally), 0);
  record.ending = Ending::vacuous;
  tally.add(record);
  EXPECT_EQ(exit_code_of(tally), 0);
  record.ending = Ending::undecided;
  record.index = 2;
  tally.add(record);
  EXPECT_EQ(exit_code_of(tally), 2);
  record.ending = Ending::failed;
  record.index = 3;
  tally.add(record);
  EXPECT_EQ(exit_code_of(tally), 1);
  record.ending = Ending::refused;
  tally.add(record);
  EXPECT_EQ(exit_code_of(tally), 255);
}

std::string shard_text(int shard, const std::vector<CaseRecord>& records, bool ended) {
  std::string text =
      to_line(ShardHeader{"plumbline sim", {1, 8, static_cast<std::uint64_t>(shard), 2}, "v"}) +
      "\n";
  for (const CaseRecord& record : records)
    if (record.index % 2 == static_cast<std::uint64_t>(shard - 1)) text += to_line(record) + "\n";
  return ended ? text + to_line(ShardEnd{1s}) + "\n" : text;
}

TEST(Merge, ShardsMakeTheTallyOfTheWhole) {
  const auto records = run_seeds(
      8, 2, [](const Options& options) { return badly_at(options, 5, FoundBy::history); });
  CampaignTally whole;
  for (const CaseRecord& record : records) whole.add(record);
  const auto merged =
      merge_shards({{"b", shard_text(2, records, true)}, {"a", shard_text(1, records, true)}});
  ASSERT_TRUE(merged) << merged.error().what;
  EXPECT_EQ(in_words(merged->tally), in_words(whole));
  EXPECT_THAT(merged->warnings, testing::IsEmpty());
  EXPECT_EQ(merged->tally.failures.size(), 1u);
  EXPECT_THAT(to_json(*merged), HasSubstr("a read is stale"));
  EXPECT_THAT(to_html(*merged), HasSubstr("a read is stale"));
}

TEST(Merge, WhatIsMissingIsSaid) {
  const auto records = run_seeds(8, 1, well);
  const auto cut_short = merge_shards({{"a", shard_text(1, records, false) + "{\"ind"}});
  ASSERT_TRUE(cut_short);
  EXPECT_THAT(cut_short->warnings,
              testing::UnorderedElementsAre(HasSubstr("torn"), HasSubstr("did not come to its end"),
                                            HasSubstr("missing")));
  EXPECT_FALSE(merge_shards({{"a", "nonsense\n"}}));
  EXPECT_FALSE(merge_shards({{"a", shard_text(1, records, true)},
                             {"b", to_line(ShardHeader{"another", {1, 8, 2, 2}, "v"}) + "\n"}}));
}

std::vector<Options> guided(std::uint64_t count, int jobs) {
  Guide guide(many());
  std::vector<Options> chosen;
  while (chosen.size() < count) {
    std::vector<Case> generation;
    for (std::size_t i = 0; i < Guide::k_generation; ++i) {
      const std::uint64_t index = chosen.size();
      chosen.push_back(guide.choose(index + 1));
      generation.push_back({index, chosen.back()});
    }
    const auto records = run_batch(
        PoolOptions{.jobs = jobs}, generation,
        [](const Case& which) { return run_case(which, well); }, go_on);
    EXPECT_TRUE(records);
    for (std::size_t i = 0; i < records->size(); ++i)
      guide.learn(generation[i].options, (*records)[i]);
  }
  return chosen;
}

TEST(Guided, TheSameCasesWhateverTheNumberOfWorkers) {
  const auto one = guided(256, 1);
  const auto three = guided(256, 3);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same(one[i], three[i])) << i;
}

TEST(Guided, WhatIsRareIsLookedForMore) {
  std::size_t steered = 0;
  std::size_t drawn = 0;
  const auto rare = [](const Options& options) {
    return options.faults.find("kill-leader") != std::string::npos && options.nodes == 3;
  };
  const auto chosen = guided(512, 2);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    steered += rare(chosen[i]) ? 1 : 0;
    drawn += rare(draw_case(i + 1, many())) ? 1 : 0;
  }
  EXPECT_GT(steered, drawn);
}

TEST(Guided, CrossedWeatherCanBeReadOrIsLeftOut) {
  Rng rng(5);
  for (int i = 0; i < 300; ++i) {
    const Weather ours = draw_weather(rng);
    const std::string crossed = cross_weather(to_text(ours), to_text(draw_weather(rng)), rng);
    const auto weather = parse_weather(crossed);
    EXPECT_TRUE(!weather || parse_weather(to_text(*weather)) == *weather) << crossed;
  }
  EXPECT_EQ(cross_weather("", "", rng), "");
}

TEST(Zoo, ADefectIsFoundAtTheLowestSeedWhateverTheNumberOfWorkers) {
  const Prey prey{"some-defect", "register", {"kill"}};
  for (const int jobs : {1, 3}) {
    HuntOptions options;
    options.pool.jobs = jobs;
    const auto caught = hunt(
        prey, options,
        [](const Options& run) {
          EXPECT_EQ(run.faults, "kill");
          EXPECT_TRUE(run.defects.contains("some-defect"));
          return badly_at(run, 11, FoundBy::history);
        },
        go_on);
    ASSERT_TRUE(caught) << caught.error().what;
    EXPECT_TRUE(caught->found);
    EXPECT_EQ(caught->seeds, 11u);
    EXPECT_EQ(caught->virtual_time, 11 * 20s);
    EXPECT_EQ(caught->inside, "two leaders of one term");
    EXPECT_EQ(caught->options.seed, 11u);
    EXPECT_FALSE(caught->options.invariants);
  }
}

TEST(Zoo, AnInvariantAloneIsNoCatch) {
  HuntOptions options;
  options.budget = 20;
  const auto caught = hunt(
      {"some-defect", "register", {"kill"}}, options,
      [](const Options& run) { return badly_at(run, 3, FoundBy::invariant); }, go_on);
  ASSERT_TRUE(caught);
  EXPECT_FALSE(caught->found);
  EXPECT_EQ(caught->seeds, 20u);
}

TEST(Zoo, TheCleanBuildIsTriedWithoutDefectsAndItsFailuresAreTold) {
  std::vector<std::uint64_t> told;
  const auto tally = hunt_nothing(
      {{"a", "register", {"kill"}}, {"b", "append", {"pause"}}}, 10, {},
      [](const Options& run) {
        CHECK(run.defects.empty() && run.invariants, "the clean build");
        return badly_at(run, 4, FoundBy::history);
      },
      go_on,
      [&](const CaseRecord& record, const Options& options) {
        told.push_back(options.seed);
        EXPECT_EQ(record.seed, options.seed);
      });
  ASSERT_TRUE(tally);
  EXPECT_EQ(tally->runs, 10u);
  EXPECT_THAT(told, testing::ElementsAre(4u));
}

}  // namespace
}  // namespace plumbline::simulator
