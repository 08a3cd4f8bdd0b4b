// Calls in columns are the calls of the events; the stream reader, with its fast path for usual
// lines, says of any bytes what the reader of whole texts says.

#include "core/history/call_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "core/history/read_table.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

auto fields(const Call& c) {
  return std::tie(c.id, c.process, c.f, c.key, c.arguments, c.result, c.type, c.invoked, c.returned,
                  c.invoke_time, c.return_time, c.error, c.node);
}

void expect_calls(const CallTable& table, const std::vector<Call>& calls,
                  const std::string& where) {
  ASSERT_EQ(table.size(), calls.size()) << where;
  for (std::size_t row = 0; row < calls.size(); ++row) {
    const Call call = table.call(row);
    ASSERT_TRUE(fields(call) == fields(calls[row])) << where << "\n"
                                                    << describe(call) << "\n"
                                                    << describe(calls[row]);
  }
}

/// Both readers on the same text: the same calls and warning, or both an error.
/// Gives whether it could be read.
bool expect_same(std::string_view text, bool keyed, const std::string& where) {
  auto events = parse_jsonl(text, "h");
  if (events && keyed)
    for (Event& event : events->events) split_key(event);
  const auto calls = events ? pair_calls(events->events)
                            : Result<std::vector<Call>>(std::unexpected(events.error()));
  const auto table = parse_table(text, "h", keyed);
  EXPECT_EQ(table.has_value(), calls.has_value())
      << where << "\n"
      << (table ? calls.error().what : table.error().what) << "\n"
      << text;
  if (!table || !calls) return false;
  EXPECT_EQ(table->warning, events->warning) << where;
  expect_calls(table->calls, *calls, where);
  return true;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : rng_(seed) {}
  Value value(int depth = 0) {
    switch (rng_.below(depth > 2 ? 7 : 10)) {
      case 0:
        return {};
      case 1:
        return rng_.chance(0.5);
      case 2:
        return static_cast<std::int64_t>(rng_.below(1ULL << 62)) - (std::int64_t{1} << 61);
      case 3:
        return (std::int64_t{1} << 30) - 2 + static_cast<std::int64_t>(rng_.below(4));
      case 4:
        return -(std::int64_t{1} << 30) - 2 + static_cast<std::int64_t>(rng_.below(4));
      case 5:
        return rng_.pick(texts_);
      case 6:
        return Value(static_cast<std::int64_t>(rng_.below(5)));
      default: {
        Value::List list;
        for (std::size_t n = rng_.below(4); n > 0; --n) list.push_back(value(depth + 1));
        return list;
      }
    }
  }
  /// A history without faults in its pairing; some events of the nemesis.
  History history(std::size_t events) {
    History history;
    std::map<ProcessId, Event> open;
    std::int64_t index = 0;
    const bool gaps = rng_.chance(0.3);
    while (history.size() < events) {
      Event event;
      event.process = static_cast<ProcessId>(rng_.below(4));
      if (rng_.chance(0.1)) event.process = k_nemesis;
      const auto running = open.find(event.process);
      if (event.process == k_nemesis) {
        event.type = EventType::info;
        event.f = "partition";
        event.value = value();
      } else if (running == open.end()) {
        event.f = rng_.pick(std::vector<std::string>{"read", "write", "cas", "f\"\\\n"});
        event.key = rng_.chance(0.5) ? Value() : value();
        event.value = value();
        open[event.process] = event;
      } else {
        event = running->second;
        event.type = static_cast<EventType>(1 + rng_.below(3));
        if (rng_.chance(0.5)) event.value = value();
        if (rng_.chance(0.3)) event.error = rng_.pick(texts_);
        open.erase(running);
      }
      if (rng_.chance(0.3)) event.node = "n" + std::to_string(rng_.below(3));
      event.time = Nanos(static_cast<std::int64_t>(rng_.below(1'000'000)));
      event.index = index += gaps && rng_.chance(0.2) ? 3 : 1;
      if (!gaps && history.empty()) event.index = index = 0;
      history.push_back(std::move(event));
    }
    return history;
  }
  std::string text(const History& history) {
    std::string text;
    for (const Event& event : history) text += to_json_line(event) + "\n";
    return text;
  }
  /// A few bytes changed, taken away, or doubled.
  void damage(std::string& text) {
    for (std::size_t n = 1 + rng_.below(3); n > 0 && !text.empty(); --n) {
      const std::size_t at = rng_.below(text.size());
      const std::size_t length = 1 + rng_.below(6);
      static constexpr std::string_view k_bytes = "\"{}[],:0159-.eE \n\r\t\\u\0ntf\x80";
      switch (rng_.below(4)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, text.substr(rng_.below(text.size()), length));
          break;
        case 2:
          text[at] = k_bytes[rng_.below(k_bytes.size())];
          break;
        default:
          text.insert(at, 1, k_bytes[rng_.below(k_bytes.size())]);
      }
    }
  }
  Rng& rng() { return rng_; }

 private:
  Rng rng_;
  const std::vector<std::string> texts_{"",           "a", "timeout", "nemesis",
                                        "\"quoted\"", "ä", "null",    std::string(300, 'x')};
};

