// The JSON lines of a history: what is written is read back, and damage is named, never guessed at.

#include "core/history/codec.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

Event cas_event() {
  return {.index = 4,
          .time = Nanos(217513),
          .process = 6,
          .type = EventType::invoke,
          .f = "cas",
          .key = "k3",
          .value = Value::list(1, 0),
          .error = "",
          .node = "n2"};
}

Result<ReadHistory> read(const std::string& text) { return parse_jsonl(text, "h.jsonl"); }

constexpr const char* k_read_line = R"({"process":0,"type":"invoke","f":"read"})";

TEST(JsonLine, IsWhatTheFormatDocumentShows) {
  EXPECT_EQ(
      to_json_line(cas_event()),
      R"({"index":4,"time":217513,"process":6,"type":"invoke","f":"cas","key":"k3","value":[1,0],"node":"n2"})");
}

TEST(JsonLine, NamesTheNemesis) {
  Event event = cas_event();
  event.process = k_nemesis;
  EXPECT_NE(to_json_line(event).find(R"("process":"nemesis")"), std::string::npos);
  EXPECT_EQ(from_json_line(to_json_line(event)), event);
}

TEST(JsonLine, LeavesOutWhatIsEmpty) {
  const Event event{.process = 1, .f = "read"};
  EXPECT_EQ(to_json_line(event), R"({"index":0,"time":0,"process":1,"type":"invoke","f":"read"})");
  EXPECT_EQ(from_json_line(to_json_line(event)), event);
}

TEST(JsonLine, EscapesWhatJsonCannotCarry) {
  Event event = cas_event();
  event.value = std::string("a\"\\\n\t\x01\x7f\xc3\xa9") + std::string(1, '\0');
  EXPECT_EQ(from_json_line(to_json_line(event)), event);
  event.error = "\xff\xc3(";  // not UTF-8
  EXPECT_EQ(from_json_line(to_json_line(event))->error, "\xef\xbf\xbd\xef\xbf\xbd(");
}

