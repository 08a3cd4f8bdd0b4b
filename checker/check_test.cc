// The checks as their callers see them: verdicts, reasons, evidence, and when they must say
// unknown.

#include "checker/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checker/models/all.h"
#include "checker/testing.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using testing_checker::Shape;
using testing_checker::Simulation;

/// Writes histories line by line; time advances a millisecond an event.
class Script {
 public:
  Script& invoke(ProcessId p, const std::string& f, Value value = {}, Value key = {}) {
    return add(p, EventType::invoke, f, std::move(value), std::move(key));
  }
  Script& ok(ProcessId p, const std::string& f, Value value = {}, Value key = {}) {
    return add(p, EventType::ok, f, std::move(value), std::move(key));
  }
  Script& end(ProcessId p, EventType type, const std::string& f, const std::string& error = "") {
    add(p, type, f, {}, {});
    history_.back().error = error;
    return *this;
  }
  /// A whole call.
  Script& call(ProcessId p, const std::string& f, const Value& value, const Value& key = {}) {
    return invoke(p, f, f == "read" ? Value() : value, key).ok(p, f, value, key);
  }
  Script& nemesis(const std::string& f, const std::string& error = "") {
    add(k_nemesis, EventType::info, f, "leader", {});
    add(k_nemesis, EventType::info, f, Value::list("n1"), {});
    history_.back().error = error;
    return *this;
  }
  operator const History&() const { return history_; }

 private:
  Script& add(ProcessId p, EventType type, const std::string& f, Value value, Value key) {
    const auto index = static_cast<std::int64_t>(history_.size());
    history_.push_back({.index = index,
                        .time = Nanos(index * 1'000'000),
                        .process = p,
                        .type = type,
                        .f = f,
                        .key = std::move(key),
                        .value = std::move(value)});
    return *this;
  }
  History history_;
};

Verdict check(const History& history, const std::string& model = "cas-register") {
  return check_linearizable(history, {.model = model});
}

TEST(Linearizable, AnEmptyHistoryIsValid) { EXPECT_EQ(check({}).validity, Validity::valid); }

TEST(Linearizable, SaysWhatAStaleReadIs) {
  const Verdict verdict = check(Script()
                                    .call(0, "write", 1)
                                    .call(0, "write", 2)
                                    .call(1, "read", 2)
                                    .call(0, "write", 3)
                                    .call(1, "read", 2));
  ASSERT_EQ(verdict.validity, Validity::invalid);
  ASSERT_EQ(verdict.counterexamples.size(), 1U);
  const Counterexample& example = verdict.counterexamples[0];
  EXPECT_EQ(
      example.explanation,
      "read (call 8, process 1) began 1 ms after write 3 (call 6, process 0) had ended; nobody "
      "wrote 2 in between, yet it returned 2.");
  ASSERT_EQ(example.core.size(), 2U);
  EXPECT_EQ(example.core[0].id, 6);
  EXPECT_EQ(example.core[1].id, 8);
  EXPECT_EQ(example.prefix, (std::vector<std::int64_t>{0, 2, 4, 6}));
  EXPECT_EQ(example.state, "3");
  EXPECT_EQ(example.unplaceable, (std::vector<std::int64_t>{8}));
  EXPECT_EQ(example.explained_up_to, 9);
  EXPECT_EQ(verdict.reason, example.explanation);
}

TEST(Linearizable, SaysWhatAPhantomIs) {
  const Verdict verdict =
      check(Script().call(0, "write", 1).call(1, "read", 7).call(0, "write", 7));
  EXPECT_THAT(verdict.reason, HasSubstr("returned 7, which nobody had written before it ended"));
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 1U);
}

TEST(Linearizable, ARemovedValueMustNotComeBack) {
  const auto before = Script().call(0, "write", 1).invoke(0, "remove").ok(0, "remove", 1);
  EXPECT_EQ(check(Script(before).invoke(1, "read").ok(1, "read", Value())).validity,
            Validity::valid);
  EXPECT_EQ(check(Script(before).call(1, "read", 1)).validity, Validity::invalid);
  EXPECT_EQ(check(Script().call(0, "write", 1).invoke(0, "remove").ok(0, "remove", 2)).validity,
            Validity::invalid);
}

