#include "report/columns.h"

#include <gtest/gtest.h>

#include "report/testing.h"

namespace plumbline::report {
namespace {

/// Reads columns back, as data.js does.
class Decoded {
 public:
  explicit Decoded(const Columns& columns) {
    std::size_t at = 0;
    for (const auto& [name, size] : columns.sections) {
      sections_[name] = columns.bytes.substr(at, size);
      at += size;
    }
    EXPECT_EQ(at, columns.bytes.size());
  }
  std::vector<std::uint64_t> numbers(const std::string& name) const {
    std::vector<std::uint64_t> all;
    for (std::size_t at = 0; at < sections_.at(name).size();)
      all.push_back(varint(sections_.at(name), at));
    return all;
  }
  std::vector<std::string> texts(const std::string& name) const {
    std::vector<std::string> all;
    const std::string& bytes = sections_.at(name);
    std::size_t at = 0;
    const std::uint64_t count = varint(bytes, at);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t length = varint(bytes, at);
      all.push_back(bytes.substr(at, length));
      at += length;
    }
    EXPECT_EQ(at, bytes.size());
    return all;
  }
  std::string value(std::uint64_t code) const {
    if (code % 2 == 0) return texts("texts").at(code / 2);
    const auto number = static_cast<std::int64_t>((code - 1) / 2);
    return std::to_string(number % 2 ? -(number + 1) / 2 : number / 2);
  }

 private:
  static std::uint64_t varint(const std::string& bytes, std::size_t& at) {
    std::uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
  }
  std::map<std::string, std::string> sections_;
};

Event at(std::int64_t micros, ProcessId process, EventType type, const std::string& f,
         Value value) {
  Event event;
  event.time = Nanos(micros * 1000);
  event.process = process;
  event.type = type;
  event.f = f;
  event.value = std::move(value);
  return event;
}

Decoded encode(History history) {
  for (std::size_t i = 0; i < history.size(); ++i) history[i].index = static_cast<std::int64_t>(i);
  const auto calls = pair_calls(history);
  EXPECT_TRUE(calls.has_value());
  return Decoded(encode_columns(history, *calls, TimeAxis(history)));
}

using enum EventType;
using Numbers = std::vector<std::uint64_t>;

TEST(Columns, TimesAreDeltasAndSpans) {
  const Decoded columns =
      encode({at(5, 0, invoke, "read", {}), at(9, 1, invoke, "write", 3), at(20, 1, ok, "write", 3),
              at(30, 0, info, "read", {}), at(40, 2, invoke, "read", {})});
  EXPECT_EQ(columns.numbers("start"), (Numbers{5, 4, 31}));
  EXPECT_EQ(columns.numbers("span"), (Numbers{26, 12, 0}))
      << "an info too has an end, a silent call none";
  EXPECT_EQ(columns.numbers("id"), (Numbers{0, 2, 6})) << "zigzag of 0, 1 and 3";
  EXPECT_EQ(columns.numbers("f_type"), (Numbers{0 * 4 + 3, 1 * 4 + 1, 0 * 4 + 3}));
}

TEST(Columns, ResultsAreLeftOutWhereTheySayNothingNew) {
  const Decoded columns = encode(
      {at(1, 0, invoke, "write", 3), at(2, 0, ok, "write", 3), at(3, 0, invoke, "read", {}),
       at(4, 0, ok, "read", {}), at(5, 0, invoke, "read", {}), at(6, 0, ok, "read", -7),
       at(7, 0, invoke, "cas", Value::list(1, 2)), at(8, 0, fail, "cas", Value::list(1, 2))});
  const Numbers results = columns.numbers("result");
  ASSERT_EQ(results.size(), 4u);
  EXPECT_EQ(columns.value(results[0]), "");
  EXPECT_EQ(columns.value(results[1]), "nil") << "a read that found nothing says so";
  EXPECT_EQ(columns.value(results[2]), "-7");
  EXPECT_EQ(columns.value(results[3]), "");
  EXPECT_EQ(columns.value(columns.numbers("arguments")[3]), "[1 2]");
}

TEST(Columns, IntegersThatJavaScriptCannotHoldAreTexts) {
  const std::vector<std::int64_t> numbers = {
      0, -1, 1, (std::int64_t{1} << 50) - 1, std::int64_t{1} << 50, INT64_MAX, INT64_MIN};
  History history;
  for (const std::int64_t number : numbers) {
    history.push_back(at(0, 0, invoke, "write", number));
    history.push_back(at(1, 0, ok, "write", number));
  }
  const Decoded columns = encode(history);
  const Numbers codes = columns.numbers("arguments");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(columns.value(codes[i]), std::to_string(numbers[i]));
    EXPECT_LT(codes[i], std::uint64_t{1} << 53);
  }
}

TEST(Columns, NodesAreWrittenOnlyWhenAProcessChangesIts) {
  History history;
  for (const char* node : {"n1", "n1", "n2", "n2", "n1"}) {
    history.push_back(at(0, 4, invoke, "read", {}));
    history.back().node = node;
    history.push_back(at(1, 4, ok, "read", 1));
    history.back().node = node;
  }
  EXPECT_EQ(encode(history).numbers("node"), (Numbers{1, 0, 2, 0, 1}));
}

TEST(Columns, LongValuesAreClipped) {
  History history = {at(0, 0, invoke, "append", std::string(100'000, 'x')),
                     at(1, 0, ok, "append", 1)};
  const auto texts = encode(history).texts("texts");
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_LT(texts[1].size(), 300u);
}

TEST(Columns, AHistoryWithoutTimesIsLaidOutByPosition) {
  History history = {at(0, 0, invoke, "read", {}), at(0, 0, ok, "read", 1),
                     at(0, 0, invoke, "read", {})};
  EXPECT_TRUE(TimeAxis(history).by_position());
  EXPECT_EQ(encode(history).numbers("start"), (Numbers{0, 2000}));
}

TEST(Columns, ClocksThatGoBackDoNotMakeTimeGoBack) {
  History history = {at(50, 0, invoke, "read", {}), at(20, 0, ok, "read", 1),
                     at(30, 1, invoke, "read", {})};
  const Decoded columns = encode(history);
  EXPECT_EQ(columns.numbers("start"), (Numbers{50, 0}));
  EXPECT_EQ(columns.numbers("span"), (Numbers{1, 0}));
}

TEST(Columns, NoCallsMakeEmptyColumns) {
  const Decoded columns = encode({});
  EXPECT_TRUE(columns.numbers("start").empty());
  EXPECT_EQ(columns.texts("texts"), std::vector<std::string>{""});
}

}  // namespace
}  // namespace plumbline::report
