// Cores: they prove the whole, and nothing in them can be spared.

#include "checker/minimize.h"

#include <gtest/gtest.h>

#include "checker/evidence.h"
#include "checker/testing.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

std::size_t distance_to_nothing(const std::vector<Call>& calls) {
  std::size_t size = 0;
  for (const Call& call : calls) size += 1 + (call.type == EventType::ok);
  return size;
}

class Cores : public ::testing::TestWithParam<std::string> {};

/// Leaving something out of a valid history must never make it invalid: this is what makes a core a
/// proof, so it is tried for every call of many valid histories.
TEST_P(Cores, LeavingOutKeepsValidHistoriesValid) {
  const ModelEntry& model = *find_model(GetParam());
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Rng rng(seed);
    const Shape shape{.model = GetParam(),
                      .calls = 8,
                      .processes = static_cast<int>(rng.between(1, 4)),
                      .values = static_cast<int>(rng.between(0, 3)),
                      .info = rng.unit() * 0.5};
    const std::vector<Call> calls = calls_of(Simulation(rng, shape).run());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].type != EventType::ok) continue;
      const std::vector<Call> rest = leave_out(calls, i, model);
      ASSERT_TRUE(brute_force(rest, model))
          << "seed " << seed << " without call " << calls[i].id << "\n"
          << show(calls) << "left:\n"
          << show(rest);
    }
  }
}

TEST_P(Cores, AreInvalidAndMinimal) {
  const ModelEntry& model = *find_model(GetParam());
  // Searches over lists are slow with many indeterminate calls, and a core has many.
  const int longest = model.transition != nullptr ? 14 : 8;
  int found = 0;
  for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
    Rng rng(seed);
    const Shape shape{.model = GetParam(),
                      .calls = static_cast<int>(rng.between(4, longest)),
                      .processes = static_cast<int>(rng.between(1, 4)),
                      .values = static_cast<int>(rng.between(0, 3)),
                      .info = rng.unit() * 0.4,
                      .lie = 0.3};
    const std::vector<Call> calls = calls_of(Simulation(rng, shape).run());
    Budget budget(60s, 1UL << 28, nullptr);
    if (decide(calls, model, {}, budget).validity != Validity::invalid) continue;
    ++found;
    const std::vector<Call> core = minimize(calls, model, {}, budget);
    ASSERT_FALSE(core.empty());
    if (core.size() <= 12) {
      ASSERT_FALSE(brute_force(core, model)) << "seed " << seed << "\n"
                                             << show(calls) << "core:\n"
                                             << show(core);
    }
    for (std::size_t i = 0; i < core.size(); ++i) {
      if (core[i].type != EventType::ok) continue;
      const std::vector<Call> rest = leave_out(core, i, model);
      if (distance_to_nothing(rest) == distance_to_nothing(core)) continue;
      ASSERT_TRUE(brute_force(rest, model))
          << "seed " << seed << ": call " << core[i].id << " can be spared\n"
          << show(core);
    }
    EXPECT_NE(explain_core(core, model, {}), "");
  }
  EXPECT_GT(found, 200);
}

INSTANTIATE_TEST_SUITE_P(Minimize, Cores,
                         ::testing::Values("register", "cas-register", "mutex", "set", "kv",
                                           "list-append", "counter", "gset", "multi-register"),
                         [](const auto& model) { return testing_checker::plain(model.param); });

}  // namespace
}  // namespace plumbline
