// Goal: which operation, when, and on which threads. Method: virtual clients in virtual time.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/generator/testing.h"

namespace plumbline::gen {
namespace {

using testing::count_by_f;
using testing::fs;
using testing::invocations;
using testing::op;
using testing::run;
using testing::run_all;
using testing::thread_of;

TEST(Any, TakesWhoeverIsSoonest) {
  const auto ran = run(any({sequence({sleep(2s), once(op("late"))}), once(op("now")),
                            sequence({sleep(1s), once(op("soon"))})}),
                       3);
  EXPECT_EQ(fs(ran), "now soon late");
  EXPECT_EQ(invocations(ran)[1].time, 1s);
  EXPECT_EQ(invocations(ran)[2].time, 2s);
}

TEST(Any, AmongEqualsIsFair) {
  const auto ran = run(limit(3000, any({repeat(op("a")), repeat(op("b")), repeat(op("c"))})), 2);
  for (const auto& [f, count] : count_by_f(ran)) EXPECT_NEAR(count, 1000, 120) << f;
}

TEST(Any, EndsWhenAllHaveEnded) {
  EXPECT_EQ(run(any({limit(2, repeat(op("a"))), once(op("b")), nothing()}), 2).events.size(), 6u);
  EXPECT_TRUE(run(any({}), 2).exhausted);
}

TEST(Any, PacesAreKeptSideBySide) {
  const auto ran =
      run(time_limit(10s, any({delay(1s, repeat(op("a"))), delay(100ms, repeat(op("b")))})), 5);
  EXPECT_EQ(count_by_f(ran), (std::map<std::string, int>{{"a", 10}, {"b", 100}}));
}

TEST(Mix, HasEveryKindInEqualParts) {
  const auto ran = run(limit(3000, mix({repeat(op("a")), repeat(op("b")), repeat(op("c"))})), 4);
  for (const auto& [f, count] : count_by_f(ran)) EXPECT_NEAR(count, 1000, 120) << f;
}

TEST(Mix, GoesOnWithTheOthersWhenOneEnds) {
  const auto ran = run(mix({limit(3, repeat(op("a"))), limit(40, repeat(op("b")))}), 2);
  EXPECT_EQ(count_by_f(ran), (std::map<std::string, int>{{"a", 3}, {"b", 40}}));
  EXPECT_TRUE(run(mix({}), 2).exhausted);
}

TEST(Mix, OneThatSleepsDoesNotHoldUpTheOthers) {
  const auto ran =
      run(mix({sequence({sleep(1h), once(op("a"))}), limit(50, delay(1s, repeat(op("b"))))}), 2);
  const auto all = invocations(ran);
  ASSERT_EQ(all.size(), 51u);
  EXPECT_EQ(all[49].time, 49s);
  EXPECT_EQ(all[50].time, 1h);
}

TEST(Filter, LetsThroughWhatIsWanted) {
  const auto even = [](const Operation& o) { return o.value.as_int() % 2 == 0; };
  const auto numbers = numbered([](std::int64_t n) { return op("a", n); });
  for (const Event& event : invocations(run(limit(50, filter(even, numbers)), 2)))
    EXPECT_EQ(event.value.as_int() % 2, 0);
  EXPECT_EQ(invocations(run(filter(even, limit(10, numbers)), 2)).size(), 5u);
}

TEST(Filter, OfNothingWantedWaitsInsteadOfHanging) {
  const auto never = filter([](const Operation&) { return false; }, repeat(op("a")));
  const auto ran = run(time_limit(1s, any({never, delay(100ms, repeat(op("b")))})), 2);
  EXPECT_EQ(count_by_f(ran), (std::map<std::string, int>{{"b", 10}}));
}

TEST(Map, ChangesTheOperation) {
  const auto twice = [](Operation o) {
    o.f = "b";
    o.value = 2 * o.value.as_int();
    return o;
  };
  const auto ran =
      run(limit(3, map(twice, numbered([](std::int64_t n) { return op("a", n); }))), 1);
  EXPECT_EQ(fs(ran), "b b b");
  EXPECT_EQ(invocations(ran)[2].value, Value(4));
}

TEST(Stagger, KeepsTheTotalRateWhateverTheNumberOfThreads) {
  for (const int threads : {1, 5, 50}) {
    const auto ran = run(limit(2000, stagger(10ms, repeat(op("a")))), threads, perfect_client(1ms));
    const double rate = 2000 / seconds(invocations(ran).back().time);
    EXPECT_NEAR(rate, 100, 5) << threads << " threads";
  }
}

TEST(Stagger, GapsAreUniformUpToTwiceTheMean) {
  const auto all = invocations(run(limit(4000, stagger(10ms, repeat(op("a")))), 50));
  std::vector<int> tenths(10);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const double gap = millis(all[i].time - all[i - 1].time);
    ASSERT_LE(gap, 20.0);
    ++tenths[std::min<std::size_t>(9, static_cast<std::size_t>(gap / 2))];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 400, 90);
}

TEST(Stagger, AnothersLatencyDoesNotSlowIt) {
  // The slow writes have threads of their own; the reads must come at their pace all the same.
  const VirtualClient slow_writes = [](const Operation& o, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::ok, {}, o.f == "w" ? 5s : 1ms};
  };
  const auto ran = run(
      time_limit(
          20s, any({stagger(100ms, on_threads([](Thread t) { return t < 5; }, repeat(op("w")))),
                    stagger(10ms, on_threads([](Thread t) { return t >= 5; }, repeat(op("r"))))})),
      10, slow_writes);
  EXPECT_NEAR(count_by_f(ran)["r"], 2000, 150);
}