TEST(Linearizable, SaysWhatALostUpdateIs) {
  const Verdict verdict = check(Script()
                                    .call(0, "write", 1)
                                    .invoke(1, "cas", Value::list(1, 2))
                                    .invoke(2, "cas", Value::list(1, 3))
                                    .ok(1, "cas", Value::list(1, 2))
                                    .ok(2, "cas", Value::list(1, 3)));
  ASSERT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 3U);
  EXPECT_THAT(verdict.reason, HasSubstr("No order of these 3 calls"));
}

TEST(Linearizable, SaysWhatALostAppendIs) {
  const Verdict verdict = check(Script()
                                    .call(0, "append", 1)
                                    .call(0, "append", 2)
                                    .invoke(1, "read")
                                    .ok(1, "read", Value::list(1)),
                                "list-append");
  EXPECT_EQ(
      verdict.reason,
      "read (call 4, process 1) began 1 ms after append 2 (call 2, process 0) had ended, yet it "
      "did not return 2.");
}

TEST(Linearizable, SaysWhenAnElementIsSeenAndGone) {
  const Verdict verdict = check(Script()
                                    .invoke(0, "append", 1)
                                    .call(1, "read", Value::list(1))
                                    .call(2, "read", Value(Value::List{}))
                                    .ok(0, "append", 1),
                                "list-append");
  EXPECT_THAT(verdict.reason, HasSubstr("which saw 1; yet it did not return it"));
}

TEST(Linearizable, JudgesEachKeyByItself) {
  const Verdict verdict = check(Script()
                                    .call(0, "write", 1, "a")
                                    .call(0, "write", 2, "b")
                                    .call(1, "read", 1, "a")
                                    .call(1, "read", 1, "b"));
  ASSERT_EQ(verdict.counterexamples.size(), 1U);
  EXPECT_EQ(verdict.counterexamples[0].key, Value("b"));
  EXPECT_THAT(verdict.reason, HasSubstr("key \"b\": read"));
}

TEST(Linearizable, ShowsAFewOfManyInvalidKeys) {
  Script script;
  for (int key = 0; key < 9; ++key) script.call(0, "read", 5, key);
  const Verdict verdict = check(script);
  EXPECT_EQ(verdict.counterexamples.size(), k_max_counterexamples);
  EXPECT_THAT(verdict.reason, HasSubstr("(and 8 more keys are invalid)"));
}

TEST(Linearizable, AFailedCallNeverHappened) {
  const Verdict verdict = check(
      Script().invoke(0, "write", 1).end(0, EventType::fail, "write").call(1, "read", Value()));
  EXPECT_EQ(verdict.validity, Validity::valid);
}

TEST(Linearizable, AnIndeterminateCallMayHappenLateOrNever) {
  EXPECT_EQ(check(Script()
                      .invoke(0, "write", 1)
                      .end(0, EventType::info, "write")
                      .call(1, "read", Value())
                      .call(1, "read", 1))
                .validity,
            Validity::valid);
  EXPECT_EQ(
      check(Script().invoke(0, "write", 1).call(1, "read", 1).call(1, "read", Value())).validity,
      Validity::invalid);
}

TEST(Linearizable, TakesTheInitialValue) {
  const History history = Script().call(0, "read", 7);
  EXPECT_EQ(check_linearizable(history, {.model = "register", .initial = 7}).validity,
            Validity::valid);
  EXPECT_EQ(check_linearizable(history, {.model = "register"}).validity, Validity::invalid);
}

TEST(Linearizable, WithoutMinimizingTheCoreIsThePrefix) {
  const History history =
      Script().call(0, "write", 1).call(0, "write", 2).call(1, "read", 1).call(1, "read", 2);
  const Verdict verdict = check_linearizable(history, {.model = "register", .minimize = false});
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 3U);
}

TEST(Linearizable, AnUnknownModelIsUnknownWithTheNearest) {
  const Verdict verdict = check({}, "cas-regster");
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("did you mean cas-register?"));
}

