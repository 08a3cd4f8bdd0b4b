// EDN and the columns of jepsen.log, as they occur in the wild, and what is said when they are
// damaged.

#include "core/history/edn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/history/jepsen_log.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

Value value_of(const std::string& text) {
  const auto value = parse_edn_value(text);
  EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().what);
  return value.value_or(Value("did not parse"));
}
std::string refusal(const std::string& text) {
  const auto value = parse_edn_value(text);
  return value ? "accepted" : value.error().what;
}

TEST(EdnValue, ReadsEveryKind) {
  EXPECT_EQ(value_of("nil"), Value());
  EXPECT_EQ(value_of(" true "), Value(true));
  EXPECT_EQ(value_of("false"), Value(false));
  EXPECT_EQ(value_of("-12"), Value(-12));
  EXPECT_EQ(value_of("+7"), Value(7));
  EXPECT_EQ(value_of("42N"), Value(42));
  EXPECT_EQ(value_of("1.5e3"), Value("1.5e3"));
  EXPECT_EQ(value_of(":timed-out"), Value("timed-out"));
  EXPECT_EQ(value_of("some/symbol"), Value("some/symbol"));
  EXPECT_EQ(value_of("\\a"), Value("a"));
  EXPECT_EQ(value_of("\\("), Value("("));
  EXPECT_EQ(value_of(R"("a\"b\\c\nd\t\u00e9")"), Value("a\"b\\c\nd\t\xc3\xa9"));
  EXPECT_EQ(value_of("[1 2, 3]"), Value::list(1, 2, 3));
  EXPECT_EQ(value_of("(1 (2))"), Value::list(1, Value::list(2)));
  EXPECT_EQ(value_of("#{1 2}"), Value::list(1, 2));
  EXPECT_EQ(value_of("{:a 1 \"b\" [2]}"),
            Value::list(Value::list("a", 1), Value::list("b", Value::list(2))));
  EXPECT_EQ(value_of("#inst \"2020\""), Value("2020"));
  EXPECT_EQ(value_of("#jepsen.history.Op [1 2]"), Value::list(1, 2));
  EXPECT_EQ(value_of("[1 #_2 #_[3 4] 5 ; comment\n 6]"), Value::list(1, 5, 6));
}

