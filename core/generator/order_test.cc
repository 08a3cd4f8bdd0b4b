// Goal: what comes after what. Method: virtual clients; the order of invocations is the result.

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/generator/testing.h"
#include "core/history/history.h"

namespace plumbline::gen {
namespace {

using testing::count_by_f;
using testing::fs;
using testing::invocations;
using testing::op;
using testing::run;
using testing::run_all;
using testing::thread_of;

TEST(Sources, NothingGivesNothing) {
  const auto ran = run(nothing(), 3);
  EXPECT_TRUE(ran.exhausted);
  EXPECT_TRUE(ran.events.empty());
}

TEST(Sources, OnceGivesOne) { EXPECT_EQ(fs(run(once(op("a")), 5)), "a"); }

TEST(Sources, RepeatIsEndless) {
  SimulateOptions options;
  options.max_operations = 50;
  const auto ran = simulate(clients(repeat(op("a"))), options);
  EXPECT_FALSE(ran.exhausted);
  EXPECT_EQ(invocations(ran).size(), 50u);
}

TEST(Sources, FromDrawsEachOperationAnew) {
  const auto ran = run(limit(200, from([](Rng& rng) { return op("a", rng.between(0, 4)); })), 3);
  std::map<std::int64_t, int> seen;
  for (const Event& event : invocations(ran)) ++seen[event.value.as_int()];
  EXPECT_EQ(seen.size(), 5u);
}

TEST(Sources, NumberedCountsWithoutGapOrRepetition) {
  const auto ran = run(
      limit(100, mix({numbered([](std::int64_t n) { return op("a", n); }), repeat(op("b"))})), 5);
  std::int64_t expected = 0;
  for (const Event& event : invocations(ran)) {
    if (event.f != "a") continue;
    EXPECT_EQ(event.value.as_int(), expected++);
  }
  EXPECT_GT(expected, 20);
}

TEST(Sources, SleepTakesItsTimeAndNothingElse) {
  const auto ran = run(sequence({once(op("a")), sleep(3s), once(op("b"))}), 2);
  ASSERT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[1].time, 3s);
}

TEST(Sources, SleepStartsWhenItsTurnComes) {
  const auto ran =
      run(sequence({sleep(1s), sleep(2s), once(op("a")), sleep(0s), once(op("b"))}), 1);
  ASSERT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[0].time, 3s);
}

TEST(Sources, LogIsTellingAndNotAnOperation) {
  const auto ran =
      run(limit(2, sequence({log("one"), once(op("a")), sleep(1s), log("two"), once(op("b"))})), 1);
  EXPECT_EQ(fs(ran), "a b");
  ASSERT_EQ(ran.notes.size(), 2u);
  EXPECT_EQ(ran.notes[0].text, "one");
  EXPECT_EQ(ran.notes[1].time, 1s);
}

TEST(Sources, AnyFreeThreadTakesAnOperation) {
  const auto ran = run(limit(400, repeat(op("a"))), 4);
  std::map<ProcessId, int> per_process;
  for (const Event& event : invocations(ran)) ++per_process[event.process];
  ASSERT_EQ(per_process.size(), 4u);
  for (const auto& [process, count] : per_process) EXPECT_GT(count, 60) << process;
}

TEST(Sequence, OneAfterTheOther) {
  EXPECT_EQ(
      fs(run(sequence({once(op("a")), limit(2, repeat(op("b"))), nothing(), once(op("c"))}), 3)),
      "a b b c");
  EXPECT_EQ(fs(run(sequence({}), 3)), "");
  EXPECT_EQ(fs(run(sequence({once(op("a"))}), 3)), "a");
}

TEST(Sequence, DoesNotWaitForCallsToEnd) {
  const auto ran = run(sequence({once(op("a")), once(op("b"))}), 2, perfect_client(1s));
  EXPECT_EQ(invocations(ran)[1].time, 0s);
}

TEST(Repeat, AsksAnewAndDoesNotMoveOn) {
  EXPECT_EQ(fs(run(repeat(3, sequence({once(op("w")), once(op("r"))})), 1)), "w w w");
  EXPECT_EQ(fs(run(repeat(0, repeat(op("w"))), 1)), "");
}

TEST(Repeat, OfAnExhaustedGeneratorIsExhausted) {
  const auto ran = run(sequence({repeat(5, nothing()), once(op("a"))}), 1);
  EXPECT_TRUE(ran.exhausted);
  EXPECT_EQ(fs(ran), "a");
}

