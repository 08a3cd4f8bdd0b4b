// Goal: schedules are seeded values: quiet at first, alternating, overlapping, never two of a
// family. Method: drive them as the interpreter would, with operations that take `cost`.
#include "nemesis/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "nemesis/all.h"

namespace plumbline {
namespace {

struct Step {
  Nanos time;
  Operation operation;
  bool operator==(const Step&) const = default;
};

const std::vector<gen::Thread> k_threads = {gen::k_nemesis_thread, 0};

gen::Context context_at(Nanos time, std::span<const gen::Thread> free, Rng& rng) {
  return {time, k_threads, free, &rng};
}

std::vector<Step> drive(gen::GenPtr schedule, Nanos until, Nanos cost = 0s, Nanos from = 0s) {
  Rng rng(99);
  gen::Context context = context_at(from, k_threads, rng);
  std::vector<Step> steps;
  for (;;) {
    const gen::Answer answer = schedule->next(context);
    if (const auto* pending = std::get_if<gen::Pending>(&answer)) {
      schedule = pending->then;
      continue;
    }
    const auto* taken = std::get_if<gen::Next>(&answer);
    if (taken == nullptr || taken->planned.time > until) return steps;
    EXPECT_EQ(taken->planned.thread, gen::k_nemesis_thread);
    EXPECT_GE(taken->planned.time, context.time);
    steps.push_back({taken->planned.time, taken->planned.operation});
    schedule = taken->then;
    context.time = taken->planned.time + cost;
  }
}

std::vector<Fault> faults(const std::string& list) { return *parse_faults(list); }

std::string family_of(const std::string& f) {
  const std::string name = f.starts_with("heal-") ? f.substr(5) : f;
  for (const Fault& fault : all_faults())
    if (fault.name == name) return fault.family;
  return "";
}

TEST(Schedule, StartsQuietAndThenFlipsEveryInterval) {
  const auto steps = drive(make_schedule(faults("kill-one"), {.interval = 2s, .seed = 1}), 12s);
  std::vector<std::string> lines;
  for (const Step& step : steps)
    lines.push_back(str(format_duration(step.time), " ", step.operation.f, " ",
                        to_string(step.operation.value)));
  EXPECT_THAT(lines, testing::ElementsAre("5s kill-one \"one\"", "7s heal-kill-one nil",
                                          "9s kill-one \"one\"", "11s heal-kill-one nil"));
}

TEST(Schedule, TheQuietStartCountsFromTheFirstQuestion) {
  const auto steps =
      drive(make_schedule(faults("kill-one"), {.interval = 2s, .seed = 1}), 12s, 0s, 3s);
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].time, 8s);
}

TEST(Schedule, WithoutFaultsItIsExhausted) {
  Rng rng(1);
  const gen::Context context = context_at(0s, k_threads, rng);
  EXPECT_TRUE(std::holds_alternative<gen::Exhausted>(make_schedule({}, {})->next(context)));
}

TEST(Schedule, WaitsWhileTheNemesisIsBusy) {
  Rng rng(1);
  const gen::Context context = context_at(9s, std::span(k_threads).subspan(1), rng);
  EXPECT_TRUE(
      std::holds_alternative<gen::Pending>(make_schedule(faults("kill"), {})->next(context)));
}

TEST(Schedule, EachFamilyAlternatesBetweenAFaultAndItsOwnHeal) {
  for (const Cadence cadence : {Cadence::interval, Cadence::staggered, Cadence::mixed})
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      SCOPED_TRACE(str("cadence ", static_cast<int>(cadence), " seed ", seed));
      const auto schedule =
          make_schedule(faults("partition-ring,partition-one,kill,pause,pause-leader"),
                        {.interval = 3s, .cadence = cadence, .seed = seed});
      std::map<std::string, std::string> in_force;
      for (const Step& step : drive(schedule, 120s)) {
        std::string& mine = in_force[family_of(step.operation.f)];
        if (mine.empty()) {
          mine = step.operation.f;
          EXPECT_TRUE(step.operation.value.is_text());
        } else {
          EXPECT_EQ(step.operation.f, "heal-" + mine);
          mine.clear();
        }
        EXPECT_GE(step.time, 5s);
      }
      EXPECT_EQ(in_force.size(), 3u);
    }
}

