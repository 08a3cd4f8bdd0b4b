// The engines against an oracle that tries every order: all tiny histories, and many random ones of
// every model. PLUMBLINE_FUZZ_CASES sets how many.

#include "checker/decide.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "checker/normalise.h"
#include "checker/order.h"
#include "checker/search.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

constexpr std::size_t k_memory = 1UL << 28;

std::uint64_t cases(std::uint64_t normally) {
  const char* asked = std::getenv("PLUMBLINE_FUZZ_CASES");
  const auto number = asked == nullptr ? std::nullopt : parse_int(asked);
  return number ? static_cast<std::uint64_t>(*number) : normally;
}

Decision decide_calls(const std::vector<Call>& calls, const ModelEntry& model) {
  Budget budget(20s, k_memory, nullptr);
  return decide(calls, model, {}, budget);
}

/// The general search alone, even where a direct decider would have answered.
SearchResult search_calls(const std::vector<Call>& calls, const ModelEntry& model) {
  Budget budget(20s, k_memory, nullptr);
  const auto machine = model.machine({});
  const Timeline timeline(normalise(calls, model), *machine);
  return search(timeline, *machine, budget, model.transition != nullptr);
}

/// Both engines agree with the oracle on one random history.
void compare(std::uint64_t seed, const Shape& shape, std::uint64_t& valid) {
  Rng rng(seed);
  const std::vector<Call> calls = calls_of(Simulation(rng, shape).run());
  const ModelEntry& model = *find_model(shape.model);
  const bool linearizable = brute_force(calls, model);
  valid += linearizable;
  const Validity expected = linearizable ? Validity::valid : Validity::invalid;
  if (shape.lie == 0) {
    ASSERT_TRUE(linearizable) << "the object does not keep to its model, seed " << seed << "\n"
                              << show(calls);
  }
  const Decision decision = decide_calls(calls, model);
  ASSERT_EQ(to_string(decision.validity), std::string(to_string(expected)))
      << shape.model << " seed " << seed << " by " << decision.means << "\n"
      << show(calls);
  const SearchResult found = search_calls(calls, model);
  ASSERT_EQ(to_string(found.validity), std::string(to_string(expected)))
      << shape.model << " seed " << seed << " by search\n"
      << show(calls);
  if (linearizable) return;
  const std::int64_t end = all_known(calls, found.position) + 1;
  ASSERT_FALSE(brute_force(prefix(calls, end), model))
      << shape.model << " seed " << seed << ": valid before " << end << "\n"
      << show(calls);
}

class EveryModel : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryModel, AgreesWithBruteForceOnRandomHistories) {
  // Searches over lists cost a hundred times those over cells.
  const bool cell = find_model(GetParam())->transition != nullptr;
  const std::uint64_t count = cases(cell ? 40'000 : 2'000);
  std::uint64_t valid = 0;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed * 77 + 5);
    Shape shape{.model = GetParam(),
                .calls = static_cast<int>(rng.between(3, 10)),
                .processes = static_cast<int>(rng.between(1, 5)),
                .values = static_cast<int>(rng.between(0, 3)),
                .info = rng.unit() * 0.8,
                .lie = rng.chance(0.15) ? 0 : 0.2 + rng.unit() * 0.8};
    compare(seed, shape, valid);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(valid, count / 10) << "too few valid histories to mean anything";
  EXPECT_LT(valid, count - count / 10) << "too few invalid histories to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Decide, EveryModel,
                         ::testing::Values("register", "cas-register", "kv", "list-append",
                                           "multi-register", "counter", "set", "gset", "mutex",
                                           "queue", "stack", "owner-lock", "reentrant-lock"),
                         [](const auto& model) { return testing_checker::plain(model.param); });

}  // namespace
}  // namespace plumbline
