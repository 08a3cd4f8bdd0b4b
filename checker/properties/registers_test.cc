// Session guarantees, sequential consistency and staleness of registers. Goal: the verdicts of the
// textbook's examples, and of every small history those of a search that tries everything.

#include <set>

#include "checker/properties/testing.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using namespace testing_properties;

Validity of(const std::string& property, const Script& script) {
  return judged(property, script.history()).validity;
}

TEST(Sessions, AProcessThatReadsBackwardsBreaksMonotonicReadsOnly) {
  Script s;
  s.write(0, 1).write(0, 2).read(1, 2).read(1, 1);
  const Verdict verdict = judged("monotonic-reads", s.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_THAT(verdict.reason, HasSubstr("process 1 read 2 and later read 1"));
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 4u);
  EXPECT_EQ(of("monotonic-writes", s), Validity::valid);
  EXPECT_EQ(of("read-your-writes", s), Validity::valid);
  EXPECT_EQ(of("writes-follow-reads", s), Validity::valid);
}

TEST(Sessions, TwoProcessesThatDisagreeOnTheOrderBreakMonotonicReads) {
  Script s;
  s.begin(0, "write", 1).begin(1, "write", 2).end(0, 1).end(1, 2);
  s.read(2, 1).read(3, 2).read(2, 2);
  EXPECT_EQ(of("monotonic-reads", s), Validity::valid);
  s.read(3, 1);
  EXPECT_EQ(of("monotonic-reads", s), Validity::invalid);
}

TEST(Sessions, AnOldValueAfterAnOwnWriteBreaksReadYourWrites) {
  Script s;
  s.write(0, 1).write(1, 2).read(1, 1);
  EXPECT_EQ(of("read-your-writes", s), Validity::invalid);
  EXPECT_EQ(of("monotonic-reads", s), Validity::valid);
}

