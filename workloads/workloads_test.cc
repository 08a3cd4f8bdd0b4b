// Goal: each workload asks what it promises to ask. Method: simulated runs over seeds, composed as
// a run composes them: the workload, then its final reads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/generator/combinators.h"
#include "core/generator/simulate.h"
#include "core/generator/validate.h"
#include "core/history/history.h"
#include "workloads/all.h"
#include "workloads/keyed.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

WorkloadOptions usual(std::uint64_t seed = 1) {
  WorkloadOptions options;
  options.concurrency = 20;
  options.rate = 500;
  options.seed = seed;
  return options;
}

constexpr Nanos k_heal_time = 1s;  // what a "heal" of the simulated nemesis takes

gen::Simulated simulated(const std::string& name, const WorkloadOptions& options, Nanos duration,
                         const gen::VirtualClient& client) {
  const auto workload = make_workload(name, options);
  CHECK(workload.has_value(), "a workload");
  gen::SimulateOptions how;
  how.concurrency = options.concurrency;
  how.seed = options.seed;
  how.nemesis_latency = k_heal_time;
  return gen::simulate(
      gen::validate(gen::phases({gen::time_limit(duration, gen::clients(workload->during)),
                                 gen::nemesis(gen::once({"heal", {}, {}})),
                                 gen::clients(workload->after_heal)})),
      how, client);
}

const gen::VirtualClient k_imperfect = gen::imperfect_client(17, 2, 1, 5ms);

std::vector<Call> calls_of(const gen::Simulated& run) {
  auto calls = pair_calls(run.events);
  EXPECT_TRUE(calls);
  return calls ? *calls : std::vector<Call>{};
}

Nanos heal_began(const gen::Simulated& run) {
  for (const Event& event : run.events)
    if (event.process == k_nemesis) return event.time;
  return k_never;
}

class EveryWorkload : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryWorkload, AsksOnlyForItsOperationsOnKeys) {
  const auto workload = make_workload(GetParam(), usual());
  ASSERT_TRUE(workload);
  EXPECT_FALSE(workload->model.empty());
  EXPECT_FALSE(workload->summary.empty());
  std::map<std::string, int> count;
  for (const Call& call : calls_of(simulated(GetParam(), usual(), 20s, k_imperfect))) {
    ASSERT_THAT(workload->operations, ::testing::Contains(call.f));
    ASSERT_TRUE(call.key.is_text());
    ++count[call.f];
  }
  for (const std::string& f : workload->operations) EXPECT_GT(count[f], 500) << f;
}

TEST_P(EveryWorkload, IsTheSameForTheSameSeed) {
  const auto once_more = [&](std::uint64_t seed) {
    return simulated(GetParam(), usual(seed), 5s, k_imperfect).events;
  };
  EXPECT_EQ(once_more(7), once_more(7));
  EXPECT_NE(once_more(7), once_more(8));
}

TEST_P(EveryWorkload, KeepsToItsRate) {
  const auto ran = simulated(GetParam(), usual(), 20s, k_imperfect);
  const auto calls = calls_of(ran);
  const auto during =
      std::ranges::count_if(calls, [&](const Call& c) { return c.invoke_time < heal_began(ran); });
  EXPECT_NEAR(static_cast<double>(during), 20 * 500, 500);
}

TEST_P(EveryWorkload, ReadsEveryKeyThroughEveryNode) {
  std::map<Value, std::set<ProcessId>> readers;
  std::map<Value, int> calls;
  for (const Call& call : calls_of(simulated(GetParam(), usual(), 20s, k_imperfect))) {
    ++calls[call.key];
    if (call.f == "read") readers[call.key].insert(call.process % usual().nodes);
  }
  for (const auto& [key, count] : calls) {
    if (count < usual().ops_per_key) continue;  // cut off by the end of the run
    EXPECT_EQ(readers[key].size(), 5u) << to_string(key);
  }
}

TEST_P(EveryWorkload, ReadersAreNotHeldUpByHungWriters) {
  const auto hung = [](const Operation& op, gen::Thread, ProcessId, Nanos, Rng&) {
    return gen::VirtualReply{EventType::ok, {}, op.f == "read" ? 1ms : 1h};
  };
  WorkloadOptions options = usual();
  options.ops_per_key = 100'000;
  int reads = 0;
  for (const Call& call : calls_of(simulated(GetParam(), options, 10s, hung)))
    reads += call.f == "read" && call.invoke_time < 10s;
  EXPECT_GT(reads, 4000);
}