TEST(Repeat, HearsOfEvents) {
  // Once its operation is ok there is nothing left to repeat.
  EXPECT_EQ(fs(run(repeat(5, until_ok(repeat(op("a")))), 1)), "a a a a a")
      << "the generator that is asked anew never gave an operation, so none of them is its own";
}

TEST(Cycle, StartsAgain) {
  EXPECT_EQ(fs(run(limit(7, cycle(sequence({once(op("a")), limit(2, repeat(op("b")))}))), 1)),
            "a b b a b b a");
}

TEST(Cycle, OfNothingEnds) { EXPECT_TRUE(run(cycle(nothing()), 1).exhausted); }

TEST(Cycle, SleepsAnewInEachRound) {
  const auto ran =
      run(limit(3, cycle(sequence({sleep(1s), once(op("a"))}))), 1, perfect_client(0ns));
  ASSERT_EQ(fs(ran), "a a a");
  EXPECT_EQ(invocations(ran)[0].time, 1s);
  EXPECT_EQ(invocations(ran)[2].time, 3s);
}

TEST(Cycle, FlipsAFaultOnAndOffWhileClientsWork) {
  const auto faults = cycle(sequence({sleep(5s), once(op("cut")), sleep(5s), once(op("heal"))}));
  const auto ran = run_all(
      time_limit(30s, clients_and_nemesis(delay(100ms, repeat(op("r"))), faults)), 3, 500ms);
  std::vector<Nanos> asked;
  for (const Event& event : ran.events)
    if (event.process == k_nemesis) asked.push_back(event.time);
  // Pairs; a round is 5 s after the last operation was done.
  ASSERT_EQ(asked.size(), 10u);
  for (std::size_t i = 0; i < asked.size(); i += 2) {
    EXPECT_EQ(asked[i + 1] - asked[i], 500ms);
    const Nanos since = asked[i] - (i > 0 ? asked[i - 2] : 0s);
    EXPECT_GE(since, 5s);
    EXPECT_LE(since, 5s + 200ms) << "the sleep begins with the next operation that is taken";
  }
}

TEST(Limit, CapsTheOperations) {
  EXPECT_EQ(fs(run(limit(3, repeat(op("a"))), 2)), "a a a");
  EXPECT_EQ(fs(run(limit(3, once(op("a"))), 2)), "a");
  EXPECT_EQ(fs(run(limit(0, once(op("a"))), 2)), "");
}

TEST(Limit, ASmallerOneInsideWins) {
  EXPECT_EQ(fs(run(limit(5, sequence({limit(2, repeat(op("a"))), repeat(op("b"))})), 1)),
            "a a b b b");
}

TEST(Synchronize, WaitsForEveryThread) {
  const auto ran =
      run(sequence({once(op("a")), synchronize(once(op("b")))}), 3, perfect_client(1s));
  ASSERT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[1].time, 1s);
}

TEST(Synchronize, WaitsOnlyOnce) {
  const auto ran = run(synchronize(limit(4, repeat(op("a")))), 2, perfect_client(1s));
  EXPECT_EQ(invocations(ran)[1].time, 0s);
  EXPECT_EQ(invocations(ran)[3].time, 1s);
}

TEST(Phases, EachAfterAllCallsOfTheOneBefore) {
  const auto ran =
      run(phases({limit(4, repeat(op("a"))), limit(3, repeat(op("b"))), once(op("c"))}), 3,
          imperfect_client(2, 1, 1, 1s));
  EXPECT_EQ(fs(ran), "a a a a b b b c");
  int open = 0;
  std::string f;
  for (const Event& event : ran.events) {
    if (event.type == EventType::invoke) {
      EXPECT_TRUE(open == 0 || event.f == f) << "two phases overlap";
      f = event.f;
      ++open;
    } else {
      --open;
    }
  }
}

TEST(Phases, WaitForTheNemesisToo) {
  const auto ran = run_all(
      phases({clients_and_nemesis(once(op("a")), once(op("kill"))), clients(once(op("b")))}), 2,
      7s);
  EXPECT_EQ(invocations(ran)[1].time, 7s);
}

TEST(Then, IsTwoPhases) {
  const auto ran = run(then(once(op("a")), once(op("b"))), 2, perfect_client(1s));
  EXPECT_EQ(fs(ran), "a b");
  EXPECT_EQ(invocations(ran)[1].time, 1s);
}

