// Two threads on one object: the answer that one thread has.

#include "checker/race.h"

#include <gtest/gtest.h>

#include "checker/decide.h"
#include "checker/testing.h"

namespace plumbline {
namespace {

using testing_checker::calls_of;
using testing_checker::Simulation;

constexpr std::size_t k_memory = 1UL << 28;

/// Those that are not answered in the first turn, in which there is but one thread.
constexpr std::uint64_t k_seeds[] = {115, 146, 154, 166, 174, 179, 182, 186, 193};

/// A history of many clients, in which much is open at once and values come again and again.
std::vector<Call> hard(std::uint64_t seed) {
  Rng rng(seed);
  const bool lies = rng.chance(0.5);
  return calls_of(Simulation(rng, {.model = "multi-register",
                                   .calls = 80,
                                   .processes = 14,
                                   .values = static_cast<int>(rng.between(3, 8)),
                                   .info = 0.05,
                                   .lie = lies ? 0.05 : 0})
                      .run());
}

bool is_left_open(const std::vector<Call>& calls, const ModelEntry& model) {
  Budget budget(Budget::k_forever, k_memory, nullptr);
  const auto machine = model.machine({});
  const Timeline timeline(normalise(calls, model), *machine);
  return !make_search(timeline, *machine, budget, false)->turn(Search::Part::all);
}

/// Orders are played through by decide() itself.
TEST(Race, AnswersAsOneThreadDoes) {
  const ModelEntry& model = *find_model("multi-register");
  int valid = 0;
  for (const std::uint64_t seed : k_seeds) {
    const std::vector<Call> calls = hard(seed);
    EXPECT_TRUE(is_left_open(calls, model)) << "seed " << seed;
    Budget alone(Budget::k_forever, k_memory, nullptr),
        shared(Budget::k_forever, k_memory, nullptr);
    shared.lend_thread();
    const Decision one = decide(calls, model, {}, alone), two = decide(calls, model, {}, shared);
    ASSERT_EQ(one.validity, two.validity) << "seed " << seed;
    EXPECT_TRUE(shared.borrow_thread()) << "seed " << seed << ": the thread was not given back";
    valid += one.validity == Validity::valid;
  }
  EXPECT_GT(valid, 0);
}

TEST(Race, EndsWhenItIsStopped) {
  const ModelEntry& model = *find_model("multi-register");
  const std::atomic<bool> stop = true;
  int unknown = 0;
  for (const std::uint64_t seed : k_seeds) {
    const std::vector<Call> calls = hard(seed);
    Budget budget(Budget::k_forever, k_memory, &stop);
    budget.lend_thread();
    const Decision decision = decide(calls, model, {}, budget);
    if (decision.validity != Validity::unknown) continue;
    EXPECT_EQ(decision.why, "it was stopped");
    ++unknown;
  }
  EXPECT_GT(unknown, 5);
}

TEST(Budgets, APartHasTheMemoryOfTheWholeAndAStopOfItsOwn) {
  std::atomic<bool> stop = false;
  Budget whole(Budget::k_forever, 1000, nullptr);
  Budget part(whole, &stop), other(whole, nullptr);
  {
    MemoryShare share(part);
    share.set(1001);
    EXPECT_EQ(whole.used(), 1001U);
    EXPECT_EQ(other.exhausted(), "the memory budget ran out");
  }
  EXPECT_EQ(whole.used(), 0U);
  stop = true;
  EXPECT_EQ(part.exhausted(), "it was stopped");
  EXPECT_EQ(other.exhausted(), std::nullopt);
}

TEST(Budgets, CanBeShortenedAndNeverMadeLonger) {
  Budget budget(1h, 1000, nullptr);
  budget.shorten_to(2h);
  EXPECT_LE(budget.remaining(), 1h);
  Budget part(budget, nullptr);
  EXPECT_FALSE(part.exhausted());
  budget.shorten_to(Nanos(0));
  EXPECT_EQ(budget.remaining(), Nanos(0));
  EXPECT_TRUE(part.exhausted()) << "a part has the time of the whole";
  Budget forever(Budget::k_forever, 1000, nullptr);
  forever.shorten_to(Nanos(0));
  EXPECT_TRUE(forever.forever());
}

TEST(Budgets, LendsAsManyThreadsAsItHas) {
  Budget budget(Budget::k_forever, 1000, nullptr);
  EXPECT_FALSE(budget.borrow_thread());
  budget.lend_thread();
  budget.lend_thread();
  EXPECT_TRUE(budget.borrow_thread());
  EXPECT_TRUE(budget.borrow_thread());
  EXPECT_FALSE(budget.borrow_thread());
}

}  // namespace
}  // namespace plumbline
