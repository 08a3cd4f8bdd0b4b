#include "simulator/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/text.h"
#include "simulator/shrink_search.h"

namespace plumbline::simulator {
namespace {

ClusterCall fault(Nanos at, const std::string& verb, Value arguments) {
  return {.at = at, .verb = verb, .arguments = std::move(arguments)};
}
ClientCall operation(Nanos at, int thread, const std::string& f, const Value& key, Value value) {
  return {.at = at, .thread = thread, .operation = {f, key, std::move(value)}};
}

/// A busy run: every 10 ms an operation, every second a kill, a cut or a pause of two nodes.
Script busy_script() {
  Script script;
  for (int i = 0; i < 500; ++i) {
    const Value key(str("k", i % 7));
    const auto at = i * 10ms;
    script.operations.push_back(i % 3 == 0 ? operation(at, i % 10, "read", key, {})
                                           : operation(at, i % 10, "write", key, i));
  }
  for (int i = 0; i < 4; ++i) {
    const auto at = i * 1s + 500ms;
    const Value pair = Value::list(str("n", i % 5 + 1), str("n", (i + 1) % 5 + 1));
    script.faults.push_back(fault(at, i % 2 == 0 ? "kill" : "pause", pair));
    script.faults.push_back(fault(at + 700ms, i % 2 == 0 ? "start" : "resume", pair));
  }
  return script;
}

Options busy_options() {
  Options options;
  options.script = busy_script();
  options.weather = Weather{};
  options.weather->loss = 0.25;
  options.weather->slow = 0.25;
  return options;
}

Result judged(bool fails, const Options& options) {
  Result result;
  result.script = *options.script;
  result.weather = *options.weather;
  if (!fails) return result;
  result.found_by = FoundBy::history;
  Verdict check{.check = "linearizable cas-register", .validity = Validity::invalid};
  result.verdict = compose("run", {check});
  return result;
}

/// Fails if some node is killed, and later a key is written and then read by another thread, in a
/// network that loses messages.
plumbline::Result<Result> fake(const Options& options) {
  const Script& script = *options.script;
  const auto kill = std::ranges::find(script.faults, "kill", &ClusterCall::verb);
  bool fails = false;
  if (kill != script.faults.end() && options.weather->loss > 0)
    for (const ClientCall& write : script.operations)
      for (const ClientCall& read : script.operations)
        fails = fails || (write.operation.f == "write" && read.operation.f == "read" &&
                          write.operation.key == read.operation.key && write.at >= kill->at &&
                          write.at < read.at && write.thread != read.thread);
  return judged(fails, options);
}

TEST(Shrink, LeavesOutEverythingThatTheFailureDoesNotNeed) {
  const auto shrunk = shrink(busy_options(), {}, fake);
  ASSERT_TRUE(shrunk) << shrunk.error().what;
  EXPECT_TRUE(shrunk->complete);
  const Options& smallest = shrunk->smallest.options;
  const Script& script = *smallest.script;
  ASSERT_EQ(script.operations.size(), 2u);
  EXPECT_EQ(script.operations[0].operation.f, "write");
  EXPECT_EQ(script.operations[1].operation.f, "read");
  EXPECT_EQ(script.operations[0].operation.key, Value("k1"));
  EXPECT_EQ(script.operations[0].operation.value, Value(1));
  ASSERT_EQ(script.faults.size(), 1u);
  EXPECT_EQ(script.faults[0].verb, "kill");
  EXPECT_EQ(script.faults[0].arguments.as_list().size(), 1u);
  EXPECT_EQ(smallest.nodes, 1);
  EXPECT_EQ(smallest.concurrency, 2);
  EXPECT_GT(smallest.weather->loss, 0);
  EXPECT_EQ(smallest.weather->slow, 0);
  EXPECT_LE(shrunk->after.span, 10ms);
  EXPECT_LT(smallest.time_limit, 100ms);
  EXPECT_EQ(shrunk->before.operations, 500u);
  EXPECT_EQ(failure_of(*fake(smallest)), shrunk->smallest.failure);
}

TEST(Shrink, TheSameRunShrinksToTheSameCase) {
  const auto first = shrink(busy_options(), {}, fake);
  const auto second = shrink(busy_options(), {}, fake);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(to_json(first->smallest), to_json(second->smallest));
  EXPECT_EQ(first->runs, second->runs);
}

TEST(Shrink, KeepsToItsBudgetAndStillGivesAFailingCase) {
  ShrinkOptions how;
  how.budget = 20;
  const auto shrunk = shrink(busy_options(), how, fake);
  ASSERT_TRUE(shrunk);
  EXPECT_FALSE(shrunk->complete);
  EXPECT_LE(shrunk->runs, 22u);
  EXPECT_EQ(failure_of(*fake(shrunk->smallest.options)), shrunk->smallest.failure);
  EXPECT_LT(shrunk->after.operations, 500u);
}

TEST(Shrink, StopsWhenItIsTold) {
  ShrinkOptions how;
  std::uint64_t told = 0;
  how.progress = [&told](const ShrinkProgress& now) {
    told = now.runs;
    return now.runs < 10;
  };
  const auto shrunk = shrink(busy_options(), how, fake);
  ASSERT_TRUE(shrunk);
  EXPECT_FALSE(shrunk->complete);
  EXPECT_EQ(told, 10u);
}

TEST(Shrink, ARunInWhichNothingIsWrongIsRefused) {
  Options options = busy_options();
  options.weather->loss = 0;
  const auto shrunk = shrink(options, {}, fake);
  ASSERT_FALSE(shrunk);
  EXPECT_EQ(shrunk.error().code, Error::Code::invalid);
  EXPECT_NE(shrunk.error().what.find("nothing is wrong"), std::string::npos);
}

TEST(Shrink, AFailureThatItsScriptDoesNotShowAgainIsRefused) {
  int runs = 0;
  const auto once = [&runs](const Options& options) -> plumbline::Result<Result> {
    return judged(runs++ == 0, options);
  };
  const auto shrunk = shrink(busy_options(), {}, once);
  ASSERT_FALSE(shrunk);
  EXPECT_NE(shrunk.error().what.find("does not make it fail again"), std::string::npos);
}

TEST(Shrink, AnotherFailureIsNotTakenForTheSame) {
  // Without the kill the fake fails too, but in another way.
  const auto two_ways = [](const Options& options) -> plumbline::Result<Result> {
    auto result = fake(options);
    if (result->found_by == FoundBy::nothing) {
      result->found_by = FoundBy::progress;
      result->verdict =
          compose("run", {Verdict{.check = "progress", .validity = Validity::invalid}});
    }
    return result;
  };
  const auto shrunk = shrink(busy_options(), {}, two_ways);
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(shrunk->smallest.failure.found_by, FoundBy::history);
  EXPECT_EQ(shrunk->after.operations, 2u);
}

TEST(Shrink, AFailureOfSomeSeedsOnlyIsFoundAgainWithAnother) {
  const auto moody = [](const Options& options) -> plumbline::Result<Result> {
    // Whether chance has it depends on the seed and on everything that is done.
    const std::size_t dice = options.seed * 7 + options.script->operations.size();
    auto result = fake(options);
    if (dice % 3 == 0) *result = judged(false, options);
    return result;
  };
  Options options = busy_options();
  while (failure_of(*moody(options)).found_by == FoundBy::nothing) ++options.seed;
  const auto shrunk = shrink(options, {}, moody);
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(shrunk->after.operations, 2u);
  EXPECT_EQ(shrunk->after.faults, 1u);
}

TEST(Shrink, CutsKeepOnlyTheNodesThatMatter) {
  // Fails as long as n1 does not hear n4, on five nodes or on the renamed three.
  const auto apart = [](const Options& options) -> plumbline::Result<Result> {
    bool fails = options.nodes >= 3;
    bool cut = false;
    for (const ClusterCall& call : options.script->faults)
      for (const Value& entry : call.arguments.as_list())
        cut = cut || !entry.as_list()[1].as_list().empty();
    return judged(fails && cut && !options.script->operations.empty(), options);
  };
  Options options = busy_options();
  options.script->faults = {fault(1s, "cut",
                                  Value::list(Value::list("n1", Value::list("n3", "n4", "n5")),
                                              Value::list("n2", Value::list("n3", "n4", "n5")),
                                              Value::list("n3", Value::list("n1", "n2")),
                                              Value::list("n4", Value::list("n1", "n2")),
                                              Value::list("n5", Value::list("n1", "n2")))),
                            fault(2s, "cut", Value(Value::List{}))};
  const auto shrunk = shrink(options, {}, apart);
  ASSERT_TRUE(shrunk) << shrunk.error().what;
  const Script& script = *shrunk->smallest.options.script;
  EXPECT_EQ(shrunk->smallest.options.nodes, 3);
  ASSERT_EQ(script.faults.size(), 1u);
  const std::string words = describe(script.faults[0]);
  EXPECT_EQ(script.faults[0].arguments.as_list().size(), 2u) << words;
  EXPECT_EQ(words.find("n4"), std::string::npos) << words;
  EXPECT_EQ(script.operations.size(), 1u);
}

TEST(LeaveOut, FindsASmallestSubsequence) {
  std::vector<int> items(100);
  for (int i = 0; i < 100; ++i) items[static_cast<std::size_t>(i)] = i;
  int calls = 0;
  const auto kept = leave_out(items, [&calls](const std::vector<int>& rest) {
    ++calls;
    const auto has = [&rest](int item) { return std::ranges::find(rest, item) != rest.end(); };
    return has(3) && has(42) && has(97);
  });
  EXPECT_EQ(kept, (std::vector<int>{3, 42, 97}));
  EXPECT_LT(calls, 120);
  EXPECT_TRUE(leave_out(items, [](const auto&) { return true; }).empty());
  EXPECT_EQ(leave_out(items, [](const auto&) { return false; }), items);
}

TEST(SavedCase, IsTheSameAfterWritingAndReading) {
  SavedCase saved;
  saved.options = busy_options();
  saved.options.seed = UINT64_MAX;
  saved.options.rate = 0.1;
  saved.options.defects = {"ack-before-fsync", "read-local-leader"};
  saved.options.cadence = Cadence::staggered;
  saved.options.reads = "lease";
  saved.options.invariants = false;
  saved.options.stop_on_violation = true;
  saved.options.time_limit = 123456789ns;
  saved.failure = {FoundBy::progress, "progress"};
  const auto read = parse_saved_case(to_json(saved));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(saved));
  EXPECT_EQ(read->options.script, saved.options.script);
  EXPECT_EQ(read->options.seed, UINT64_MAX);
  EXPECT_EQ(read->failure, saved.failure);
  saved.options.replay = saved.options.script->faults;
  saved.options.script.reset();
  saved.options.weather.reset();
  const auto drawn = parse_saved_case(to_json(saved));
  ASSERT_TRUE(drawn);
  EXPECT_FALSE(drawn->options.script);
  EXPECT_FALSE(drawn->options.weather);
  EXPECT_EQ(drawn->options.replay, saved.options.replay);
}

TEST(SavedCase, WhatIsNoneIsCorruptAndSaysWhere) {
  const std::string good = to_json(SavedCase{});
  const std::vector<std::array<std::string, 3>> changes = {
      {"\"seed\":1", "\"seed\":\"x\"", "\"seed\""},
      {"\"nodes\":5", "\"nodes\":0", "\"nodes\""},
      {"\"found_by\":\"nothing\"", "\"found_by\":\"luck\"", "\"found_by\""},
      {"\"cadence\":\"mixed\"", "\"cadence\":3", "\"cadence\""},
      {"\"defects\":[]", "\"defects\":[7]", "\"defects\""},
      {"\"options\":", "\"opions\":", "options"}};
  for (const auto& [from, to, named] : changes) {
    std::string text = good;
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << good;
    text.replace(at, from.size(), to);
    const auto read = parse_saved_case(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().what.find(named), std::string::npos) << read.error().what;
  }
}

}  // namespace
}  // namespace plumbline::simulator