TEST(Sessions, AWriteBeforeWhatItsProcessHadReadBreaksWritesFollowReads) {
  Script s;
  s.begin(0, "cas", Value::list(2, 1)).read(1, 1).write(1, 2).end(0, Value::list(2, 1));
  const Verdict verdict = judged("writes-follow-reads", s.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_THAT(verdict.reason, HasSubstr("process 1 read 1 and later wrote 2"));
  EXPECT_EQ(of("monotonic-reads", s), Validity::valid);
  EXPECT_EQ(of("monotonic-writes", s), Validity::valid);
}

TEST(Sessions, ValuesThatAreWrittenTwiceAreRefused) {
  Script s;
  s.write(0, 1).write(1, 1);
  const auto verdict = check_property("monotonic-reads", s.history(), {});
  ASSERT_FALSE(verdict);
  EXPECT_THAT(verdict.error().what, HasSubstr("writes 1 to \"x\" again"));
}

TEST(Staleness, IsMeasuredInTimeAndVersions) {
  Script s;
  s.write(0, 1).write(0, 2).write(0, 3).read(1, 1);
  const Verdict verdict = judged("stale-reads", s.history());
  EXPECT_EQ(verdict.validity, Validity::valid) << "no bound was asked for";
  EXPECT_EQ(figure(verdict, "stale reads"), "1");
  EXPECT_EQ(figure(verdict, "versions behind, most"), "2");
  EXPECT_EQ(figure(verdict, "stale by, most"), "3 ms");
  EXPECT_EQ(judged("stale-reads", s.history(), {.max_staleness = 3ms}).validity, Validity::valid);
  EXPECT_EQ(judged("stale-reads", s.history(), {.max_staleness = 2ms}).validity, Validity::invalid);
  EXPECT_EQ(judged("stale-reads", s.history(), {.max_versions = 1}).validity, Validity::invalid);
}

TEST(Staleness, AnIndeterminateWriteReplacesOnlyOnceItWasSeen) {
  Script s;
  s.write(0, 1).begin(1, "write", 2).end(1, 2, EventType::info).read(2, 1);
  EXPECT_EQ(figure(judged("stale-reads", s.history()), "stale reads"), "0");
  s.read(3, 2).read(2, 1);
  EXPECT_EQ(figure(judged("stale-reads", s.history()), "stale reads"), "1");
}

// ---- Sequential consistency ---------------------------------------------------------------------

TEST(Sequential, AllowsOldReadsButNotTwoOrders) {
  Script stale;
  stale.write(0, 1).read(1, {}).read(1, 1);
  EXPECT_EQ(of("sequential", stale), Validity::valid);

  Script dekker;  // both processes miss the other's write
  dekker.write(0, 1, "x").write(1, 1, "y").read(0, {}, "y").read(1, {}, "x");
  const Verdict verdict = judged("sequential", dekker.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 4u);
}

/// Tries every interleaving of the processes.
class Interleavings {
 public:
  explicit Interleavings(const std::vector<Call>& calls) {
    for (const Call& call : calls) {
      if (call.type == EventType::fail) continue;
      // One that is indeterminate may be left out, so it is a process of its own after the others.
      of_[call.process].push_back(&call);
    }
  }
  bool any() {
    std::map<ProcessId, std::size_t> at;
    std::map<Value, Value> registers;
    return any(at, registers);
  }

 private:
  bool any(std::map<ProcessId, std::size_t>& at, std::map<Value, Value>& registers) {
    if (!seen_.emplace(at, registers).second) return false;
    bool complete = true;
    for (const auto& [process, calls] : of_) {
      const std::size_t i = at[process];
      if (i == calls.size()) continue;
      const Call& call = *calls[i];
      complete = complete && call.indeterminate();
      auto next = registers;
      Value& value = next[call.key];
      if (call.f == "read" && !call.indeterminate() && value != call.result) continue;
      if (call.f == "write") value = call.arguments;
      if (call.f == "cas") {
        if (value != call.arguments.as_list()[0]) continue;
        value = call.arguments.as_list()[1];
      }
      auto later = at;
      ++later[process];
      if (any(later, next)) return true;
    }
    return complete;
  }
  std::map<ProcessId, std::vector<const Call*>> of_;
  std::set<std::pair<std::map<ProcessId, std::size_t>, std::map<Value, Value>>> seen_;
};

/// Processes that call two registers, each with a copy of its own that is now and then renewed.
History random_history(Rng& rng) {
  History history;
  std::map<ProcessId, std::map<Value, Value>> copies;
  std::map<Value, Value> registers;
  std::int64_t next = 1;
  ProcessId spare = 10;
  std::vector<ProcessId> processes = {0, 1, 2};
  const auto add = [&](ProcessId process, EventType type, const std::string& f, const Value& key,
                       const Value& value) {
    history.push_back({.index = static_cast<std::int64_t>(history.size()),
                       .process = process,
                       .type = type,
                       .f = f,
                       .key = key,
                       .value = value});
  };
  for (int i = 0; i < 8; ++i) {
    ProcessId& process = processes[rng.below(processes.size())];
    const Value key = rng.below(2) == 0 ? "x" : "y";
    auto& copy = copies[process];
    if (rng.below(3) == 0) copy = registers;
    const auto kind = rng.below(3);
    const Value before = copy[key], fresh(next);
    const std::string f = kind == 0 ? "write" : kind == 1 ? "cas" : "read";
    const Value arguments = kind == 0 ? fresh : kind == 1 ? Value::list(before, fresh) : Value();
    if (kind < 2) {
      ++next;
      copy[key] = registers[key] = fresh;
    }
    const bool info = rng.below(8) == 0;
    add(process, EventType::invoke, f, key, arguments);
    add(process, info ? EventType::info : EventType::ok, f, key,
        kind == 2 && !info ? before : arguments);
    if (info) process = spare++;
  }
  return history;
}

TEST(Sequential, AgreesWithASearchThatTriesEveryInterleaving) {
  std::map<Validity, int> seen;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Rng rng(seed);
    const History history = random_history(rng);
    const bool expected = Interleavings(*pair_calls(history)).any();
    const Verdict verdict = judged("sequential", history);
    ASSERT_EQ(verdict.validity, expected ? Validity::valid : Validity::invalid)
        << "seed " << seed << ": " << verdict.reason;
    ++seen[verdict.validity];
  }
  EXPECT_GT(seen[Validity::valid], 1000);
  EXPECT_GT(seen[Validity::invalid], 1000);
}

/// What is sequentially consistent has all session guarantees, but for those that real time alone
/// breaks; of what is linearizable nothing is broken.
TEST(Sequential, AnAtomicRegisterHasEveryProperty) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    Script s;
    std::map<Value, Value> registers;
    for (int i = 1; i <= 300; ++i) {
      const auto process = static_cast<ProcessId>(rng.below(5));
      const Value key = rng.below(2) == 0 ? "x" : "y";
      if (rng.below(2) == 0)
        s.write(process, registers[key] = Value(i), key);
      else
        s.read(process, registers[key], key);
    }
    for (const char* property : {"monotonic-reads", "monotonic-writes", "read-your-writes",
                                 "writes-follow-reads", "sequential"})
      EXPECT_EQ(of(property, s), Validity::valid) << property << ", seed " << seed;
    EXPECT_EQ(figure(judged("stale-reads", s.history()), "stale reads"), "0") << "seed " << seed;
  }
}

}  // namespace
}  // namespace plumbline