/// Gives "heard N", N being how many events it was told of while it waited; can say it listens not.
class Counts final : public Gen {
 public:
  Counts(bool listens, int heard) : listens_(listens), heard_(heard) {}
  Answer next(const Context& context) const override {
    return once(op(str("heard ", heard_)))->next(context);
  }
  GenPtr update(const Context&, Thread, const Event&) const override {
    return std::make_shared<Counts>(listens_, heard_ + 1);
  }
  bool listens() const override { return listens_; }

 private:
  bool listens_;
  int heard_;
};

TEST(Listening, WhoWaitsForItsTurnIsToldOnlyIfItListens) {
  for (const bool listens : {true, false}) {
    const GenPtr last = clients(delay(1ms, std::make_shared<Counts>(listens, 0)));
    EXPECT_EQ(last->listens(), listens);
    const GenPtr all = sequence({limit(2, repeat(op("a"))), once(op("b")), last});
    EXPECT_EQ(fs(run(all, 1)), listens ? "a a b heard 6" : "a a b heard 0");
  }
}

TEST(Listening, UntilOkListensOnceACallOfItIsOpen) {
  const GenPtr fresh = until_ok(repeat(op("a")));
  EXPECT_FALSE(fresh->listens());
  EXPECT_FALSE(sequence({once(op("a")), sleep(1s), fresh})->listens());
  Rng rng(1);
  const Thread threads[] = {0};
  const Answer answer = fresh->next({0ns, threads, threads, &rng});
  EXPECT_TRUE(std::get<Next>(answer).then->listens());
  EXPECT_TRUE(sequence({std::get<Next>(answer).then, once(op("a"))})->listens());
}

TEST(Listening, EachThreadListensIfOneOfItsGeneratorsDoes) {
  Rng rng(1);
  const Thread threads[] = {0, 1};
  const GenPtr both = each_thread(until_ok(repeat(op("a"))));
  EXPECT_FALSE(both->listens());
  EXPECT_TRUE(std::get<Next>(both->next({0ns, threads, threads, &rng})).then->listens());
}

TEST(FlipFlop, TakesTurns) {
  EXPECT_EQ(fs(run(limit(5, flip_flop(repeat(op("a")), repeat(op("b")))), 1)), "a b a b a");
}

TEST(FlipFlop, EndsWithTheOneWhoseTurnItIs) {
  EXPECT_EQ(fs(run(flip_flop(repeat(op("a")), limit(2, repeat(op("b")))), 1)), "a b a b a");
}

TEST(UntilOk, EndsAtTheFirstOk) {
  int asked = 0;
  const VirtualClient third_time = [&](const Operation&, Thread, ProcessId, Nanos, Rng&) {
    const EventType types[] = {EventType::fail, EventType::info, EventType::ok};
    return VirtualReply{types[asked++ % 3], {}, 1ms};
  };
  EXPECT_EQ(fs(run(until_ok(repeat(op("a"))), 1, third_time)), "a a a");
}

TEST(UntilOk, AnOkOfAnotherGeneratorIsNotItsOwn) {
  const VirtualClient a_fails = [](const Operation& o, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{o.f == "a" ? EventType::fail : EventType::ok, {}, 1ms};
  };
  const auto ran =
      run(any({limit(20, until_ok(repeat(op("a")))), limit(20, repeat(op("b")))}), 3, a_fails);
  EXPECT_EQ(count_by_f(ran), (std::map<std::string, int>{{"a", 20}, {"b", 20}}));
}

TEST(UntilOk, EndsWithWhatItWasGiven) {
  const VirtualClient fails = [](const Operation&, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::fail, {}, 1ms};
  };
  EXPECT_EQ(fs(run(until_ok(limit(3, repeat(op("a")))), 1, fails)), "a a a");
}

TEST(UntilOk, EachThreadForItself) {
  const VirtualClient slow_two = [](const Operation&, Thread thread, ProcessId, Nanos now, Rng&) {
    const bool up = thread != 2 || now >= 1s;
    return VirtualReply{up ? EventType::ok : EventType::fail, {}, 300ms};
  };
  const auto ran = run(each_thread(until_ok(repeat(op("a")))), 3, slow_two);
  std::map<Thread, int> tries;
  for (const Event& event : invocations(ran)) ++tries[thread_of(event, 3)];
  EXPECT_EQ(tries, (std::map<Thread, int>{{0, 1}, {1, 1}, {2, 5}}));
}

}  // namespace
}  // namespace plumbline::gen
