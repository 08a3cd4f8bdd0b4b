// The greedy deciders against brute force on small random histories, and their speed class on large
// ones. PLUMBLINE_FUZZ_CASES sets how many.

#include "checker/greedy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "checker/climb.h"
#include "checker/normalise.h"
#include "checker/order.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::show;

std::uint64_t cases(std::uint64_t normally) {
  const char* asked = std::getenv("PLUMBLINE_FUZZ_CASES");
  const auto number = asked == nullptr ? std::nullopt : parse_int(asked);
  return number ? static_cast<std::uint64_t>(*number) : normally;
}

/// Calls that are open at random times: `count` of them, each over about `overlap` others.
std::vector<Call> random_spans(Rng& rng, std::size_t count, double info, std::int64_t overlap) {
  std::vector<Call> calls(count);
  std::vector<std::pair<std::int64_t, std::size_t>> ends;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(i) * 4;
    ends.emplace_back(at, 2 * i);
    ends.emplace_back(
        at + 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(overlap * 4))),
        2 * i + 1);
  }
  std::sort(ends.begin(), ends.end());
  for (std::size_t position = 0; position < ends.size(); ++position) {
    Call& call = calls[ends[position].second / 2];
    const auto at = static_cast<std::int64_t>(position);
    if (ends[position].second % 2 == 0)
      call.id = call.invoked = at;
    else
      call.returned = at;
  }
  for (Call& call : calls) {
    call.type = rng.chance(info) ? EventType::info : EventType::ok;
    if (call.type == EventType::info) call.returned = k_open;
  }
  return calls;
}

struct Tally {
  std::uint64_t valid = 0, invalid = 0, passed_on = 0, cores = 0;
};

using Decide = std::optional<DirectAnswer> (*)(const std::vector<NormalCall>&, const ModelEntry&,
                                               const Value&, Budget&);

/// `decide` agrees with brute force, its order is one, and its core stands by itself.
void compare(const std::vector<Call>& calls, const ModelEntry& model, const Value& initial,
             Decide decide, Tally& tally) {
  const std::vector<NormalCall> normal = normalise(calls, model);
  Budget budget(20s, 1UL << 28, nullptr);
  const auto answer = decide(normal, model, initial, budget);
  if (!answer) {
    ++tally.passed_on;
    return;
  }
  const bool expected = brute_force(calls, model, initial);
  ++(expected ? tally.valid : tally.invalid);
  ASSERT_EQ(answer->linearizable, expected) << to_string(initial) << "\n" << show(calls);
  if (expected) {
    std::vector<const Call*> order;
    for (const NormalCall* c : answer->order) order.push_back(c->call);
    const auto machine = model.machine(initial);
    ASSERT_EQ(verify_order(calls, order, *machine), "") << show(calls);
  } else if (!answer->core.empty()) {
    ++tally.cores;
    std::vector<Call> core;
    for (const NormalCall* c : answer->core) core.push_back(*c->call);
    ASSERT_FALSE(brute_force(core, model, initial)) << show(calls) << "core\n" << show(core);
  }
}

void as_set_call(Rng& rng, Call& call) {
  static const std::vector<std::string> k_operations = {"add", "remove", "contains"};
  call.f = rng.pick(k_operations);
  if (call.type == EventType::ok) call.result = Value(rng.chance(0.5));
}

TEST(TwoValues, AgreeWithBruteForceOnRandomHistories) {
  Tally tally;
  const std::uint64_t count = cases(60'000);
  const ModelEntry &set = *find_model("set"), &mutex = *find_model("mutex");
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    auto calls = random_spans(rng, 1 + rng.below(9), rng.unit() * 0.6,
                              static_cast<std::int64_t>(1 + rng.below(5)));
    const bool lock = rng.chance(0.4);
    for (Call& call : calls)
      if (lock)
        call.f = rng.chance(0.5) ? "acquire" : "release";
      else
        as_set_call(rng, call);
    compare(calls, lock ? mutex : set, Value(rng.chance(0.3)), decide_two_values, tally);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(tally.valid, count / 10);
  EXPECT_GT(tally.invalid, count / 10);
  EXPECT_GT(tally.cores, count / 100);
  EXPECT_EQ(tally.passed_on, 0U);
}

/// Answers of a counter that runs along, so that enough of them can be.
void as_counter_calls(Rng& rng, std::vector<Call>& calls, int amounts, std::int64_t sign) {
  std::int64_t number = 0;
  for (Call& call : calls) {
    call.f = rng.chance(0.5) ? "read" : "add";
    if (call.f == "add") {
      call.arguments = Value(sign * static_cast<std::int64_t>(rng.between(1, amounts)));
      if (rng.chance(0.8)) number += call.arguments.as_int();
    } else if (call.type == EventType::ok) {
      call.result = Value(number + (rng.chance(0.3) ? rng.between(-2, 2) : 0));
    }
  }
}

TEST(Climb, AgreesWithBruteForceOnRandomHistories) {
  Tally tally;
  const std::uint64_t count = cases(60'000);
  const ModelEntry& counter = *find_model("counter");
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    auto calls = random_spans(rng, 1 + rng.below(9), rng.chance(0.3) ? 0 : rng.unit() * 0.6,
                              static_cast<std::int64_t>(1 + rng.below(6)));
    as_counter_calls(rng, calls, static_cast<int>(rng.between(1, 4)), rng.chance(0.8) ? 1 : -1);
    compare(calls, counter, {}, decide_by_climb, tally);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(tally.valid, count / 10);
  EXPECT_GT(tally.invalid, count / 10);
  EXPECT_GT(tally.cores, count / 10);
  EXPECT_EQ(tally.passed_on, 0U);
}

}  // namespace
}  // namespace plumbline