TEST_P(EveryWorkload, KeysRetireAtDifferentLengthsAndBoundTheirCrashes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const auto ran = simulated(GetParam(), usual(seed), 20s, gen::imperfect_client(97, 2, 1, 5ms));
    std::map<Value, std::set<ProcessId>> processes;
    std::map<Value, int> count;
    for (const Call& call : calls_of(ran)) {
      if (call.invoke_time >= heal_began(ran)) continue;
      ++count[call.key];
      processes[call.key].insert(call.process);
    }
    std::set<int> lengths;
    int full = 0;
    const bool shared = GetParam() == "kv";  // each process works on all keys of its round
    for (const auto& [key, calls] : count) {
      EXPECT_LE(calls, 200) << to_string(key);
      EXPECT_LE(processes[key].size(), shared ? 60u : 20u) << to_string(key);
      full += calls >= 100;
      lengths.insert(calls);
    }
    EXPECT_TRUE(shared || full >= static_cast<int>(count.size()) - 2)
        << "only the two live keys are cut short";
    EXPECT_GT(lengths.size(), 20u);
  }
}

TEST_P(EveryWorkload, TheFinalPhaseReadsEveryLiveKeyFromEveryNode) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const auto ran = simulated(GetParam(), usual(seed), 20s, k_imperfect);
    EXPECT_TRUE(ran.exhausted);
    const Nanos healed = heal_began(ran) + k_heal_time;
    std::set<Value> live;
    std::map<Value, std::set<ProcessId>> read_by;
    for (const Call& call : calls_of(ran)) {
      if (call.invoke_time < healed) {
        if (call.invoke_time > heal_began(ran) - 200ms) live.insert(call.key);
        continue;
      }
      EXPECT_EQ(call.f, "read");
      if (call.type == EventType::ok) read_by[call.key].insert(call.process % usual().nodes);
    }
    EXPECT_GE(live.size(), 2u);
    for (const Value& key : live) EXPECT_EQ(read_by[key].size(), 5u) << to_string(key);
    EXPECT_LE(ran.end, healed + k_final_reads + 1s);
  }
}

TEST_P(EveryWorkload, TheFinalPhaseIsBoundedInTimeAndPace) {
  Nanos down_from = 5s;
  const auto goes_down = [&](const Operation&, gen::Thread, ProcessId, Nanos now, Rng&) {
    return gen::VirtualReply{now < down_from ? EventType::ok : EventType::fail, {}, 1ms};
  };
  const auto ran = simulated(GetParam(), usual(), 5s, goes_down);
  const Nanos healed = heal_began(ran) + k_heal_time;
  EXPECT_TRUE(ran.exhausted);
  EXPECT_LE(ran.end, healed + k_final_reads + 10ms);
  EXPECT_GE(ran.end, healed + k_final_reads);
  std::size_t tries = 0;
  for (const Call& call : calls_of(ran)) tries += call.invoke_time >= healed;
  EXPECT_LE(tries, 20u * 151) << "a node that is down is asked ten times a second, not in a spin";
}

TEST_P(EveryWorkload, AfterNothingThereIsNothingToRead) {
  const auto workload = make_workload(GetParam(), usual());
  const auto ran = gen::simulate(workload->after_heal, {});
  EXPECT_TRUE(ran.exhausted);
  EXPECT_TRUE(ran.events.empty());
}