TEST(Linearizable, ACallThatIsNoneOfTheModelsIsUnknown) {
  EXPECT_THAT(check(Script().call(0, "push", 1)).reason,
              HasSubstr("must be read, write, cas or remove"));
  EXPECT_THAT(check(Script().call(0, "cas", 1)).reason, HasSubstr("cas takes [expected new]"));
}

TEST(Linearizable, ADamagedHistoryIsUnknown) {
  const Verdict verdict = check(Script().ok(0, "read", 1));
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("the history is damaged: event 0"));
}

History hard_history() {
  Rng rng(3);
  Shape shape{.model = "queue", .calls = 2'000, .processes = 12, .values = 700, .info = 0.05};
  return Simulation(rng, shape).run();
}

TEST(Linearizable, SaysHowFarItIsProvenWhenTimeRunsOut) {
  const Verdict verdict =
      check_linearizable(hard_history(), {.model = "queue", .time_budget = 200ms});
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("the time budget ran out; linearizable up to event"));
}

TEST(Linearizable, StaysWithinItsMemory) {
  const Verdict verdict = check_linearizable(
      hard_history(), {.model = "queue", .time_budget = 20s, .memory_budget = 1 << 16});
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("the memory budget ran out"));
}

TEST(Linearizable, StopsWhenAsked) {
  const std::atomic<bool> stop{true};
  const Verdict verdict = check_linearizable(hard_history(), {.model = "queue", .stop = &stop});
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("it was stopped"));
}

TEST(Linearizable, ManyKeysInManyThreadsGiveOneAnswer) {
  Script script;
  for (int key = 0; key < 200; ++key)
    script.call(key % 7, "write", key, key).call(key % 5, "read", key, key);
  for (const int jobs : {1, 4}) {
    const Verdict verdict = check_linearizable(script, {.model = "register", .jobs = jobs});
    EXPECT_EQ(verdict.validity, Validity::valid) << jobs;
    EXPECT_EQ(verdict.figures.at(2), (std::pair<std::string, std::string>("keys", "200")));
  }
}

TEST(Models, AreKnownByName) {
  EXPECT_GE(all_models().size(), 11U);
  for (const ModelInfo& info : all_models()) EXPECT_TRUE(known_model(info.name)) << info.name;
  EXPECT_EQ(known_model("stak").error().what, "no model 'stak'; did you mean stack?");
  EXPECT_THAT(known_model("zzz").error().what, HasSubstr("there are register, cas-register"));
}

TEST(Models, RefuseWhatTheyDoNotUnderstand) {
  const auto refuse = [](const std::string& model, const std::string& f, Value arguments,
                         Value result = {}) {
    Call call;
    call.f = f;
    call.type = EventType::ok;
    call.arguments = std::move(arguments);
    call.result = std::move(result);
    return find_model(model)->refuse(call);
  };
  EXPECT_EQ(refuse("register", "cas", Value::list(1, 2)), "the operation must be read or write");
  EXPECT_EQ(refuse("kv", "append", 3), "append takes a text");
  EXPECT_EQ(refuse("counter", "add", "x"), "add takes an integer");
  EXPECT_EQ(refuse("counter", "add", std::int64_t{1} << 60), "add takes less than 2^40");
  EXPECT_EQ(refuse("set", "contains", {}, 1), "contains must answer true or false");
  EXPECT_EQ(refuse("list-append", "read", {}, 1), "read must answer a list");
  EXPECT_EQ(refuse("gset", "read", {}, 1), "read must answer a list");
  EXPECT_EQ(refuse("multi-register", "txn", 1, 1), "txn takes [[read|write register value] ...]");
  EXPECT_EQ(refuse("mutex", "lock", {}), "the operation must be acquire or release");
  EXPECT_EQ(refuse("queue", "push", 1), "the operation must be enqueue or dequeue");
}

TEST(Statistics, CountsByOperationAndOutcome) {
  const Verdict verdict = check_statistics(Script()
                                               .call(0, "read", 1)
                                               .invoke(0, "read")
                                               .end(0, EventType::fail, "read")
                                               .invoke(0, "write", 1)
                                               .ok(0, "write", 1));
  EXPECT_EQ(verdict.validity, Validity::valid);
  ASSERT_EQ(verdict.figures.size(), 2U);
  EXPECT_EQ(verdict.figures[0].second, "1 ok, 1 fail, 0 info; ms: median 1, 99% 1, most 1");
}