TEST(ValueTable, GivesBackWhatWasPutIn) {
  Random random(1);
  ValueTable table;
  std::map<Value, ValueId> ids;
  for (int i = 0; i < 20'000; ++i) {
    const Value value = random.value();
    const ValueId id = table.id(value);
    ASSERT_EQ(table.value(id), value) << to_string(value);
    ASSERT_EQ(table.find(value), id) << to_string(value);
    ASSERT_EQ(ids.try_emplace(value, id).first->second, id);
  }
  EXPECT_EQ(table.find(Value("never put in")), std::nullopt);
  std::set<ValueId> distinct;
  for (const auto& [value, id] : ids) EXPECT_TRUE(distinct.insert(id).second) << to_string(value);
}

TEST(CallTable, HasTheCallsOfTheEvents) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const History history = random.history(50);
    const auto table = table_of(history);
    ASSERT_TRUE(table) << table.error().what;
    expect_calls(*table, *pair_calls(history), str("seed ", seed));
  }
}

TEST(CallTable, RefusesWhatCannotBePaired) {
  const auto error = [](std::string_view text) { return parse_table(text, "h").error().what; };
  const std::string invoke = R"({"process":3,"type":"invoke","f":"read"})", end = "\n";
  const std::string write = R"({"process":3,"type":"ok","f":"write"})";
  EXPECT_EQ(error(invoke + end + invoke + end),
            "h line 2: event 1: process 3 invokes 'read' while its last call is open (to judge "
            "what stands before it: head -n 1)");
  EXPECT_THAT(error(invoke + end + write + end), HasSubstr("completes 'write' but invoked 'read'"));
  EXPECT_THAT(error(write + end),
              HasSubstr("h line 1: event 0: process 3 completes 'write', which"));
  EXPECT_THAT(error(invoke + end + "{\"process\":x}\n"), HasSubstr("h line 2: column 12: "));
}

TEST(ReadTable, ReadsWhatTheOtherReaderReads) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const std::string text = random.text(random.history(60));
    ASSERT_TRUE(expect_same(text, random.rng().chance(0.5), str("seed ", seed)));
  }
}

TEST(ReadTable, SaysOfDamagedLinesWhatTheOtherReaderSays) {
  int read = 0, refused = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    std::string text = random.text(random.history(1 + random.rng().below(8)));
    random.damage(text);
    ++(expect_same(text, random.rng().chance(0.5), str("seed ", seed)) ? read : refused);
    if (HasFailure()) return;
  }
  EXPECT_GT(read, 1'000);
  EXPECT_GT(refused, 1'000);
}

TEST(ReadTable, FieldsMayComeInAnyOrder) {
  const std::string text =
      R"({"process":15,"type":"invoke","f":"cas","value":[81,[2,3]],"time":41790,"index":0})"
      "\n"
      R"({ "node" : "n1", "index" : 7, "type":"ok","process":15,"f":"cas","value":[81,[2,3]]})"
      "\n";
  EXPECT_TRUE(expect_same(text, false, "as it is"));
  EXPECT_TRUE(expect_same(text, true, "keyed"));
  const auto keyed = parse_table(text, "h", true);
  EXPECT_EQ(keyed->calls.call(0).key, Value(81));
  EXPECT_EQ(keyed->calls.call(0).arguments, Value::list(2, 3));
  EXPECT_EQ(keyed->calls.call(0).result, Value::list(2, 3));
}

TEST(ReadTable, PairsMayBeSplitAfterwards) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    History history = random.history(40);
    for (Event& event : history)
      if (random.rng().chance(0.8)) event.key = Value();
    // A call's completion says of what key it is as its invocation does.
    std::map<ProcessId, Value> keys;
    for (Event& event : history) {
      if (event.type == EventType::invoke) keys[event.process] = event.key;
      event.key = event.process == k_nemesis ? Value() : keys[event.process];
    }
    auto after = table_of(history);
    ASSERT_TRUE(after);
    after->split_keys();
    for (Event& event : history) split_key(event);
    expect_calls(*after, *pair_calls(history), str("seed ", seed));
  }
}

TEST(ReadTable, KnowsKeyedHistoriesByTheirReads) {
  const auto looks_keyed = [](std::string_view text) {
    return parse_table(text, "h")->calls.looks_keyed();
  };
  const std::string write = R"({"process":1,"type":"invoke","f":"write","value":[4,5]})"
                            "\n";
  EXPECT_TRUE(looks_keyed(write + R"({"process":2,"type":"invoke","f":"read","value":[4,null]})"));
  EXPECT_FALSE(looks_keyed(write));
  EXPECT_FALSE(looks_keyed(write + R"({"process":2,"type":"invoke","f":"read"})"));
  EXPECT_FALSE(
      looks_keyed(write + R"({"process":2,"type":"invoke","key":1,"f":"read","value":[4,null]})"));
}

}  // namespace
}  // namespace plumbline
