#include "report/diagram.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/report.h"
#include "report/testing.h"

namespace plumbline::report {
namespace {

using Json = nlohmann::json;
using Kind = DiagramEvent::Kind;

MessageDiagram small_diagram() {
  return {.nodes = {"n1", "n2"},
          .events = {{1ms, Kind::sent, 1, 2, 7, "Append term 1"},
                     {3ms, Kind::delivered, 2, 0, 7, ""},
                     {3ms, Kind::role, 1, 0, 0, "leader 1"}}};
}

TEST(Diagram, HasEachEventWithItsDistanceFromTheOneBefore) {
  const Json json = Json::parse(diagram_json(small_diagram(), {}));
  EXPECT_EQ(json["nodes"], (Json{"n1", "n2"}));
  EXPECT_EQ(json["texts"], (Json{"Append term 1", "", "leader 1"}));
  const Json events = {{1'000'000, 0, 1, 2, 7, 0}, {2'000'000, 1, 2, 0, 7, 1}, {0, 3, 1, 0, 0, 2}};
  EXPECT_EQ(json["events"], events);
  EXPECT_EQ(json["left_out"], 0);
}

TEST(Diagram, ARunOnRealNodesHasNone) {
  EXPECT_EQ(diagram_json({}, {}), "");
  const auto page = render_report({}, {}, {});
  ASSERT_TRUE(page);
  EXPECT_NE(page->find("id=\"passed\"></script>"), std::string::npos);
}

TEST(Diagram, IsPackedIntoThePage) {
  const auto page = render_report({}, {}, {}, small_diagram());
  ASSERT_TRUE(page);
  EXPECT_EQ(page->find("id=\"passed\"></script>"), std::string::npos);
  EXPECT_EQ(page->find("@MESSAGES@"), std::string::npos);
}

TEST(Diagram, OfTooManyMessagesThoseNearTheEvidenceStayAndAllRoles) {
  MessageDiagram diagram = small_diagram();
  diagram.events.clear();
  const std::size_t count = 2 * k_most_messages;
  for (std::size_t i = 0; i < count; ++i)
    diagram.events.push_back({Nanos(i * 1000), Kind::note, 1, 0, 0, i == 10 ? "early" : "note"});
  diagram.events.insert(diagram.events.begin(), {Nanos{}, Kind::role, 1, 0, 0, "leader 1"});
  const Json late = Json::parse(diagram_json(diagram, {}));
  EXPECT_LE(late["events"].size(), k_most_messages + 2);
  EXPECT_EQ(late["events"].size() + late["left_out"].get<std::size_t>(), count + 1);
  EXPECT_EQ(late["texts"], (Json{"leader 1", "note"}));

  Verdict verdict{.check = "linearizable", .validity = Validity::invalid};
  Call call;
  call.invoke_time = call.return_time = 5us;
  verdict.counterexamples.push_back({.core = {call}});
  Verdict whole = compose("run", {verdict});
  const Json early = Json::parse(diagram_json(diagram, whole));
  EXPECT_EQ(early["texts"], (Json{"leader 1", "note", "early"}));
}

}  // namespace
}  // namespace plumbline::report
