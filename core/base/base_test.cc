// Goal: the words that every folder speaks mean what their headers say.
// Method: each promise as a case, and properties over seeds where the inputs are many.
#include <gtest/gtest.h>

#include <cstdio>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/base/rng.h"
#include "core/base/tagged.h"
#include "core/base/text.h"
#include "core/base/time.h"

namespace plumbline {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Error::Code::invalid, str(n, " is odd"));
  return n / 2;
}
Result<int> quarter(int n) {
  TRY_ASSIGN(const int h, half(n));
  TRY_ASSIGN(const int q, half(h));
  return q;
}
Status both(int a, int b) {
  TRY(half(a));
  TRY(half(b));
  return {};
}

TEST(Result, TryPassesValuesOnAndErrorsUp) {
  EXPECT_EQ(quarter(12), 3);
  EXPECT_EQ(quarter(6).error(), (Error{Error::Code::invalid, "3 is odd"}));
  EXPECT_TRUE(both(2, 4));
  EXPECT_EQ(both(2, 5).error().what, "5 is odd");
}

TEST(Result, ContextKeepsTheCodeAndSaysWhere) {
  const Error error = context(half(3).error(), "quarter of 6").error();
  EXPECT_EQ(error, (Error{Error::Code::invalid, "quarter of 6: 3 is odd"}));
}

TEST(CheckDeathTest, SaysWhereAndWhy) {
  EXPECT_DEATH(CHECK(1 == 2, "numbers are broken"), "base_test.cc.*1 == 2.*numbers are broken");
}

TEST(Tagged, OrdersAndSteps) {
  using Height = Tagged<struct HeightTag>;
  EXPECT_LT(Height(1), Height(2));
  EXPECT_EQ(Height(1).next(), Height(2));
  EXPECT_EQ(Height(2).prev(), Height(1));
  EXPECT_EQ(str(Height(7)), "7");
}

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("10us"), 10us);
  EXPECT_EQ(parse_duration("7ns"), 7ns);
}

TEST(Duration, RefusesWhatHasNoUnitOrNoSense) {
  for (const char* text :
       {"", "5", "s", "-1s", "5 s", "1e400s", "nans", "99999999h", "5sx", "infs"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_NE(parse_duration("5").error().what.find("250ms, 5s or 1m30s"), std::string::npos);
}

TEST(Duration, WhatIsWrittenIsReadAgain) {
  Rng rng(1);
  for (int i = 0; i < 1000; ++i) {
    const Nanos duration(rng.between(0, 1) ? rng.between(0, 999) * 1'000'000
                                           : rng.between(0, 9999) * 1'000'000'000);
    EXPECT_EQ(parse_duration(format_duration(duration)), duration) << format_duration(duration);
  }
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(Nanos(0)), "0ns");
}

TEST(Rng, TheSameSeedGivesTheSameNumbersEverywhere) {
  // Golden: a change of these would make every recorded seed mean something else.
  Rng rng(42);
  EXPECT_EQ(rng.next(), 1546998764402558742ULL);
  EXPECT_EQ(rng.next(), 6990951692964543102ULL);
  Rng copy = rng;
  EXPECT_EQ(copy.next(), rng.next());
}

TEST(Rng, BelowIsUniformEnough) {
  Rng rng(7);
  std::vector<int> seen(10);
  for (int i = 0; i < 100'000; ++i) ++seen[rng.below(10)];
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Rng, BetweenIncludesBothEnds) {
  Rng rng(9);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(rng.between(-1, 1));
  EXPECT_EQ(seen, (std::set<std::int64_t>{-1, 0, 1}));
}

TEST(Rng, ShuffleKeepsEveryItem) {
  Rng rng(3);
  std::vector<int> items = {1, 2, 3, 4, 5};
  rng.shuffle(items);
  EXPECT_EQ(std::multiset<int>(items.begin(), items.end()), (std::multiset<int>{1, 2, 3, 4, 5}));
}

TEST(Text, SplitKeepsEmptyPiecesAndJoinUndoesIt) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_TRUE(split("", ',').empty());
  EXPECT_EQ(join(split("a,,b", ','), ","), "a,,b");
}

TEST(Text, TrimAndParseInt) {
  EXPECT_EQ(trim(" \t a b\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_EQ(parse_int("-12"), -12);
  for (const char* text : {"", "1x", " 1", "99999999999999999999"}) EXPECT_FALSE(parse_int(text));
}

TEST(Text, AShareIsANumberFromNoughtToOne) {
  EXPECT_EQ(parse_share("0"), 0);
  EXPECT_EQ(parse_share("1"), 1);
  EXPECT_EQ(parse_share("0.25"), 0.25);
  EXPECT_EQ(parse_share("1e-3"), 0.001);
  for (const char* text : {"", "1.01", "-0.1", "0.5x", " 0.5", "nan", "inf"})
    EXPECT_FALSE(parse_share(text)) << text;
}

TEST(Text, PrintableHidesControlCharactersAndCuts) {
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(Text, NearestFindsSlipsAndNothingElse) {
  const std::vector<std::string> words = {"partition", "kill", "pause"};
  EXPECT_EQ(nearest("partiton", words), "partition");
  EXPECT_EQ(nearest("kil", words), "kill");
  EXPECT_EQ(nearest("zzzzzz", words), std::nullopt);
}

std::string through_a_shell(const std::string& text) {
  const std::string command = "printf %s " + shell_quote(text);
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  char buffer[256];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  pclose(pipe);
  return out;
}

TEST(Text, ShellQuoteSurvivesAShell) {
  Rng rng(5);
  const std::string nasty = "'\"\\$`!*?[]{}()<>|&;# \t\n~%a=-";
  for (const char* text : {"", "plain", "it's", "a b", "$(reboot)", "-n", "\\n"})
    EXPECT_EQ(through_a_shell(text), text);
  for (int i = 0; i < 100; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(12); n > 0; --n) text += nasty[rng.below(nasty.size())];
    EXPECT_EQ(through_a_shell(text), text);
  }
}

}  // namespace
}  // namespace plumbline
