// A user's own model, from its definition to a verdict; and the tutorial shows just this one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "checker/evidence.h"
#include "checker/model_spec.h"
#include "checker/models/semaphore_example.h"
#include "checker/testing.h"
#include "checker/verify/no_order.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

Status registered() {
  static const Status k_status =
      register_model<Semaphore>("semaphore", "permits: acquire, release");
  return k_status;
}

/// Calls one after the other, each by its own process.
History sequence(const std::vector<std::pair<std::string, Value>>& calls) {
  History history;
  for (const auto& [f, result] : calls)
    for (const EventType type : {EventType::invoke, EventType::ok}) {
      const auto index = static_cast<std::int64_t>(history.size());
      history.push_back({.index = index,
                         .time = Nanos(index * 1'000'000),
                         .process = index / 2,
                         .type = type,
                         .f = f,
                         .value = type == EventType::ok ? result : Value()});
    }
  return history;
}

TEST(OwnModel, IsCheckedUnderItsName) {
  ASSERT_TRUE(registered()) << registered().error().what;
  const auto check = [](const History& history, Value permits = {}) {
    return check_linearizable(history, {.model = "semaphore", .initial = std::move(permits)});
  };
  const std::vector<std::pair<std::string, Value>> thrice(3, {"acquire", {}});
  EXPECT_EQ(check(sequence(thrice)).validity, Validity::valid);
  EXPECT_EQ(check(sequence(thrice), 2).validity, Validity::invalid);
  EXPECT_EQ(check(sequence({{"try-acquire", false}})).validity, Validity::invalid);
  EXPECT_EQ(check(sequence({{"acquire", {}}, {"try-acquire", false}}), 1).validity,
            Validity::valid);
  EXPECT_THAT(check(sequence({{"lock", {}}})).reason, HasSubstr("must be acquire, release or try"));
}

TEST(OwnModel, SaysWhyAStepIsImpossible) {
  ASSERT_TRUE(registered());
  const auto machine = find_model("semaphore")->machine(1);
  const Call release{.f = "release", .type = EventType::ok};
  EXPECT_EQ(machine->why_not(machine->initial(), machine->effect(release)),
            "release, but all permits are free");
  EXPECT_EQ(machine->describe(machine->initial()), "1 of 1 permits free");
}

TEST(OwnModel, IsListedAndItsNameIsTaken) {
  ASSERT_TRUE(registered());
  EXPECT_TRUE(known_model("semaphore"));
  EXPECT_FALSE(register_model<Semaphore>("semaphore", "again"));
  EXPECT_FALSE(register_model<Semaphore>("register", "no"));
}

/// Calls of a few clients at random times, with random answers.
std::vector<Call> random_calls(Rng& rng) {
  std::vector<Call> calls, open;
  const auto processes = rng.between(1, 3);
  std::int64_t position = 0;
  for (auto events = rng.between(4, 24); events > 0; --events, ++position) {
    if (static_cast<std::int64_t>(open.size()) < processes && rng.chance(0.5)) {
      const std::string f = rng.chance(0.4)   ? "acquire"
                            : rng.chance(0.6) ? "release"
                                              : "try-acquire";
      open.push_back({.id = position, .f = f, .type = EventType::info, .invoked = position});
    } else if (!open.empty()) {
      const auto at = open.begin() + static_cast<std::ptrdiff_t>(rng.below(open.size()));
      if (rng.chance(0.8)) {
        at->type = EventType::ok;
        at->returned = position;
        if (at->f == "try-acquire") at->result = Value(rng.chance(0.5));
      }
      calls.push_back(*at);
      open.erase(at);
    }
  }
  calls.insert(calls.end(), open.begin(), open.end());
  std::ranges::sort(calls, {}, &Call::invoked);
  return calls;
}

/// What is shown of a violation is impossible by itself, and every call of it that has to have
/// happened is needed for that.
TEST(OwnModel, ViolationsAreShownByFewCalls) {
  ASSERT_TRUE(registered());
  const ModelEntry& model = *find_model("semaphore");
  const auto impossible = [&](const std::vector<Call>& calls, const KeyCore& core) {
    const auto rest = verifying::leave_out(specs_of(model), 2, calls, core);
    return rest && verifying::find_no_order(*rest) == verifying::NoOrder::proven;
  };
  int invalid = 0, smaller = 0;
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Rng rng(seed);
    const std::vector<Call> calls = random_calls(rng);
    Budget budget(Budget::k_forever, 1UL << 28, nullptr);
    const Decision decision = decide(calls, model, 2, budget);
    ASSERT_EQ(decision.validity == Validity::valid, testing_checker::brute_force(calls, model, 2))
        << "seed " << seed;
    if (decision.validity != Validity::invalid) continue;
    ++invalid;
    const Counterexample example = explain_invalid(calls, model, 2, decision, true, budget);
    const KeyCore core = core_of(example);
    ASSERT_TRUE(impossible(calls, core)) << "seed " << seed;
    smaller += example.core.size() < calls.size();
    for (const std::int64_t id : core.required) {
      KeyCore less = core;
      std::erase(less.required, id);
      EXPECT_FALSE(impossible(calls, less)) << "seed " << seed << ": without call " << id;
      less.optional.push_back(id);
      EXPECT_FALSE(impossible(calls, less))
          << "seed " << seed << ": with call " << id << " optional";
    }
  }
  EXPECT_GT(invalid, 200);
  EXPECT_GT(smaller, invalid / 2);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OwnModel, TheTutorialShowsTheExampleAsItIs) {
  const std::string example = text_of(PLUMBLINE_CHECKER "/models/semaphore_example.h");
  const std::string begin = "// Begin of the example.\n", end = "// End of the example.\n";
  const std::size_t from = example.find(begin) + begin.size();
  const std::string shown = example.substr(from, example.find(end) - from);
  EXPECT_THAT(text_of(PLUMBLINE_CHECKER "/../docs/your-own-model.md"),
              HasSubstr("```cpp\n" + shown + "```"));
}

}  // namespace
}  // namespace plumbline
