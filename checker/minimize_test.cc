// Cores: they prove the whole, and nothing in them can be spared.

#include "checker/minimize.h"

#include <gtest/gtest.h>

#include "checker/evidence.h"
#include "checker/testing.h"
#include "checker/verify/no_order.h"

namespace plumbline {
namespace {

using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

class Cores : public ::testing::TestWithParam<std::string> {};

Certificate of_core(const std::string& model, const KeyCore& core) {
  return {.model = model, .cores = {core}};
}

/// Is the core without `id`, or with it optional, and with what then has to stay, still invalid and
/// smaller?
bool can_spare(const std::vector<Call>& calls, const std::string& model, KeyCore core,
               std::int64_t id, bool leave) {
  const std::size_t had = core.required.size() + core.optional.size();
  std::erase(core.required, id);
  std::erase(core.optional, id);
  if (!leave) core.optional.push_back(id);
  for (;;) {
    if (core.required.empty() || core.required.size() + core.optional.size() > had - leave)
      return false;
    const auto rest = verifying::leave_out(of_core(model, core), calls, core);
    if (rest) return verifying::find_no_order(*rest) == verifying::NoOrder::proven;
    if (rest.error().missing.empty()) return false;
    const auto& missing = rest.error().missing;
    core.optional.insert(core.optional.end(), missing.begin(), missing.end());
  }
}

TEST_P(Cores, AreInvalidAndMinimal) {
  const std::string name = GetParam();
  const ModelEntry& model = *find_model(name);
  int found = 0;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    Rng rng(seed);
    const Shape shape{.model = name,
                      .calls = static_cast<int>(rng.between(4, 16)),
                      .processes = static_cast<int>(rng.between(1, 4)),
                      .values = static_cast<int>(rng.between(0, 3)),
                      .info = rng.unit() * 0.4,
                      .lie = 0.3};
    const std::vector<Call> calls = calls_of(Simulation(rng, shape).run());
    Budget budget(Budget::k_forever, 1UL << 28, nullptr);
    const Decision decision = decide(calls, model, {}, budget);
    if (decision.validity != Validity::invalid) continue;
    ++found;
    const Counterexample example = explain_invalid(calls, model, {}, decision, true, budget);
    ASSERT_FALSE(example.core.empty());
    EXPECT_NE(example.explanation, "");
    EXPECT_FALSE(example.may_be_smaller);
    const KeyCore core = core_of(example);
    const auto rest = verifying::leave_out(of_core(name, core), calls, core);
    ASSERT_TRUE(rest.has_value()) << "seed " << seed << ": " << rest.error().why << "\n"
                                  << show(calls) << "core:\n"
                                  << show(example.core);
    ASSERT_EQ(verifying::find_no_order(*rest), verifying::NoOrder::proven)
        << "seed " << seed << "\n"
        << show(calls) << "core:\n"
        << show(example.core);
    for (const Call& call : example.core) {
      EXPECT_FALSE(can_spare(calls, name, core, call.id, true))
          << "seed " << seed << ": call " << call.id << " can be left out\n"
          << show(calls) << "core:\n"
          << show(example.core);
      if (call.type != EventType::ok) continue;
      EXPECT_FALSE(can_spare(calls, name, core, call.id, false))
          << "seed " << seed << ": call " << call.id << " may as well be optional\n"
          << show(calls) << "core:\n"
          << show(example.core);
    }
  }
  EXPECT_GT(found, 100);
}

TEST(Minimize, SaysThatACoreMayBeSmallerWhenThereWasNoTime) {
  const ModelEntry& model = *find_model("register");
  Rng rng(1);
  const std::vector<Call> calls = calls_of(
      Simulation(rng, {.model = "register", .calls = 40, .processes = 3, .lie = 0.3}).run());
  Budget enough(Budget::k_forever, 1UL << 28, nullptr);
  const Decision decision = decide(calls, model, {}, enough);
  ASSERT_EQ(decision.validity, Validity::invalid);
  Budget none(0s, 1UL << 28, nullptr);
  const Counterexample whole = explain_invalid(calls, model, {}, decision, true, none);
  const Counterexample least = explain_invalid(calls, model, {}, decision, true, enough);
  EXPECT_TRUE(whole.may_be_smaller);
  EXPECT_FALSE(least.may_be_smaller);
  EXPECT_LE(least.core.size(), whole.core.size());
}

/// A read that answers an element twice is of no set; what follows it starts from a set all the
/// same.
TEST(Minimize, AReadWithAnElementTwiceTellsASet) {
  const auto ended = [](std::int64_t process, const char* f, std::int64_t invoked,
                        std::int64_t returned, const Value& argument, const Value& result) {
    return Call{.id = invoked,
                .process = process,
                .f = f,
                .arguments = argument,
                .result = result,
                .type = EventType::ok,
                .invoked = invoked,
                .returned = returned};
  };
  const Value twice = Value::list(1, 1);
  const std::vector<Call> calls{ended(0, "add", 0, 1, 1, {}), ended(0, "add", 2, 3, 1, {}),
                                ended(1, "add", 4, 9, 2, {}), ended(0, "read", 5, 6, {}, twice),
                                ended(0, "read", 7, 8, {}, twice)};
  const ModelEntry& model = *find_model("gset");
  Budget budget(Budget::k_forever, 1UL << 28, nullptr);
  const Decision decision = decide(calls, model, {}, budget);
  ASSERT_EQ(decision.validity, Validity::invalid);
  const Counterexample example = explain_invalid(calls, model, {}, decision, true, budget);
  EXPECT_LE(example.core.size(), 3U);
  EXPECT_FALSE(example.may_be_smaller);
}

/// Late in a long history somebody gets a lock that is held: why takes few calls, whatever came
/// before, as a count of the calls tells the state shortly before it.
TEST(Minimize, ALockGivenTwiceLateTakesFewCalls) {
  int invalid = 0;
  for (const std::string name : {"mutex", "owner-lock", "reentrant-lock"}) {
    const ModelEntry& model = *find_model(name);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Rng rng(seed);
      std::vector<Call> calls = calls_of(
          Simulation(rng, {.model = name, .calls = 2'000, .processes = 5, .info = 0}).run());
      // A release of the last tenth never was.
      const auto lost = std::find_if(calls.end() - 200, calls.end(), [](const Call& call) {
        return call.f == "release" && call.type == EventType::ok && call.result != Value(false);
      });
      if (lost != calls.end()) lost->type = EventType::fail;
      Budget budget(60s, 1UL << 28, nullptr);
      const Decision decision = decide(calls, model, {}, budget);
      if (decision.validity != Validity::invalid) continue;
      ++invalid;
      const Counterexample example = explain_invalid(calls, model, {}, decision, true, budget);
      EXPECT_LE(example.core.size(), 2U) << name << " seed " << seed;
      const auto rest =
          verifying::leave_out(of_core(name, core_of(example)), calls, core_of(example));
      ASSERT_TRUE(rest.has_value()) << "seed " << seed << ": " << rest.error().why;
      EXPECT_EQ(verifying::find_no_order(*rest), verifying::NoOrder::proven) << "seed " << seed;
    }
  }
  EXPECT_GT(invalid, 20);
}

/// Late in a long history with many indeterminate calls somebody reads what was overwritten: why
/// takes few calls, whatever may have happened before.
TEST(Minimize, AStaleReadAmongManyIndeterminateCallsTakesFewCalls) {
  const ModelEntry& model = *find_model("cas-register");
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Rng rng(seed);
    const Shape shape{
        .model = "cas-register", .calls = 1'500, .processes = 10, .values = 20, .info = 0.05};
    std::vector<Call> calls = calls_of(Simulation(rng, shape).run());
    std::int64_t at = 10'000;  // behind all others
    const auto play = [&](const std::string& f, const Value& argument, const Value& result) {
      calls.push_back({.id = at,
                       .f = f,
                       .arguments = argument,
                       .result = result,
                       .type = EventType::ok,
                       .invoked = at,
                       .returned = at + 1});
      at += 2;
    };
    play("write", 99, {});
    play("read", {}, 99);
    play("write", 1, {});
    play("read", {}, 99);
    Budget budget(60s, 1UL << 28, nullptr);
    const Decision decision = decide(calls, model, {}, budget);
    ASSERT_EQ(decision.validity, Validity::invalid) << "seed " << seed;
    const Counterexample example = explain_invalid(calls, model, {}, decision, true, budget);
    EXPECT_LE(example.core.size(), 4U) << "seed " << seed << "\n" << show(example.core);
    const KeyCore core = core_of(example);
    const auto rest = verifying::leave_out(of_core("cas-register", core), calls, core);
    ASSERT_TRUE(rest.has_value()) << "seed " << seed << ": " << rest.error().why;
    EXPECT_EQ(verifying::find_no_order(*rest), verifying::NoOrder::proven) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Minimize, Cores,
                         ::testing::Values("register", "cas-register", "mutex", "set", "kv",
                                           "list-append", "counter", "gset", "multi-register",
                                           "queue", "stack", "unordered-queue", "priority-queue",
                                           "owner-lock", "reentrant-lock"),
                         [](const auto& model) { return testing_checker::plain(model.param); });

}  // namespace
}  // namespace plumbline
