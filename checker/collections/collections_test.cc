// The deciders of queues, stacks, bags and priority queues against every order of small histories.

#include <gtest/gtest.h>

#include <cstdlib>

#include "checker/collections/long_histories.h"
#include "checker/decide.h"
#include "checker/order.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::LongRun;
using testing_checker::LongShape;
using testing_checker::plain;
using testing_checker::plant;
using testing_checker::Planted;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

/// How often the fuzzing tests try; more by PLUMBLINE_CASES.
int cases(int usual) {
  const char* wanted = std::getenv("PLUMBLINE_CASES");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

std::optional<DirectAnswer> directly(const std::vector<NormalCall>& normal,
                                     const ModelEntry& model) {
  Budget budget(60s, 1UL << 29, nullptr);
  return model.deciders.at(0).decide(normal, model, {}, budget);
}

std::vector<Call> calls_of_core(const std::vector<const NormalCall*>& core) {
  std::vector<Call> calls;
  for (const NormalCall* c : core) calls.push_back(*c->call);
  std::sort(calls.begin(), calls.end(),
            [](const Call& a, const Call& b) { return a.invoked < b.invoked; });
  return calls;
}

struct Tally {
  int valid = 0, invalid = 0, open = 0, open_valid = 0, without_core = 0;
};

/// What the decider says of one small history is right, and its evidence is.
void judge(const std::vector<Call>& calls, const ModelEntry& model, Tally& tally) {
  const auto normal = normalise(calls, model);
  const auto answer = directly(normal, model);
  const bool expected = brute_force(calls, model);
  if (!answer) {
    ++tally.open;
    tally.open_valid += expected;
    return;
  }
  ++(expected ? tally.valid : tally.invalid);
  ASSERT_EQ(answer->linearizable, expected);
  if (expected) {
    std::vector<const Call*> order;
    for (const NormalCall* c : answer->order) order.push_back(c->call);
    ASSERT_EQ(verify_order(calls, order, *model.machine({})), "");
  } else if (answer->core.empty()) {
    ++tally.without_core;
  } else {
    ASSERT_FALSE(brute_force(calls_of_core(answer->core), model))
        << "the core:\n"
        << show(calls_of_core(answer->core));
  }
}

/// Calls at random times: elements that come and go once, and some that do not, or not for certain.
class RandomTimes {
 public:
  RandomTimes(Rng& rng, std::string add, std::string out)
      : rng_(rng), add_(std::move(add)), out_(std::move(out)) {}

  std::vector<Call> calls(int elements, int lone) {
    length_ = rng_.pick(std::vector<double>{0.1, 0.3, 0.6});
    std::vector<int> values;
    for (int v = 1; v <= elements; ++v) values.push_back(v);
    rng_.shuffle(values);
    double now = 0;
    for (const int v : values) {
      now += rng_.unit() * length_;
      call(add_, v, {}, now, rng_.chance(0.1));
      const double stay = rng_.unit() * rng_.pick(std::vector<double>{0.3, 1, 2});
      if (!rng_.chance(0.25)) call(out_, {}, v, now + stay, false);
    }
    for (int i = 0; i < lone; ++i) call(out_, {}, {}, rng_.unit() * (now + 1), rng_.chance(0.6));
    return numbered();
  }

 private:
  struct Timed {
    Call call;
    double from, by;
  };
  void call(const std::string& f, Value arguments, Value result, double from, bool info) {
    Call call{.f = f, .arguments = std::move(arguments), .type = EventType::info};
    if (!info) {
      call.type = EventType::ok;
      call.result = f == out_ ? std::move(result) : call.arguments;
    }
    timed_.push_back({std::move(call), from, from + rng_.unit() * length_ * 2});
  }
  std::vector<Call> numbered() {
    std::vector<double> times;
    for (const Timed& t : timed_) {
      times.push_back(t.from);
      if (t.call.type == EventType::ok) times.push_back(t.by);
    }
    std::sort(times.begin(), times.end());
    const auto position = [&](double time) {
      return std::lower_bound(times.begin(), times.end(), time) - times.begin();
    };
    std::vector<Call> calls;
    for (Timed& t : timed_) {
      t.call.id = t.call.invoked = position(t.from);
      if (t.call.type == EventType::ok) t.call.returned = position(t.by);
      calls.push_back(std::move(t.call));
    }
    std::sort(calls.begin(), calls.end(),
              [](const Call& a, const Call& b) { return a.invoked < b.invoked; });
    return calls;
  }
  Rng& rng_;
  std::string add_, out_;
  double length_ = 0;
  std::vector<Timed> timed_;
};

class Collections : public ::testing::TestWithParam<std::string> {
 protected:
  const ModelEntry& model() const { return *find_model(GetParam()); }
  /// How the model calls an addition and a removal.
  std::pair<std::string, std::string> operations() const {
    if (GetParam() == "stack") return {"push", "pop"};
    if (GetParam() == "priority-queue") return {"insert", "pop-min"};
    return {"enqueue", "dequeue"};
  }
};

TEST_P(Collections, SmallHistoriesAgreeWithBruteForce) {
  const int n = cases(6'000);
  const char* first = std::getenv("PLUMBLINE_SEED");
  const std::uint64_t seed0 = first == nullptr ? 0 : std::strtoull(first, nullptr, 10);
  Tally tally;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
    Rng rng(seed0 + i);
    const Shape shape{.model = GetParam(),
                      .calls = static_cast<int>(rng.between(3, 12)),
                      .processes = static_cast<int>(rng.between(2, 5)),
                      .values = 0,
                      .info = rng.pick(std::vector<double>{0, 0.1, 0.4, 0.7}),
                      .lie = rng.pick(std::vector<double>{0, 0.1, 0.4}),
                      .removals = rng.pick(std::vector<double>{0.4, 0.5, 0.6})};
    const auto calls = calls_of(Simulation(rng, shape).run());
    SCOPED_TRACE(str("seed ", seed0 + i, "\n", show(calls)));
    ASSERT_NO_FATAL_FAILURE(judge(calls, model(), tally));
    if (HasFatalFailure()) return;
  }
  std::printf("%d valid, %d invalid (%d without a core), %d left open (%d valid)\n", tally.valid,
              tally.invalid, tally.without_core, tally.open, tally.open_valid);
  EXPECT_GT(tally.valid, n / 10);
  EXPECT_GT(tally.invalid, n / 10);
}

TEST_P(Collections, CallsAtRandomTimesAgreeWithBruteForce) {
  const int n = cases(6'000);
  const char* first = std::getenv("PLUMBLINE_SEED");
  const std::uint64_t seed0 = first == nullptr ? 0 : std::strtoull(first, nullptr, 10);
  Tally tally;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i) {
    Rng rng(seed0 + i);
    const auto [add, out] = operations();
    RandomTimes random(rng, add, out);
    const auto calls =
        random.calls(static_cast<int>(rng.between(1, 6)), static_cast<int>(rng.between(0, 4)));
    SCOPED_TRACE(str("seed ", seed0 + i, "\n", show(calls)));
    ASSERT_NO_FATAL_FAILURE(judge(calls, model(), tally));
    if (HasFatalFailure()) return;
  }
  std::printf("%d valid, %d invalid (%d without a core), %d left open (%d valid)\n", tally.valid,
              tally.invalid, tally.without_core, tally.open, tally.open_valid);
  EXPECT_GT(tally.valid, n / 10);
  EXPECT_GT(tally.invalid, n / 10);
}

Decision decide_long(const std::vector<Call>& calls, const ModelEntry& model) {
  Budget budget(60s, 1UL << 29, nullptr);
  return decide(calls, model, {}, budget);
}

/// decide() itself verifies every order it gives.
TEST_P(Collections, LongHistoriesOfOneThatWorksAreValid) {
  for (const double info : {0.0, 0.01, 0.05})
    for (const int calls : {1'000, 30'000})
      for (const double removals : {0.4, 0.5, 0.6}) {
        Rng rng(static_cast<std::uint64_t>(calls) + static_cast<std::uint64_t>(info * 100));
        const LongShape shape{
            .model = GetParam(), .calls = calls, .info = info, .removals = removals};
        const auto history = LongRun(rng, shape).run();
        const Decision decision = decide_long(history, model());
        EXPECT_EQ(decision.validity, Validity::valid)
            << calls << " calls, info " << info << ", removals " << removals;
        EXPECT_STREQ(decision.means, model().deciders.at(0).name);
      }
}

TEST_P(Collections, PlantedMistakesAreFoundInLongHistories) {
  int invalid = 0;
  for (const double info : {0.0, 0.02})
    for (const Planted what :
         {Planted::lost, Planted::duplicated, Planted::phantom, Planted::reordered, Planted::empty})
      for (const int calls : {1'000, 20'000}) {
        Rng rng(static_cast<std::uint64_t>(calls));
        auto history = LongRun(rng, {.model = GetParam(), .calls = calls, .info = info}).run();
        if (!plant(history, what, rng)) continue;
        const auto normal = normalise(history, model());
        const auto answer = directly(normal, model());
        ASSERT_TRUE(answer) << calls << " calls, info " << info << ", " << static_cast<int>(what);
        if (what == Planted::duplicated || what == Planted::phantom) {
          EXPECT_FALSE(answer->linearizable);
        }
        if (answer->linearizable) continue;
        ++invalid;
        const auto core = calls_of_core(answer->core);
        const auto again = normalise(core, model());
        const auto proof = directly(again, model());
        ASSERT_TRUE(proof);
        EXPECT_FALSE(proof->linearizable);
        if (core.size() <= 14) {
          EXPECT_FALSE(brute_force(core, model()));
        }
      }
  EXPECT_GE(invalid, 8);
}

INSTANTIATE_TEST_SUITE_P(All, Collections,
                         ::testing::Values("queue", "unordered-queue", "stack", "priority-queue"),
                         [](const auto& test) { return plain(test.param); });

}  // namespace
}  // namespace plumbline
