// Values, and the pairing of events into calls.

#include "core/history/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unordered_set>

namespace plumbline {
namespace {

Event event(std::int64_t index, ProcessId process, EventType type, const std::string& f = "read",
            Value value = {}) {
  return {.index = index,
          .time = Nanos(index * 1'000'000),
          .process = process,
          .type = type,
          .f = f,
          .value = std::move(value)};
}

TEST(Values, AreOrderedByKindThenByContent) {
  const std::vector<Value> ordered = {Value(),
                                      false,
                                      true,
                                      -1,
                                      2,
                                      "a",
                                      "b",
                                      Value(Value::List{}),
                                      Value::list(1),
                                      Value::list(1, "x"),
                                      Value::list(2)};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(ordered[i] < ordered[j], i < j);
      EXPECT_EQ(ordered[i] == ordered[j], i == j);
    }
}

TEST(Values, HashAsTheyCompare) {
  EXPECT_EQ(std::unordered_set<Value>({1, 1, "1", Value::list(1), Value::list(1), Value()}).size(),
            4U);
  EXPECT_NE(Value::list(1, 2).hash(), Value::list(2, 1).hash());
}

TEST(Values, ReadAsPeopleWriteThem) {
  EXPECT_EQ(to_string(Value::list(Value(), true, 3, "x", Value::list())), "[nil true 3 \"x\" []]");
}

TEST(Pairing, MakesCallsInOrderOfInvocation) {
  const auto calls = pair_calls(
      {event(0, 1, EventType::invoke), event(1, 2, EventType::invoke, "write", 5),
       event(2, k_nemesis, EventType::info, "kill"), event(3, 2, EventType::ok, "write", 5),
       event(4, 1, EventType::ok, "read", 5), event(5, 1, EventType::invoke)});
  ASSERT_TRUE(calls) << calls.error().what;
  ASSERT_EQ(calls->size(), 3U);
  EXPECT_EQ((*calls)[0].result, Value(5));
  EXPECT_EQ((*calls)[0].returned, 4);
  EXPECT_EQ((*calls)[1].invoked, 1);
  EXPECT_EQ((*calls)[2].type, EventType::info) << "without a completion";
  EXPECT_EQ((*calls)[2].returned, k_open);
}

TEST(Pairing, LeavesAnIndeterminateCallOpen) {
  const auto calls = pair_calls(
      {event(0, 1, EventType::invoke, "write", 1), event(1, 1, EventType::info, "write")});
  EXPECT_EQ(calls->at(0).returned, k_open);
  EXPECT_EQ(calls->at(0).return_time, Nanos(1'000'000));
}

TEST(Pairing, RefusesWhatNoProcessCanDo) {
  const auto why = [](History history) { return pair_calls(history).error().what; };
  EXPECT_EQ(why({event(0, 1, EventType::ok)}),
            "event 0: process 1 completes 'read', which it did not invoke");
  EXPECT_EQ(why({event(0, 1, EventType::invoke), event(1, 1, EventType::invoke)}),
            "event 1: process 1 invokes 'read' while its last call is open");
  EXPECT_EQ(why({event(0, 1, EventType::invoke), event(1, 1, EventType::ok, "write")}),
            "event 1: process 1 completes 'write' but invoked 'read'");
}

TEST(Pairing, DescribesACallInOneLine) {
  Call call;
  call.process = 3;
  call.f = "cas";
  call.key = "k7";
  call.arguments = Value::list(1, 2);
  call.type = EventType::fail;
  call.error = "mismatch";
  call.node = "n2";
  EXPECT_EQ(describe(call), "   0.0000s  p3  n2  cas \"k7\" [1 2] -> fail (mismatch)");
}

}  // namespace
}  // namespace plumbline