TEST_P(EveryWorkload, WorksWithAnyNumberOfThreads) {
  for (const int concurrency : {1, 2, 3, 5, 7, 10, 11, 19, 25, 50}) {
    SCOPED_TRACE(::testing::Message() << concurrency << " threads");
    WorkloadOptions options = usual();
    options.concurrency = concurrency;
    const auto ran = simulated(GetParam(), options, 10s, k_imperfect);
    EXPECT_TRUE(ran.exhausted);
    std::map<Value, std::set<std::string>> kinds;
    std::map<Value, int> count;
    std::set<ProcessId> threads;
    for (const Call& call : calls_of(ran)) {
      kinds[call.key].insert(call.f);
      ++count[call.key];
      threads.insert(call.process % concurrency);
    }
    EXPECT_EQ(threads.size(), static_cast<std::size_t>(concurrency)) << "every thread has work";
    for (const auto& [key, calls] : count)
      EXPECT_GE(kinds[key].size(), calls >= 100 ? 2u : 1u) << to_string(key);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryWorkload, ::testing::Values("register", "append", "claim", "kv"),
                         [](const auto& workload) { return workload.param; });

TEST(RegisterWorkload, WritesAndSwapsSmallValues) {
  int writes = 0;
  int swaps = 0;
  int readers = 0;
  for (const Call& call : calls_of(simulated("register", usual(), 20s, k_imperfect))) {
    const auto small = [](const Value& v) {
      return v.is_int() && v.as_int() >= 0 && v.as_int() <= 4;
    };
    if (call.f == "write") {
      ++writes;
      ASSERT_TRUE(small(call.arguments));
    } else if (call.f == "cas") {
      ++swaps;
      ASSERT_EQ(call.arguments.as_list().size(), 2u);
      ASSERT_TRUE(std::ranges::all_of(call.arguments.as_list(), small));
    } else {
      ++readers;
      ASSERT_TRUE(call.arguments.is_nil());
    }
  }
  EXPECT_NEAR(writes, swaps, 300);
  EXPECT_NEAR(readers, writes + swaps, 700) << "half of the threads read";
}

TEST(AppendWorkload, AppendsEachIntegerOnceAKey) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::map<Value, std::set<Value>> seen;
    for (const Call& call : calls_of(simulated("append", usual(seed), 20s, k_imperfect))) {
      if (call.f != "append") continue;
      ASSERT_TRUE(call.arguments.is_int());
      ASSERT_TRUE(seen[call.key].insert(call.arguments).second)
          << "seed " << seed << ": " << to_string(call.arguments) << " twice in "
          << to_string(call.key);
    }
    EXPECT_GT(seen.size(), 20u);
  }
}

TEST(KvWorkload, ValuesAreUniqueInTheirKeyAndKeysAreMadeAndRemovedAgain) {
  std::map<Value, std::set<Value>> seen;
  int removals = 0;
  for (const Call& call : calls_of(simulated("kv", usual(), 20s, k_imperfect))) {
    removals += call.f == "remove";
    if (call.f != "write" && call.f != "cas") continue;
    const bool makes = call.f == "cas";
    ASSERT_TRUE(!makes || call.arguments.as_list()[0].is_nil());
    const Value& value = makes ? call.arguments.as_list()[1] : call.arguments;
    ASSERT_TRUE(seen[call.key].insert(value).second) << to_string(value) << " twice";
  }
  EXPECT_GT(removals, 500);
  EXPECT_GT(seen.size(), 100u) << "keys are given up for new ones";
}

TEST(MakeWorkload, NamesTheNearestForASlip) {
  const auto slip = make_workload("regster", usual());
  ASSERT_FALSE(slip);
  EXPECT_THAT(slip.error().what, HasSubstr("did you mean 'register'?"));
  const auto unknown = make_workload("bank-transfers", usual());
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("register, append"));
}

TEST(MakeWorkload, RefusesOptionsThatMakeNoSense) {
  const auto why = [](auto change) {
    WorkloadOptions options = usual();
    change(options);
    const auto made = make_workload("register", options);
    return made ? std::string("made") : made.error().what;
  };
  EXPECT_THAT(why([](auto& o) { o.nodes = 0; }), HasSubstr("node"));
  EXPECT_THAT(why([](auto& o) { o.concurrency = 0; }), HasSubstr("concurrency"));
  EXPECT_THAT(why([](auto& o) { o.ops_per_key = 0; }), HasSubstr("operations per key"));
  EXPECT_THAT(why([](auto& o) { o.rate = 0; }), HasSubstr("rate"));
  EXPECT_THAT(why([](auto& o) { o.rate = std::numeric_limits<double>::quiet_NaN(); }),
              HasSubstr("rate"));
  EXPECT_EQ(why([](auto&) {}), "made");
}

}  // namespace
}  // namespace plumbline