TEST(Schedule, FaultsOfDifferentFamiliesOverlap) {
  for (const Cadence cadence : {Cadence::interval, Cadence::staggered, Cadence::mixed}) {
    int in_force = 0;
    int most = 0;
    const auto schedule = make_schedule(faults("all"), {.cadence = cadence, .seed = 7});
    for (const Step& step : drive(schedule, 300s)) {
      in_force += step.operation.f.starts_with("heal-") ? -1 : 1;
      most = std::max(most, in_force);
    }
    EXPECT_GE(most, 2);
  }
}

TEST(Schedule, TheSameSeedGivesTheSameAndAnotherSeedAnother) {
  const auto with = [](std::uint64_t seed) {
    return drive(make_schedule(faults("all"), {.cadence = Cadence::mixed, .seed = seed}), 100s);
  };
  EXPECT_EQ(with(3), with(3));
  EXPECT_NE(with(3), with(4));
}

TEST(Schedule, SlowOperationsChangeNeitherFaultsNorShapesOfAFamily) {
  const auto shapes = [](Nanos cost) {
    std::vector<Operation> operations;
    for (const Step& step : drive(make_schedule(faults("all"), {.seed = 5}), 200s, cost))
      if (family_of(step.operation.f) == "partition") operations.push_back(step.operation);
    operations.resize(10);
    return operations;
  };
  EXPECT_EQ(shapes(0s), shapes(1700ms));
}

TEST(Schedule, EveryShapeOfPartitionComesUp) {
  std::set<std::string> seen;
  for (const Step& step : drive(make_schedule(faults("partition"), {.seed = 2}), 600s))
    if (step.operation.value.is_text()) seen.insert(step.operation.value.as_text());
  EXPECT_EQ(seen.size(), 7u);
}

TEST(Schedule, EveryFaultOfAFamilyAndEveryShapeHasItsTurnBeforeAnyComesAgain) {
  std::vector<std::string> names;
  for (const Step& step : drive(make_schedule(faults("kill-one,kill-all,kill-leader"), {}), 100s))
    if (step.operation.value.is_text()) names.push_back(step.operation.f);
  for (std::size_t i = 0; i + 3 <= names.size(); i += 3)
    EXPECT_EQ(std::set<std::string>(&names[i], &names[i + 3]).size(), 3u);
  std::set<std::string> shapes;
  for (const Step& step : drive(make_schedule(faults("partition"), {.interval = 1s}), 18s))
    if (step.operation.value.is_text()) shapes.insert(step.operation.value.as_text());
  EXPECT_EQ(shapes.size(), 7u);
}

TEST(Schedule, AFlappingFaultComesAndGoesManyTimesInTheTimeOfOne) {
  const auto steps =
      drive(make_schedule(faults("partition-flap"), {.interval = 6s, .seed = 1}), 17s);
  ASSERT_EQ(steps.size(), 13u);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].time, 5s + 1s * static_cast<int>(i));
    EXPECT_EQ(steps[i].operation.f, i % 2 == 0 ? "partition-flap" : "heal-partition-flap");
  }
}

TEST(Schedule, AfterItsFlapsAFaultLeavesItsFamilyToTheOthers) {
  std::vector<std::string> names;
  for (const Step& step :
       drive(make_schedule(faults("partition-flap,partition-ring"), {.seed = 3}), 300s))
    if (step.operation.value.is_text() && (names.empty() || names.back() != step.operation.f))
      names.push_back(step.operation.f);
  EXPECT_GT(names.size(), 6u);
}

TEST(Schedule, StaggeredStretchesLieWithinTwoIntervals) {
  Nanos before{};
  Nanos longest{};
  for (const Step& step : drive(
           make_schedule(faults("kill"), {.interval = 4s, .cadence = Cadence::staggered}), 900s)) {
    if (before != 0s) longest = std::max(longest, step.time - before);
    before = step.time;
  }
  EXPECT_LE(longest, 8s);
  EXPECT_GT(longest, 6s);
}

TEST(Schedule, AnUnknownCadenceIsNamedWithTheNearest) {
  EXPECT_EQ(parse_cadence("mixed").value(), Cadence::mixed);
  EXPECT_EQ(parse_cadence("stagered").error().what,
            "unknown schedule 'stagered': did you mean 'staggered'?");
}

}  // namespace
}  // namespace plumbline
