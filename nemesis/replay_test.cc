#include "nemesis/replay.h"

#include <gtest/gtest.h>

#include <span>

#include "nemesis/script_names.h"
#include "nemesis/testing.h"

namespace plumbline {
namespace {

ClusterCall call(Nanos at, const std::string& verb, Value arguments) {
  return {.at = at, .verb = verb, .arguments = std::move(arguments)};
}

const std::vector<ClusterCall> k_calls = {
    call(1s, "kill", Value::list("n2")),
    call(2s, "cut", Value::list(Value::list("n1", Value::list("n2")))),
    call(3s, "start", Value::list("n2")),
    call(4s, "cut", Value(Value::List{})),
    call(5s, "packets", Value::list(Value::list("loss", "0.1"))),
    call(6s, "packets", Value(Value::List{})),
    call(7s, "heal", {})};

const std::vector<gen::Thread> k_nemesis_alone = {gen::k_nemesis_thread};

/// What a generator gives when every operation takes `takes`.
std::vector<gen::Planned> run(gen::GenPtr generator, Nanos takes) {
  Rng rng(1);
  std::vector<gen::Planned> all;
  Nanos time{};
  for (;;) {
    const gen::Context context{
        .time = time, .threads = k_nemesis_alone, .free = k_nemesis_alone, .rng = &rng};
    const gen::Answer answer = generator->next(context);
    const auto* next = std::get_if<gen::Next>(&answer);
    if (next == nullptr) return all;
    all.push_back(next->planned);
    time = next->planned.time + takes;
    generator = next->then;
  }
}

TEST(Replay, AsksForEachCallAtItsTimeByTheNameThatHistoriesHave) {
  const auto planned = run(replay_schedule(k_calls), 10ms);
  std::vector<std::string> lines;
  for (const gen::Planned& one : planned)
    lines.push_back(str(format_duration(one.time), " ", one.operation.f));
  EXPECT_EQ(lines,
            (std::vector<std::string>{"1s kill", "2s partition", "3s heal-kill",
                                      "4s heal-partition", "5s packets", "6s heal-packets"}));
  EXPECT_EQ(planned[0].thread, gen::k_nemesis_thread);
}

TEST(Replay, ACallThatIsLateComesAtOnceAndNoneIsLeftOut) {
  const auto planned = run(replay_schedule(k_calls), 2500ms);
  ASSERT_EQ(planned.size(), 6u);
  EXPECT_EQ(planned[1].time, 3500ms);
  EXPECT_EQ(planned[2].time, 6s);
}

TEST(Replay, WaitsWhileTheNemesisIsBusy) {
  Rng rng(1);
  const std::vector<gen::Thread> threads = {gen::k_nemesis_thread, 0};
  const gen::Context busy{
      .time = 9s, .threads = threads, .free = std::span(threads).subspan(1), .rng = &rng};
  EXPECT_TRUE(std::holds_alternative<gen::Pending>(replay_schedule(k_calls)->next(busy)));
  EXPECT_TRUE(std::holds_alternative<gen::Exhausted>(replay_schedule({})->next(busy)));
}

TEST(Replay, AnOperationGivesItsCallBack) {
  for (const ClusterCall& original : k_calls) {
    if (original.verb == "heal") continue;
    const auto again = call_of(operation_of(original));
    ASSERT_TRUE(again) << describe(original);
    EXPECT_EQ(again->verb, original.verb);
    EXPECT_EQ(again->arguments, original.arguments);
  }
  EXPECT_FALSE(call_of({.f = "heal-kill", .key = {}, .value = {}}));
  EXPECT_FALSE(call_of({.f = "partition", .key = {}, .value = "halves"}));
}

TEST(Replay, OfACutHistoriesSayWhoHearsWhom) {
  const ClusterCall cut =
      call(1s, "cut",
           Value::list(Value::list("n1", Value::list("n2")), Value::list("n2", Value::list("n1"))));
  EXPECT_EQ(deed_of(cut, {"n1", "n2"}), Value::list(Value::list("n1"), Value::list("n2")));
  EXPECT_EQ(deed_of(k_calls[0], {"n1", "n2"}), Value::list("n2"));
}

TEST(ScriptNames, EveryCallIsAboutTheNodesOfTheNewNames) {
  const std::map<NodeName, NodeName> names = {{"a", "n1"}, {"b", "n2"}};
  const auto renamed = with_nodes_named(
      {call(1s, "kill", Value::list("a", "c")),
       call(2s, "cut", Value::list(Value::list("a", Value::list("b")))),
       call(3s, "disk", Value::list(Value::list("b"), "slow")),
       call(4s, "clock", Value::list(Value::list("a"), "1.1", 0)),
       call(5s, "packets", Value::list(Value::list("loss", "0.1"))), call(6s, "heal", {})},
      names);
  std::vector<std::string> lines;
  for (const ClusterCall& one : renamed) lines.push_back(describe(one));
  EXPECT_EQ(lines, (std::vector<std::string>{"1.000s  kill n1 c", "2.000s  cut n1 drops n2",
                                             "3.000s  disk n2: slow", "4.000s  clock n1: rate 1.1",
                                             "5.000s  packets loss 0.1", "6.000s  heal"}));
}

TEST(Replay, NamesTheFaultsOfAScript) {
  EXPECT_EQ(faults_of(k_calls), (std::vector<std::string>{"kill", "packets", "partition"}));
}

}  // namespace
}  // namespace plumbline