TEST(Stagger, MakesUpForShortDelaysButBringsNoBurst) {
  // One thread is busy for a second: the nine hundred operations that were missed are not crammed
  // in.
  bool first = true;
  const VirtualClient once_slow = [&](const Operation&, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::ok, {}, std::exchange(first, false) ? 1s : 10us};
  };
  const auto all = invocations(run(limit(500, stagger(1ms, repeat(op("a")))), 1, once_slow));
  EXPECT_GE(all[1].time, 1s);
  EXPECT_NEAR(millis(all[499].time - all[1].time), 498, 50);
}

TEST(Stagger, AZeroPaceIsNoPace) {
  EXPECT_EQ(run(limit(5, stagger(0ns, repeat(op("a")))), 1, perfect_client(0ns)).end, 0s);
}

TEST(Delay, IsAFixedGap) {
  const auto all = invocations(run(limit(5, delay(3s, repeat(op("a")))), 2));
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].time, 3s * static_cast<int>(i));
}

TEST(Delay, CountsFromTheOperationBefore) {
  const auto all =
      invocations(run(limit(3, delay(1s, repeat(op("a")))), 1, perfect_client(1500ms)));
  EXPECT_EQ(all[2].time, 3s);
}

TEST(TimeLimit, EndsOnTime) {
  const auto ran = run(time_limit(10s, delay(1s, repeat(op("a")))), 2);
  EXPECT_TRUE(ran.exhausted);
  EXPECT_EQ(invocations(ran).size(), 10u);
  EXPECT_LT(invocations(ran).back().time, 10s);
}

TEST(TimeLimit, StartsAtTheFirstOperation) {
  const auto later = sequence({sleep(7s), time_limit(2s, delay(1s, repeat(op("a"))))});
  const auto all = invocations(run(later, 2));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].time, 7s);
}

TEST(TimeLimit, ASleepInsideDoesNotOutliveIt) {
  const auto ran =
      run(sequence({time_limit(2s, sequence({once(op("a")), sleep(1h), once(op("never"))})),
                    once(op("b"))}),
          2);
  EXPECT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[1].time, 2s);
}

TEST(TimeLimit, ALeadingSleepCounts) {
  const auto ran = run(time_limit(2s, sequence({sleep(1h), once(op("never"))})), 2);
  EXPECT_TRUE(ran.events.empty());
  EXPECT_EQ(ran.end, 2s);
}

TEST(TimeLimit, WaitsForNoCall) {
  const auto ran =
      run(sequence({time_limit(2s, repeat(op("a"))), once(op("b"))}), 1, perfect_client(10s));
  ASSERT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[1].time, 10s) << "the only thread is busy; the time is long over";
}

TEST(TimeLimit, AFreedThreadMayStillHaveASoonerOperation) {
  // What is planned at 8 s is too late, but the busy thread is free again at 1 s.
  const auto gen = time_limit(
      2s, any({on_threads([](Thread t) { return t == 0; }, delay(8s, repeat(op("far")))),
               on_threads([](Thread t) { return t == 1; }, limit(2, repeat(op("near"))))}));
  EXPECT_EQ(count_by_f(run(gen, 2, perfect_client(1s)))["near"], 2);
}