TEST(JsonLine, ReadsEveryEscape) {
  const auto event =
      from_json_line(R"({"process":0,"type":"ok","f":"\u0041\/\b\f\r\t\u00e9\u20ac\ud83d\ude00"})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->f, "A/\b\f\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(JsonLine, KeepsWhatValueCannotHoldAsTextAndPairs) {
  const auto event = from_json_line(
      R"({"process":0,"type":"ok","f":"x","value":[1.5,123456789012345678901,-1e9,{"a":{}}],"more":{"b":[]}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->value, Value::list("1.5", "123456789012345678901", "-1e9",
                                      Value(Value::List{Value::list("a", Value(Value::List{}))})));
}

TEST(JsonLine, SaysWhichFieldIsWrong) {
  const auto why = [](const char* line) {
    const auto event = from_json_line(line);
    return event ? std::string("accepted") : event.error().what;
  };
  const std::pair<const char*, const char*> cases[] = {
      {R"([1])", "expected '{'"},
      {R"({})", "\"process\" is missing"},
      {R"({"process":0,"f":"read"})", "\"type\" is missing"},
      {R"({"process":0,"type":"ok"})", "\"f\" is missing"},
      {R"({"process":-4,"type":"ok","f":"r"})", "\"process\" must be"},
      {R"({"process":"p1","type":"ok","f":"r"})", "\"process\" must be"},
      {R"({"process":0,"type":"okay","f":"r"})", "\"type\" must be"},
      {R"({"process":0,"type":1,"f":"r"})", "\"type\" must be"},
      {R"({"process":0,"type":"ok","f":7})", "\"f\" must be a text"},
      {R"({"process":0,"type":"ok","f":"r","time":-1})", "\"time\" must be"},
      {R"({"process":0,"type":"ok","f":"r","index":"1"})", "\"index\" must be"},
      {R"({"process":0,"type":"ok","f":"r","node":1})", "\"node\" must be a text"},
      {R"({"process":0,"type":"ok","f":"r"} x)", "more after"},
      {R"({"process":0 "type":"ok"})", "expected ',' or '}'"},
      {R"({"process" 0})", "expected ':'"},
      {R"({"process":0,"value":[1 2]})", "expected ',' or ']'"},
      {R"({"process":0,"value":{"a":1 2}})", "expected ',' or '}'"},
      {R"({"process":0,"value":tru})", "expected a value"},
      {R"({"process":0,"value":-})", "expected a value"},
      {R"({"process":0,"value":1.})", "digits after '.'"},
      {R"({"process":0,"value":1e})", "exponent"},
      {R"({"process":0,"value":"\x"})", "unknown escape"},
      {R"({"process":0,"value":"\ud800"})", "surrogate"},
      {R"({"process":0,"value":"\udc00"})", "surrogate"},
      {R"({"process":0,"value":"\ud800\u0041"})", "surrogate"},
      {R"({"process":0,"value":"\u12g4"})", "hexadecimal"},
      {R"({"process":0,"value":"\u12)", "ends inside a string"},
      {R"({"process":0,"value":"a)", "ends inside a string"},
      {"{\"process\":0,\"value\":\"a\nb\"}", "control character"},
  };
  for (const auto& [line, wanted] : cases)
    EXPECT_NE(why(line).find(wanted), std::string::npos) << line << "\n  said: " << why(line);
}

TEST(JsonLine, RefusesDeepNesting) {
  const std::string deep =
      R"({"process":0,"type":"ok","f":"x","value":)" + std::string(100'000, '[');
  EXPECT_NE(from_json_line(deep).error().what.find("nested deeper"), std::string::npos);
}

Value random_value(Rng& rng, int depth) {
  switch (rng.below(depth > 3 ? 4 : 5)) {
    case 0:
      return {};
    case 1:
      return rng.chance(0.5);
    case 2:
      return static_cast<std::int64_t>(rng.next());
    case 3: {
      std::string text;
      for (auto n = rng.below(8); n > 0; --n) text += static_cast<char>(rng.below(0x80));
      return text;
    }
    default: {
      Value::List list;
      for (auto n = rng.below(4); n > 0; --n) list.push_back(random_value(rng, depth + 1));
      return list;
    }
  }
}

TEST(JsonLine, RoundTripsAnyEvent) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    Rng rng(seed);
    Event event{.index = rng.between(0, 1'000'000),
                .time = Nanos(rng.between(0, 1'000'000'000)),
                .process = rng.between(-1, 5),
                .type = static_cast<EventType>(rng.below(4)),
                .f = "f",
                .key = random_value(rng, 0),
                .value = random_value(rng, 0)};
    if (rng.chance(0.5)) event.error = "timed out";
    if (rng.chance(0.5)) event.node = "n1";
    ASSERT_EQ(from_json_line(to_json_line(event)), event) << "seed " << seed;
  }
}

TEST(ReadJsonl, TakesMissingIndexesFromThePosition) {
  const auto history = read(str(k_read_line, "\n\n", k_read_line, "\r\n", k_read_line));
  ASSERT_TRUE(history) << history.error().what;
  ASSERT_EQ(history->events.size(), 3U);
  EXPECT_EQ(history->events[2].index, 2);
  EXPECT_EQ(history->warning, "");
}

TEST(ReadJsonl, AcceptsGapsButNoStepBack) {
  const auto line = [](int index) {
    return to_json_line({.index = index, .process = 0, .f = "read"}) + "\n";
  };
  EXPECT_EQ(read(line(2) + line(7))->events[1].index, 7);
  EXPECT_EQ(read(line(2) + line(2)).error().what,
            "h.jsonl line 2: index 2 where at least 3 was due");
}

TEST(ReadJsonl, LeavesOutATornLastLine) {
  const std::string whole = str(k_read_line, "\n");
  for (std::size_t cut = 1; cut + 1 < std::string(k_read_line).size(); ++cut) {
    const auto history = read(whole + std::string(k_read_line).substr(0, cut));
    ASSERT_TRUE(history);
    EXPECT_EQ(history->events.size(), 1U);
    EXPECT_NE(history->warning.find("h.jsonl line 2 is torn"), std::string::npos);
  }
}

TEST(ReadJsonl, RefusesADamagedLineThatHasItsNewline) {
  const std::string whole = str(k_read_line, "\n");
  EXPECT_EQ(read(whole + "{\"process\":\n" + whole).error().what,
            "h.jsonl line 2: column 12: expected a value");
  EXPECT_FALSE(read(whole + "{\"process\":\n"));
}

TEST(ReadJsonl, ReadsNothingFromNothing) { EXPECT_TRUE(read("")->events.empty()); }

}  // namespace
}  // namespace plumbline
