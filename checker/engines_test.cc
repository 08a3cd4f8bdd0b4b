// The engines against each other on random histories that are too long to try every order of, and
// against every order on short ones in which many calls are open at once.

#include <gtest/gtest.h>

#include "checker/cross_check.h"
#include "checker/decide.h"
#include "checker/testing.h"

namespace plumbline {
namespace {

using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

struct Size {
  std::uint64_t histories;
  int least, most;  ///< calls
};

/// All engines agree on random histories of `model`; of either kind there are some.
void compare(const std::string& name, Size size) {
  const ModelEntry& model = *find_model(name);
  std::uint64_t valid = 0, invalid = 0;
  for (std::uint64_t seed = 0; seed < size.histories; ++seed) {
    Rng rng(seed * 131 + 17);
    const bool lies = rng.chance(0.6);
    const auto calls =
        calls_of(Simulation(rng, {.model = name,
                                  .calls = static_cast<int>(rng.between(size.least, size.most)),
                                  .processes = static_cast<int>(rng.between(2, 9)),
                                  .values = static_cast<int>(rng.between(0, 6)),
                                  .info = rng.unit() * 0.2,
                                  .lie = lies ? 5.0 / size.most : 0})
                     .run());
    Budget budget(10s, 1UL << 28, nullptr);
    const Decision decision = decide(calls, model, {}, budget);
    valid += decision.validity == Validity::valid;
    invalid += decision.validity == Validity::invalid;
    Budget second(10s, 1UL << 28, nullptr);
    ASSERT_EQ(cross_check(calls, model, {}, decision.validity, second), "")
        << name << " seed " << seed << "\n"
        << show(calls);
  }
  EXPECT_GT(valid, size.histories / 20) << name;
  EXPECT_GT(invalid, size.histories / 20) << name;
}

TEST(Engines, AgreeOnShortHistoriesOfRegisters) {
  compare("cas-register", {.histories = 4'000, .least = 4, .most = 14});
  compare("register", {.histories = 4'000, .least = 4, .most = 14});
}

TEST(Engines, AgreeOnLongerHistoriesOfRegisters) {
  compare("cas-register", {.histories = 300, .least = 40, .most = 200});
  compare("register", {.histories = 300, .least = 40, .most = 200});
}

TEST(Engines, ADisagreementNamesWhoDisagrees) {
  Rng rng(1);
  const auto calls = calls_of(Simulation(rng, {.calls = 8, .info = 0}).run());
  Budget budget(10s, 1UL << 28, nullptr);
  const std::string said =
      cross_check(calls, *find_model("cas-register"), {}, Validity::invalid, budget);
  EXPECT_NE(said.find("decided invalid"), std::string::npos) << said;
  EXPECT_NE(said.find("says valid"), std::string::npos) << said;
}

}  // namespace
}  // namespace plumbline