TEST(Threads, OnThreadsSeesAndHearsOnlyThose) {
  const auto ran =
      run(limit(50, on_threads([](Thread t) { return t % 2 == 1; }, repeat(op("a")))), 4);
  for (const Event& event : invocations(ran)) EXPECT_EQ(event.process % 2, 1);
}

TEST(Threads, OnThreadsThatAreNotThereIsExhausted) {
  EXPECT_TRUE(run(on_threads([](Thread t) { return t > 99; }, repeat(op("a"))), 4).exhausted);
}

TEST(Threads, ClientsAndNemesisKeepToTheirOwn) {
  const auto ran =
      run_all(clients_and_nemesis(limit(30, repeat(op("r"))), limit(4, repeat(op("kill")))), 3);
  EXPECT_EQ(ran.events.size(), 68u);
  for (const Event& event : ran.events) {
    EXPECT_EQ(event.process == k_nemesis, event.f == "kill");
    EXPECT_EQ(event.process == k_nemesis, event.type == EventType::info);
  }
}

TEST(Threads, EachThreadHasAGeneratorOfItsOwn) {
  const auto ran = run(each_thread([](Thread t) { return limit(t + 1, repeat(op("a", t))); }), 4);
  std::map<Thread, int> count;
  for (const Event& event : invocations(ran)) {
    EXPECT_EQ(event.value, Value(thread_of(event, 4)));
    ++count[thread_of(event, 4)];
  }
  EXPECT_EQ(count, (std::map<Thread, int>{{0, 1}, {1, 2}, {2, 3}, {3, 4}}));
}

TEST(Threads, ASlowThreadDoesNotHoldUpTheOthersOfEachThread) {
  const VirtualClient slow_zero = [](const Operation&, Thread t, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::ok, {}, t == 0 ? 1h : 1ms};
  };
  const auto ran = run(each_thread(sequence({once(op("a")), once(op("b"))})), 3, slow_zero);
  EXPECT_EQ(fs(ran), "a a a b b b");
  EXPECT_EQ(invocations(ran)[4].time, 1ms);
}

TEST(Reserve, SplitsTheThreadsIntoRanges) {
  const auto ran =
      run(limit(600, reserve({{2, repeat(op("w"))}, {3, repeat(op("c"))}}, repeat(op("r")))), 10);
  for (const Event& event : invocations(ran)) {
    const Thread t = thread_of(event, 10);
    EXPECT_EQ(event.f, t < 2 ? "w" : t < 5 ? "c" : "r");
  }
  auto count = count_by_f(ran);
  EXPECT_NEAR(count["w"], 120, 45) << "in proportion to the threads";
  EXPECT_NEAR(count["r"], 300, 60);
}

TEST(Reserve, ReadsGoOnWhileWritesHang) {
  const VirtualClient hung_writes = [](const Operation& o, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::ok, {}, o.f == "w" ? 1h : 1ms};
  };
  const auto ran =
      run(time_limit(1s, reserve({{2, repeat(op("r"))}}, repeat(op("w")))), 4, hung_writes);
  EXPECT_EQ(count_by_f(ran)["w"], 2);
  EXPECT_GE(count_by_f(ran)["r"], 1900);
}

TEST(Reserve, CountsFromTheFirstThreadOfItsContext) {
  const auto gen =
      on_threads([](Thread t) { return t >= 4; }, reserve({{2, repeat(op("a"))}}, repeat(op("b"))));
  for (const Event& event : invocations(run(limit(100, gen), 8)))
    EXPECT_EQ(event.f, thread_of(event, 8) < 6 ? "a" : "b");
}

TEST(Reserve, WithMoreReservedThanThereIs) {
  const auto ran =
      run(reserve({{3, limit(5, repeat(op("a")))}, {3, repeat(op("b"))}}, repeat(op("c"))), 3);
  EXPECT_EQ(fs(ran), "a a a a a") << "ranges without a thread are exhausted, not waited for";
}

TEST(ProcessLimit, CountsDistinctProcesses) {
  const auto ran = run(process_limit(10, repeat(op("a"))), 4, crashing_client());
  std::set<ProcessId> processes;
  for (const Event& event : invocations(ran)) processes.insert(event.process);
  EXPECT_TRUE(ran.exhausted);
  EXPECT_EQ(processes.size(), 10u);
}

TEST(ProcessLimit, DoesNotCountAProcessTwice) {
  const auto ran =
      run(limit(500, process_limit(4, repeat(op("a")))), 4, imperfect_client(1, 1, 0, 1ms));
  EXPECT_EQ(invocations(ran).size(), 500u);
}

}  // namespace
}  // namespace plumbline::gen
