// Generated histories are what their shape says: an object that works, or one certain violation.

#include "bench/histories/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checker/check.h"
#include "checker/testing.h"
#include "core/history/codec.h"

namespace plumbline::bench {
namespace {

using ::testing::HasSubstr;

std::string text_of(const Shape& shape) {
  std::string text;
  const auto done = generate(shape, [&](std::string_view piece) { text += piece; });
  EXPECT_TRUE(done) << done.error().what;
  return text;
}

History history_of(const Shape& shape) {
  auto read = parse_history(text_of(shape), "generated");
  EXPECT_TRUE(read) << read.error().what;
  return read ? read->events : History{};
}

/// The checker's name of the model; null if it has none.
const ModelEntry* model_of(const Shape& shape) {
  return find_model(shape.model == Model::lock ? "mutex" : to_string(shape.model));
}

std::string show(const Shape& shape) {
  return to_string(shape.model) + ", " + to_string(shape.violation) + ", seed " +
         std::to_string(shape.seed) + ", " + std::to_string(shape.values) + " values, " +
         std::to_string(shape.indeterminate) + " indeterminate";
}

/// All models and violations that go together, with and without values that are written again.
std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const std::string& model : model_names())
    for (const std::string& violation : violation_names())
      for (const std::int64_t values : {0, 3}) {
        Shape shape;
        shape.model = *model_named(model);
        shape.violation = *violation_named(violation);
        shape.values = values;
        shape.at = 0.5;
        if (check_shape(shape)) all.push_back(shape);
      }
  return all;
}

TEST(GeneratedHistories, AreValidOrInvalidAsStated) {
  constexpr std::size_t k_most_calls = 13;  // that brute force can judge
  int judged = 0;
  for (Shape shape : shapes()) {
    if (model_of(shape) == nullptr) continue;
    int here = 0;
    for (shape.seed = 1; shape.seed <= 60; ++shape.seed) {
      shape.calls = 5 + static_cast<std::int64_t>(shape.seed % 6);
      shape.processes = 2 + static_cast<std::int64_t>(shape.seed % 3);
      shape.indeterminate = shape.seed % 2 == 0 ? 0.3 : 0;
      std::vector<plumbline::Call> calls = testing_checker::calls_of(history_of(shape));
      std::erase_if(calls, [](const auto& call) { return call.type == EventType::fail; });
      if (calls.size() > k_most_calls) continue;
      ++here;
      ASSERT_EQ(testing_checker::brute_force(calls, *model_of(shape)),
                shape.violation == Violation::none)
          << show(shape) << "\n"
          << testing_checker::show(calls);
    }
    EXPECT_GT(here, 20) << show(shape);
    judged += here;
  }
  std::printf("%d histories judged by brute force\n", judged);
}

TEST(GeneratedHistories, LargerOnesOfManyKeysAreJudgedAsStated) {
  for (Shape shape : shapes()) {
    // The engine decides all of these quickly: values that are written once, cells of few values.
    const bool quick = shape.model == Model::register_ || shape.model == Model::cas_register ||
                       shape.model == Model::set || shape.model == Model::lock ||
                       (shape.model == Model::list_append && shape.values == 0);
    if (!quick) continue;
    shape.calls = 2000;
    shape.keys = 8;
    shape.skew = 1;
    shape.processes = 6;
    shape.indeterminate = 0.02;
    const auto verdict = check_linearizable(
        history_of(shape), {.model = model_of(shape)->info.name, .time_budget = 20s});
    EXPECT_EQ(verdict.validity,
              shape.violation == Violation::none ? Validity::valid : Validity::invalid)
        << show(shape) << ": " << verdict.reason;
  }
}

TEST(GeneratedHistories, AreWrittenAsTheCodecWritesThem) {
  for (const Shape& shape : shapes()) {
    std::string again;
    for (const Event& event : history_of(shape)) again += to_json_line(event) + "\n";
    EXPECT_EQ(text_of(shape), again) << show(shape);
  }
}

TEST(GeneratedHistories, AreTheSameForTheSameSeed) {
  Shape shape;
  shape.indeterminate = 0.1;
  const std::string first = text_of(shape);
  EXPECT_EQ(text_of(shape), first);
  shape.seed = 2;
  EXPECT_NE(text_of(shape), first);
}

TEST(GeneratedHistories, HaveAsManyCallsAsAskedAndAreAlwaysBusy) {
  Shape shape;
  shape.calls = 10'000;
  shape.processes = 7;
  shape.indeterminate = 0.05;
  int open = 0, calls = 0, indeterminate = 0;
  for (const Event& event : history_of(shape)) {
    const bool begins = event.type == EventType::invoke;
    calls += begins;
    open += begins ? 1 : -1;
    indeterminate += event.type == EventType::info;
    const int least = calls > 100 && calls < 9'900 ? 6 : 0;
    ASSERT_TRUE(open >= least && open <= 7) << open << " are open at " << event.index;
  }
  EXPECT_EQ(calls, 10'000);
  EXPECT_NEAR(indeterminate, 500, 100);
}

TEST(GeneratedHistories, ImpossibleShapesAreRefused) {
  const auto why = [](const Shape& shape) {
    const auto checked = check_shape(shape);
    return checked ? "" : checked.error().what;
  };
  Shape shape;
  shape.violation = Violation::double_grant;
  EXPECT_THAT(why(shape), HasSubstr("it has none, stale-read, lost-write, phantom"));
  shape.model = Model::queue;
  shape.violation = Violation::lost;
  shape.values = 4;
  EXPECT_THAT(why(shape), HasSubstr("use --values 0"));
  shape = {};
  shape.processes = 0;
  EXPECT_THAT(why(shape), HasSubstr("at least 1"));
  EXPECT_THAT(model_named("heap").error().what, HasSubstr("there are register"));
}

}  // namespace
}  // namespace plumbline::bench
