// Properties that count. Goal: each loss, duplicate or impossible answer is found and named, and
// what an unanswered call may explain is no accusation.

#include "checker/properties/testing.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using namespace testing_properties;

Value elements(std::initializer_list<Value> values) { return Value(Value::List(values)); }

TEST(SetFull, TellsStableStaleLostAndNeverSeenApart) {
  Script s;
  for (int i = 1; i <= 3; ++i) s.begin(0, "add", i).end(0, i);
  s.begin(1, "add", 4).end(1, 4, EventType::info);
  s.begin(2, "read").end(2, elements({1, 3}));  // 2 is not there
  s.begin(2, "read").end(2, elements({1, 2}));  // 2 is back, 3 is gone for good
  const Verdict verdict = judged("set-full", s.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(figure(verdict, "stable"), "1");
  EXPECT_EQ(figure(verdict, "stale"), "1");
  EXPECT_EQ(figure(verdict, "lost"), "1");
  EXPECT_EQ(figure(verdict, "never confirmed, never seen"), "1");
  EXPECT_THAT(verdict.reason, HasSubstr("element 3 is lost"));
}

TEST(SetFull, AnUnconfirmedElementCountsOnceItWasSeen) {
  Script s;
  s.begin(0, "add", 1).end(0, 1, EventType::info);
  s.begin(1, "read").end(1, elements({1}));
  s.begin(1, "read").end(1, elements({}));
  EXPECT_EQ(judged("set-full", s.history()).validity, Validity::invalid);
}

TEST(SetFull, ARetrievalOfWhatWasNeverAddedIsInvalidAndNoReadIsUnknown) {
  Script phantom;
  phantom.begin(1, "read").end(1, elements({7}));
  EXPECT_THAT(judged("set-full", phantom.history()).reason, HasSubstr("never added"));
  Script blind;
  blind.begin(0, "add", 1).end(0, 1);
  EXPECT_EQ(judged("set-full", blind.history()).validity, Validity::unknown);
}

TEST(SetFull, AReadBesideTheAddMayMissIt) {
  Script s;
  s.begin(1, "read").begin(0, "add", 1).end(0, 1).end(1, elements({}));
  s.begin(1, "read").end(1, elements({1}));
  EXPECT_EQ(judged("set-full", s.history()).validity, Validity::valid);
}

TEST(TotalQueue, WhatGoesInComesOutOnce) {
  Script good;
  good.begin(0, "enqueue", 1).end(0, 1).begin(0, "enqueue", 2).end(0, 2, EventType::info);
  good.begin(1, "dequeue").end(1, 2).begin(2, "drain").end(2, elements({1}));
  EXPECT_EQ(judged("total-queue", good.history()).validity, Validity::valid);
  EXPECT_EQ(figure(judged("total-queue", good.history()), "recovered (unconfirmed, but came out)"),
            "1");

  Script twice = good;
  twice.begin(2, "dequeue").end(2, 1);
  EXPECT_THAT(judged("total-queue", twice.history()).reason, HasSubstr("1 came out 2 times"));
  Script phantom = good;
  phantom.begin(2, "dequeue").end(2, 9);
  EXPECT_THAT(judged("total-queue", phantom.history()).reason, HasSubstr("9 came out, and never"));
}

TEST(TotalQueue, ARemovalWithoutAnswerExplainsOneLossNotTwo) {
  Script s;
  s.begin(0, "enqueue", 1).end(0, 1);
  s.begin(1, "dequeue").end(1, {}, EventType::info);
  EXPECT_EQ(judged("total-queue", s.history()).validity, Validity::valid);
  s.begin(0, "enqueue", 2).end(0, 2);
  EXPECT_EQ(judged("total-queue", s.history()).validity, Validity::invalid);
}

TEST(UniqueIds, ADuplicateIsNamedWithBothCalls) {
  Script s;
  s.begin(0, "generate").end(0, 5).begin(1, "generate").end(1, 6);
  EXPECT_EQ(judged("unique-ids", s.history()).validity, Validity::valid);
  s.begin(2, "generate").end(2, 5);
  const Verdict verdict = judged("unique-ids", s.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(verdict.counterexamples.at(0).core.size(), 2u);
}

TEST(CounterBounds, AReadMayShowWhatIsDoneAndWhatIsUnderWay) {
  Script s;
  s.begin(0, "add", 5).end(0, 5);
  s.begin(1, "add", 3);
  s.read(2, 5).read(2, 8);
  s.begin(3, "read").end(1, 3, EventType::info).end(3, 5);
  EXPECT_EQ(judged("counter-bounds", s.history()).validity, Validity::valid);
  s.read(2, 4);
  const Verdict verdict = judged("counter-bounds", s.history());
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_THAT(verdict.reason, HasSubstr("allow 5 to 8"));
}

TEST(CounterBounds, SubtractionsAndFailedAddsAreUnderstood) {
  Script s;
  s.begin(0, "add", 5).end(0, 5, EventType::fail);
  s.begin(0, "read").begin(1, "add", -2).end(1, -2).begin(1, "add", 7).end(1, 7).end(0, -2);
  EXPECT_EQ(judged("counter-bounds", s.history()).validity, Validity::valid);
  s.read(0, -2);
  EXPECT_EQ(judged("counter-bounds", s.history()).validity, Validity::invalid);
}

TEST(Properties, BadInputIsRefusedInWords) {
  Script s;
  s.begin(0, "enqueue", 1).end(0, 1);
  const auto wrong = check_property("set-full", s.history(), {});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().what, HasSubstr("must be one of add, read"));
  const auto unknown = check_property("set-ful", s.history(), {});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, HasSubstr("did you mean set-full?"));
}

}  // namespace
}  // namespace plumbline