TEST(Statistics, AnOperationThatNeverSucceededIsUnknown) {
  const Verdict verdict =
      check_statistics(Script().invoke(0, "write", 1).end(0, EventType::info, "write"));
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_EQ(verdict.reason, "never ok: write; nothing was learned about it");
}

TEST(Statistics, ADamagedHistoryIsUnknown) {
  EXPECT_EQ(check_statistics(Script().ok(0, "read", 1)).validity, Validity::unknown);
}

const Expectations k_expected{.operations = {"read", "write"}, .faults = {"partition"}};

TEST(Vacuity, EnoughIsEnough) {
  const Verdict verdict = check_vacuity(Script()
                                            .nemesis("partition")
                                            .call(0, "write", 1)
                                            .nemesis("heal-partition")
                                            .call(0, "read", 1),
                                        k_expected);
  EXPECT_EQ(verdict.validity, Validity::valid) << verdict.reason;
}

TEST(Vacuity, TooFewSuccessesAreVacuous) {
  Expectations expected{.operations = {"write"}};
  expected.min_ok = 2;
  EXPECT_EQ(check_vacuity(Script().call(0, "write", 1), expected).reason,
            "vacuous: only 1 write ok, at least 2 needed");
}

TEST(Vacuity, AFaultThatNeverTookHoldIsVacuous) {
  const Script quiet = Script().call(0, "write", 1).call(0, "read", 1);
  EXPECT_EQ(check_vacuity(quiet, k_expected).reason, "vacuous: fault partition was never injected");
  Script failed =
      Script().nemesis("partition", "no iptables").call(0, "write", 1).call(0, "read", 1);
  EXPECT_EQ(check_vacuity(failed, k_expected).reason,
            "vacuous: fault partition never took hold: no iptables");
}

TEST(Vacuity, NoChangeUnderAnyFaultIsVacuous) {
  const Script script = Script()
                            .call(0, "write", 1)
                            .nemesis("partition")
                            .call(0, "read", 1)
                            .nemesis("heal-partition")
                            .call(0, "write", 2);
  EXPECT_EQ(check_vacuity(script, k_expected).reason,
            "vacuous: no change was ok while a fault was in force");
}

TEST(Vacuity, FaultsThatStopEverythingNeedNoChangeUnderThem) {
  const Script script = Script()
                            .call(0, "write", 1)
                            .nemesis("partition")
                            .call(0, "read", 1)
                            .nemesis("heal-partition")
                            .call(0, "write", 2);
  Expectations expected = k_expected;
  expected.changes_under_faults = false;
  EXPECT_EQ(check_vacuity(script, expected).validity, Validity::valid);
}

TEST(Verdicts, ComposeToTheGreatest) {
  const Verdict whole = compose(
      "run", {{.check = "a"}, {.check = "b", .validity = Validity::unknown, .reason = "why"}});
  EXPECT_EQ(whole.validity, Validity::unknown);
  EXPECT_EQ(whole.reason, "b: why");
  EXPECT_EQ(
      compose("run", {whole, {.check = "c", .validity = Validity::invalid, .reason = "no"}}).reason,
      "c: no");
  EXPECT_EQ(compose("run", {}).validity, Validity::valid);
}

TEST(Verdicts, WriteEverythingAsJson) {
  Verdict verdict =
      check(Script().call(3, "write", Value::list(true, "x", Value())).call(1, "read", "\xff"));
  verdict.parts = {{.check = "part"}};
  const std::string json = to_json(verdict);
  for (const char* part :
       {"\"check\": \"linearizable cas-register\"", "\"validity\": \"invalid\"",
        "\"explained_up_to\": 3", "\"result\": \"\xef\xbf\xbd\"", "\"process\": 1", "\"figures\"",
        "\"keys decided by zones\": \"1\"", "\"check\": \"part\""})
    EXPECT_THAT(json, HasSubstr(part));
}

}  // namespace
}  // namespace plumbline
