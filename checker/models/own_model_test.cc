// A user's own model, from its definition to a verdict; and the tutorial shows just this one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "checker/models/semaphore_example.h"

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
