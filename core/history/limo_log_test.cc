// Logs of LiMo: what they say, and what is said of damaged ones.

#include "core/history/limo_log.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

std::string limo_refusal(const std::string& text) {
  const auto read = parse_limo_log(text, "log");
  return read ? "accepted" : read.error().what;
}

TEST(LimoLog, CallsAndReturnsBecomeEvents) {
  const auto read = parse_history(
      "# @object atomic-queue\n[1] call add(7)\n[2] call remove\n[1] return\n[2] return 7\n"
      "[3] call remove\n[3] return empty\n",
      "log");
  ASSERT_TRUE(read) << read.error().what;
  const auto calls = pair_calls(read->events);
  ASSERT_TRUE(calls);
  ASSERT_EQ(calls->size(), 3U);
  EXPECT_EQ((*calls)[0].f, "enqueue");
  EXPECT_EQ((*calls)[0].arguments, Value(7));
  EXPECT_EQ((*calls)[0].returned, 2);
  EXPECT_EQ((*calls)[1].f, "dequeue");
  EXPECT_EQ((*calls)[1].result, Value(7));
  EXPECT_EQ((*calls)[2].result, Value());
  EXPECT_EQ((*calls)[2].type, EventType::ok);
}

TEST(LimoLog, StacksKeepTheirNamesAndSetsTheirs) {
  const auto stack = parse_limo_log("[1] call push(a)\n", "log");
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->events[0].f, "push");
  EXPECT_EQ(stack->events[0].value, Value("a"));
  const auto set = parse_limo_log("# @object set\n[1] call add(1)\n[1] return true\n", "log");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->events[0].f, "add");
  EXPECT_EQ(set->events[1].value, Value(true));
}

TEST(LimoLog, DamageIsNamedByItsLine) {
  EXPECT_EQ(limo_refusal("[1] call add(1\n"), "log line 1: the call's parenthesis is not closed");
  EXPECT_EQ(limo_refusal("\n[1] return\n"), "log line 2: process 1 has no call open");
  EXPECT_EQ(limo_refusal("[1] call pop\n[1] call pop\n"),
            "log line 2: process 1 has a call open already");
  EXPECT_EQ(limo_refusal("[1] cal pop\n"),
            "log line 1: expected '[process] call f(x)' or '[process] return v'");
}

TEST(LimoLog, ATornLastLineIsLeftOut) {
  const auto read = parse_limo_log("[1] call pop\n[1] ret", "log");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->events.size(), 1U);
  EXPECT_EQ(read->warning, "log line 2 is torn (the writer stopped inside it) and was left out");
}

}  // namespace
}  // namespace plumbline
