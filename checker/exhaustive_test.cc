// Every tiny history of a cas-register, and what must hold of larger ones: histories of an object
// that works are valid, planted lies are found, and nothing depends on names or on waiting longer.

#include <gtest/gtest.h>

#include "checker/check.h"
#include "checker/decide.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

Validity decide_calls(const std::vector<Call>& calls, const std::string& model) {
  Budget budget(60s, 1UL << 29, nullptr);
  return decide(calls, *find_model(model), {}, budget).validity;
}

Call call(const std::string& f, Value arguments, EventType type, Value result = {}) {
  return {.f = f, .arguments = std::move(arguments), .result = std::move(result), .type = type};
}

/// Visits every history of `left` more calls out of `alphabet`, in every real-time order.
class Enumeration {
 public:
  explicit Enumeration(std::vector<Call> alphabet) : alphabet_(std::move(alphabet)) {}
  void run(int left) { extend(left, 0); }
  int seen() const { return seen_; }

 private:
  void extend(int left, std::int64_t position) {
    bool open = false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {  // some required call returns here
      if (calls_[i].type != EventType::ok || calls_[i].returned != k_open) continue;
      open = true;
      calls_[i].returned = position;
      extend(left, position + 1);
      calls_[i].returned = k_open;
    }
    if (left == 0 && !open) judge();
    if (left == 0) return;
    for (const Call& letter : alphabet_) {  // or another call begins
      calls_.push_back(letter);
      calls_.back().id = calls_.back().invoked = position;
      extend(left - 1, position + 1);
      calls_.pop_back();
    }
  }
  void judge() {
    ++seen_;
    const Validity expected =
        brute_force(calls_, *find_model("cas-register")) ? Validity::valid : Validity::invalid;
    ASSERT_EQ(decide_calls(calls_, "cas-register"), expected) << show(calls_);
  }
  std::vector<Call> alphabet_;
  std::vector<Call> calls_;
  int seen_ = 0;
};

TEST(Exhaustive, AllHistoriesOfThreeCallsAgreeWithBruteForce) {
  std::vector<Call> alphabet;
  for (const Value& v : {Value(), Value(1), Value(2)})
    alphabet.push_back(call("read", {}, EventType::ok, v));
  for (const EventType type : {EventType::ok, EventType::info}) {
    for (const int v : {1, 2}) alphabet.push_back(call("write", v, type));
    for (const auto& [from, to] : {std::pair(1, 2), {2, 1}, {1, 1}})
      alphabet.push_back(call("cas", Value::list(from, to), type));
  }
  Enumeration all(alphabet);
  for (int calls = 1; calls <= 3; ++calls) all.run(calls);
  EXPECT_GT(all.seen(), 10'000);
}

TEST(Exhaustive, AllHistoriesOfFourCallsAgreeWithBruteForce) {
  Enumeration all({call("read", {}, EventType::ok, 1), call("read", {}, EventType::ok, 2),
                   call("write", 1, EventType::ok), call("write", 2, EventType::info),
                   call("cas", Value::list(1, 2), EventType::ok)});
  all.run(4);
  EXPECT_GT(all.seen(), 30'000);
}

class Larger : public ::testing::TestWithParam<Shape> {
 protected:
  std::vector<Call> calls(std::uint64_t seed) const {
    Rng rng(seed);
    return calls_of(Simulation(rng, GetParam()).run());
  }
};

TEST_P(Larger, HistoriesOfAnObjectThatWorksAreValid) {
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    ASSERT_EQ(decide_calls(calls(seed), GetParam().model), Validity::valid) << "seed " << seed;
}

TEST_P(Larger, AReadOfWhatWasNeverThereIsFound) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    std::vector<Call> all = calls(seed);
    Rng rng(seed);
    std::vector<Call*> reads;
    for (Call& c : all)
      if (c.type == EventType::ok && (c.f == "read" || c.f == "get")) reads.push_back(&c);
    ASSERT_FALSE(reads.empty());
    Call& liar = *rng.pick(reads);
    liar.result = liar.f == "get"         ? Value("?")
                  : liar.result.is_list() ? Value::list(-1)
                                          : Value(-1);
    ASSERT_EQ(decide_calls(all, GetParam().model), Validity::invalid) << "seed " << seed;
  }
}

TEST_P(Larger, WaitingLongerForAnswersKeepsItValid) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    std::vector<Call> all = calls(seed);
    Rng rng(seed);
    for (Call& c : all) {  // positions only have to be distinct: widen into the gaps
      c.invoked = c.invoked * 64 - static_cast<std::int64_t>(rng.below(192));
      if (c.returned != k_open)
        c.returned = c.returned * 64 + static_cast<std::int64_t>(rng.below(192));
    }
    std::sort(all.begin(), all.end(),
              [](const Call& a, const Call& b) { return a.invoked < b.invoked; });
    std::set<std::int64_t> positions;
    bool distinct = true;
    for (const Call& c : all) {
      distinct = distinct && positions.insert(c.invoked).second;
      distinct = distinct && (c.returned == k_open || positions.insert(c.returned).second);
    }
    if (!distinct) continue;
    ASSERT_EQ(decide_calls(all, GetParam().model), Validity::valid) << "seed " << seed;
  }
}

TEST_P(Larger, NamesDoNotMatter) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Rng rng(seed);
    Shape shape = GetParam();
    shape.lie = 0.01;
    std::vector<Call> all = calls_of(Simulation(rng, shape).run());
    const Validity before = decide_calls(all, shape.model);
    const auto rename = [](Value& value) {
      if (value.is_int()) value = Value(1'000'000 - value.as_int());
    };
    for (Call& c : all) {
      c.process += 1'000;
      if (shape.model == "counter") continue;  // amounts are no names
      for (Value* v : {&c.arguments, &c.result}) {
        rename(*v);
        if (!v->is_list()) continue;
        Value::List items = v->as_list();
        for (Value& item : items) rename(item);
        *v = Value(std::move(items));
      }
    }
    ASSERT_EQ(decide_calls(all, shape.model), before) << "seed " << seed;
  }
}

std::string shape_name(const ::testing::TestParamInfo<Shape>& info) {
  return str(testing_checker::plain(info.param.model), "_", info.param.calls, "_calls_",
             info.param.processes, "_processes_", info.param.values);
}
INSTANTIATE_TEST_SUITE_P(
    Shapes, Larger,
    ::testing::Values(
        Shape{.model = "register", .calls = 5'000, .processes = 10, .values = 0, .info = 0.02},
        Shape{.model = "register", .calls = 1'000, .processes = 10, .values = 5, .info = 0.02},
        Shape{.model = "cas-register", .calls = 5'000, .processes = 20, .values = 0, .info = 0.02},
        Shape{.model = "cas-register", .calls = 1'000, .processes = 8, .values = 5, .info = 0.02},
        Shape{.model = "cas-register", .calls = 2'000, .processes = 20, .values = 20, .info = 0.05},
        Shape{.model = "list-append", .calls = 400, .processes = 10, .values = 0, .info = 0.05},
        Shape{.model = "kv", .calls = 60, .processes = 3, .values = 0, .info = 0},
        Shape{.model = "counter", .calls = 500, .processes = 4, .values = 3, .info = 0.01}),
    shape_name);

}  // namespace
}  // namespace plumbline
