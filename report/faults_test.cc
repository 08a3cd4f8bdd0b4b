#include "report/faults.h"

#include <gtest/gtest.h>

namespace plumbline::report {
namespace {

History nemesis(std::vector<std::tuple<std::string, Value, std::string>> events) {
  History history;
  for (const auto& [f, value, error] : events) {
    Event event;
    event.index = static_cast<std::int64_t>(history.size());
    event.time = Nanos(event.index * 1000);
    event.process = k_nemesis;
    event.type = EventType::info;
    event.f = f;
    event.value = value;
    event.error = error;
    history.push_back(event);
  }
  return history;
}

TEST(Faults, AFaultLastsFromAskingUntilItsHealingIsDone) {
  const auto spans = fault_spans(
      nemesis({{"partition", "leader", ""},
               {"partition", Value::list(Value::list("n1"), Value::list("n2", "n3")), ""},
               {"heal-partition", {}, ""},
               {"heal-partition", {}, ""}}));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "partition");
  EXPECT_EQ(spans[0].asked, "leader");
  EXPECT_EQ(spans[0].done, "n1 | n2 n3");
  EXPECT_TRUE(spans[0].took_hold);
  EXPECT_EQ(spans[0].from, 0u);
  EXPECT_EQ(spans[0].to, 3u);
}

TEST(Faults, OverlappingFaultsKeepApart) {
  const auto spans = fault_spans(nemesis({{"kill", "one", ""},
                                          {"pause", "one", ""},
                                          {"kill", Value::list("n1"), ""},
                                          {"pause", Value::list("n2"), ""},
                                          {"heal-kill", {}, ""},
                                          {"heal-kill", {}, ""}}));
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].done, "n1");
  EXPECT_EQ(spans[0].to, 5u);
  EXPECT_EQ(spans[1].done, "n2");
  EXPECT_EQ(spans[1].to, FaultSpan::k_not_healed);
}

TEST(Faults, AnErrorMeansThatItDidNotTakeHold) {
  const auto spans =
      fault_spans(nemesis({{"clock", "all", ""}, {"clock", {}, "skipped: no clock"}}));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_FALSE(spans[0].took_hold);
  EXPECT_EQ(spans[0].error, "skipped: no clock");
  EXPECT_EQ(spans[0].to, 1u);
}

TEST(Faults, AFailedHealingLeavesTheFaultInForce) {
  const auto spans = fault_spans(nemesis({{"pause", "one", ""},
                                          {"pause", Value::list("n1"), ""},
                                          {"heal-pause", {}, ""},
                                          {"heal-pause", {}, "ssh lost"},
                                          {"heal-pause", {}, ""},
                                          {"heal-pause", {}, ""}}));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].to, 5u);
  EXPECT_EQ(spans[0].error, "healing failed: ssh lost");
}

TEST(Faults, AFaultWithoutAReportIsNotSaidToHaveTakenHold) {
  const auto spans = fault_spans(nemesis({{"kill", "one", ""}}));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_FALSE(spans[0].took_hold);
}

TEST(Faults, JepsensStartAndStopAreUnderstood) {
  const auto spans = fault_spans(nemesis({{"start", {}, ""},
                                          {"start", "cut off", ""},
                                          {"stop", {}, ""},
                                          {"stop", "healed", ""},
                                          {"start-kill", {}, ""},
                                          {"start-kill", {}, ""},
                                          {"heal", {}, ""},
                                          {"heal", {}, ""}}));
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].to, 3u);
  EXPECT_EQ(spans[1].to, 7u);
}

TEST(Faults, ClientsAndStrayHealingsMakeNoFault) {
  History history = nemesis({{"heal-kill", {}, ""}, {"heal-kill", {}, ""}});
  Event client;
  client.f = "kill";
  history.push_back(client);
  EXPECT_TRUE(fault_spans(history).empty());
}

}  // namespace
}  // namespace plumbline::report