TEST(EdnValue, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(refusal("[1\n2"), "line 2 column 2: the text ends inside a list");
  EXPECT_EQ(refusal("\"abc"), "line 1 column 5: the text ends inside a string");
  EXPECT_EQ(refusal("{:a}"), "line 1 column 4: a map with a key that has no value");
  EXPECT_EQ(refusal("]"), "line 1 column 1: a ']' that closes nothing");
  EXPECT_EQ(refusal("1 2"), "line 1 column 3: more after the value");
  EXPECT_EQ(refusal("\"\\u12x4\""), "line 1 column 4: expected four hexadecimal digits");
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(refusal(str("[", std::string(100'000, '#'))), HasSubstr("ends inside"));
  std::string discards;
  for (int i = 0; i < 50'000; ++i) discards += "#_";
  EXPECT_THAT(refusal(discards), HasSubstr("nested deeper"));
}

Result<ReadHistory> edn(const std::string& text) { return parse_history(text, "h.edn"); }

TEST(EdnHistory, ReadsMapsInAVectorAListOrBare) {
  const std::string maps =
      "{:process 0, :type :invoke, :f :read, :value nil} ; comment\n"
      "{:process 0,\n :type :ok,\n :f :read,\n :value [:x 1]}\n";
  for (const std::string& text :
       {maps, "[" + maps + "]", "(" + maps + ")", "; first\n\n[" + maps + "]"}) {
    const auto history = edn(text);
    ASSERT_TRUE(history) << history.error().what;
    ASSERT_EQ(history->events.size(), 2U);
    EXPECT_EQ(history->events[1].index, 1);
    EXPECT_EQ(history->events[1].value, Value::list("x", 1));
    EXPECT_EQ(history->warning, "");
  }
}

TEST(EdnHistory, ReadsTheNemesisAndOtherFields) {
  const auto history =
      edn("{:process :nemesis :type :info :f :start-partition :value {\"n1\" #{\"n2\"}} :time 12 "
          ":index 5}"
          "{:process 3 :type :info :f :write :value 1 :error [:timeout 5] :node \"n2\" :source "
          ":generator :key \"0\"}");
  ASSERT_TRUE(history) << history.error().what;
  EXPECT_EQ(history->events[0].process, k_nemesis);
  EXPECT_EQ(history->events[0].index, 5);
  EXPECT_EQ(history->events[0].time, Nanos(12));
  EXPECT_EQ(history->events[1].index, 6);
  EXPECT_EQ(history->events[1].error, "[\"timeout\" 5]");
  EXPECT_EQ(history->events[1].key, Value("0"));
  EXPECT_EQ(history->events[1].node, "n2");
}

TEST(EdnHistory, LeavesOutALastOperationThatIsCutOff) {
  const std::string whole = "{:process 0 :type :invoke :f :read}\n";
  for (const char* cut : {"{:process 0 :ty", "{:process", "{", "{:process 0 :f \"re"}) {
    const auto history = edn(whole + cut);
    ASSERT_TRUE(history) << cut << history.error().what;
    EXPECT_EQ(history->events.size(), 1U);
    EXPECT_THAT(history->warning, HasSubstr("cut off"));
  }
  EXPECT_EQ(edn("[" + whole)->warning, "h.edn: the closing ']' is missing");
}

TEST(EdnHistory, RefusesDamageWithItsLine) {
  const std::string whole = "{:process 0 :type :invoke :f :read}\n";
  EXPECT_EQ(edn(whole + "{:process 0 :type :maybe :f :read}\n").error().what,
            "h.edn: line 2 column 13: \"type\" must be invoke, ok, fail or info (to judge what "
            "stands before it: head -n 1)");
  EXPECT_EQ(
      edn(whole + "{:type :ok :f :read}").error().what,
      "h.edn: line 2 column 1: \"process\" is missing (to judge what stands before it: head -n "
      "1)");
  EXPECT_EQ(
      edn("[" + whole + "17]").error().what,
      "h.edn: line 2 column 1: expected an operation map, '{:type ...}' (to judge what stands "
      "before it: head -n 1)");
}

TEST(EdnHistory, IsWrittenAndReadBack) {
  const History history = {{.index = 0,
                            .time = Nanos(5),
                            .process = k_nemesis,
                            .type = EventType::info,
                            .f = "heal-partition",
                            .value = Value::list("n1", Value::list(true, Value()))},
                           {.index = 3,
                            .time = Nanos(7),
                            .process = 2,
                            .type = EventType::fail,
                            .f = "a \"b\"",
                            .key = 4,
                            .value = "x\\\n",
                            .error = "no quorum",
                            .node = "n3"}};
  const auto read = parse_edn(write_edn(history), "x");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->events, history);
}

TEST(JepsenLog, ReadsItsThreeForms) {
  for (const char* text : {"INFO  jepsen.util - 3\t:invoke\t:cas\t[1 4]\nINFO  jepsen.util - "
                           ":nemesis\t:info\t:start\tnil\n",
                           "3\t:invoke\t:cas\t[1 4]\n\n; comment\n:nemesis :info :start nil",
                           "[3 :invoke :cas [1 4]]\n[:nemesis :info :start]\n"}) {
    const auto history = parse_history(text, "h.log");
    ASSERT_TRUE(history) << history.error().what;
    ASSERT_EQ(history->events.size(), 2U) << text;
    EXPECT_EQ(history->events[0].value, Value::list(1, 4));
    EXPECT_EQ(history->events[1].process, k_nemesis);
  }
}

TEST(JepsenLog, TakesWhatStandsBehindTheValueAsTheError) {
  const auto history =
      parse_history("3\t:invoke\t:write\t2\n3\t:info\t:write\t2\tindeterminate: \n", "h");
  ASSERT_TRUE(history) << history.error().what;
  EXPECT_EQ(history->events[1].error, "indeterminate:");
}

TEST(JepsenLog, NamesDamageAndForgivesATornLastLine) {
  const std::string whole = "3 :invoke :read nil\n";
  EXPECT_EQ(
      parse_history(whole + "4 :bogus :read nil\n" + whole, "h").error().what,
      "h line 2 column 3: \"type\" must be invoke, ok, fail or info (to judge what stands before "
      "it: head -n 1)");
  EXPECT_EQ(
      parse_history(whole + "4 :ok read nil\n", "h").error().what,
      "h line 2 column 7: expected the operation, such as :read (to judge what stands before it: "
      "head -n 1)");
  EXPECT_EQ(parse_history(whole + "4 :ok :read [1\n", "h").error().what,
            "h line 2 column 13: the value is not EDN (to judge what stands before it: head -n 1)");
  const auto torn = parse_history(whole + "3 :o", "h");
  ASSERT_TRUE(torn);
  EXPECT_EQ(torn->events.size(), 1U);
  EXPECT_THAT(torn->warning, HasSubstr("h line 2 is torn"));
}

TEST(ReadHistory, RecognisesTheFormatByContent) {
  EXPECT_EQ(
      parse_history("{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n", "h")->events.size(),
      1U);
  EXPECT_EQ(parse_history("{:process 0 :type :invoke :f :read}", "h")->events.size(), 1U);
  EXPECT_EQ(parse_history("", "h")->events.size(), 0U);
  EXPECT_THAT(parse_history("<html>\x1b[31m", "h").error().what,
              HasSubstr("h: neither JSON lines, nor EDN, nor jepsen.log columns, nor etcd's "
                        "report; it begins with '<html>"));
}

TEST(ReadHistory, SplitsKeyedValues) {
  const std::string text = R"({"process":0,"type":"invoke","f":"write","value":[7,[1,2]]})"
                           "\n"
                           R"({"process":"nemesis","type":"info","f":"kill","value":["n1","n2"]})";
  const auto keyed = parse_history(text, "h", true);
  EXPECT_EQ(keyed->events[0].key, Value(7));
  EXPECT_EQ(keyed->events[0].value, Value::list(1, 2));
  EXPECT_EQ(keyed->events[1].key, Value());
  EXPECT_EQ(parse_history(text, "h")->events[0].key, Value());
}

}  // namespace
}  // namespace plumbline
