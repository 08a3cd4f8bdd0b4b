// Real histories, and hard generated ones, with verdicts that others agree on: each file that
// INDEX.md of the corpus names is read and judged. -DPLUMBLINE_HISTORIES=<folder> switches it on.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checker/check.h"
#include "core/base/text.h"
#include "core/files/history_file.h"
#include "core/files/text_file.h"

namespace plumbline {
namespace {

struct Row {
  std::string file, format, model, expected;
};

/// | file | source repository | format | model | ops | info | expected | evidence |
std::vector<Row> index_rows(const std::filesystem::path& folder) {
  std::ifstream in(folder / "INDEX.md");
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells = split(line, '|');
    if (cells.size() < 9) continue;
    for (std::string& cell : cells) cell = trim(cell);
    if (cells[1].find('/') != std::string::npos)
      rows.push_back({cells[1], cells[3], cells[4], cells[7]});
  }
  return rows;
}

struct Question {
  std::string model;
  bool keyed = false;
  Value initial{};
};

/// What the corpus calls a model, in our words; an empty model if it is not for this test.
Question question(const Row& row) {
  if (row.format.starts_with("jsonl bundle")) return {};  // a test of its own
  if (row.model.starts_with("kv of strings")) return {.model = "kv"};
  if (row.model == "kv") return {.model = "cas-register", .keyed = true};
  if (row.model == "set") return {.model = "set", .keyed = true};
  if (row.model == "lock") return {.model = "mutex"};
  if (row.model.starts_with("multi-register")) return {.model = "multi-register", .initial = 0};
  if (row.model == "cas-register, initial value 0") return {.model = "cas-register", .initial = 0};
  return {.model = row.model};
}

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::string(PLUMBLINE_HISTORIES).empty())
      GTEST_SKIP() << "no corpus: configure with -DPLUMBLINE_HISTORIES=<folder with INDEX.md>";
  }
  const std::filesystem::path folder_ = PLUMBLINE_HISTORIES;
};

TEST_F(Corpus, EveryVerdictIsTheExpectedOne) {
  const std::vector<Row> rows = index_rows(folder_);
  ASSERT_FALSE(rows.empty()) << "no table in " << folder_ / "INDEX.md";
  int checked = 0;
  for (const Row& row : rows) {
    const Question q = question(row);
    if (q.model.empty()) continue;
    SCOPED_TRACE(row.file);
    const auto history = read_history(folder_ / row.file, q.keyed);
    ASSERT_TRUE(history) << history.error().what;
    EXPECT_EQ(history->warning, "");
    const auto began = std::chrono::steady_clock::now();
    CheckOptions options{.model = q.model, .initial = q.initial, .time_budget = 20s};
    const Verdict verdict = check_linearizable(history->events, options);
    const Nanos took = std::chrono::steady_clock::now() - began;
    if (took > 500ms || verdict.validity == Validity::unknown)
      std::printf("%8.2f s  %-8s %s %s\n", seconds(took), to_string(verdict.validity),
                  row.file.c_str(), verdict.reason.c_str());
    ++checked;
    EXPECT_EQ(to_string(verdict.validity), row.expected.substr(0, row.expected.find_first_of(" ;")))
        << verdict.reason;
    EXPECT_EQ(verdict.validity == Validity::invalid, !verdict.counterexamples.empty());
    for (const Counterexample& example : verdict.counterexamples) {
      EXPECT_FALSE(example.explanation.empty());
      std::printf("%s: %zu calls, explained up to %ld: %s\n", row.file.c_str(), example.core.size(),
                  static_cast<long>(example.explained_up_to), example.explanation.c_str());
    }
  }
  std::printf("%d histories judged\n", checked);
  RecordProperty("judged", checked);
}

/// One history a line: {"name":..., "model":..., "valid":..., "ops":[events]}.
TEST_F(Corpus, TinyHistoriesOfQueuesAndStacksAreAsExhaustiveSearchSaid) {
  const auto bundle = read_text(folder_ / "limo/small.jsonl.gz");
  ASSERT_TRUE(bundle) << bundle.error().what;
  int judged = 0;
  for (const std::string& line : split(bundle->text, '\n')) {
    if (line.empty()) continue;
    const auto history = nlohmann::json::parse(line);
    SCOPED_TRACE(history["name"].get<std::string>());
    std::string events;
    for (const auto& event : history["ops"]) events += event.dump() + "\n";
    const auto read = parse_jsonl(events, "line");
    ASSERT_TRUE(read) << read.error().what;
    const Verdict verdict =
        check_linearizable(read->events, {.model = history["model"].get<std::string>()});
    EXPECT_EQ(verdict.validity, history["valid"].get<bool>() ? Validity::valid : Validity::invalid)
        << verdict.reason;
    ++judged;
  }
  EXPECT_GT(judged, 700);
}

TEST_F(Corpus, TheInitialValueDecides) {
  const auto history = read_history(folder_ / "gator1-knossos/history.edn");
  ASSERT_TRUE(history) << history.error().what;
  const auto judge = [&](const Value& initial) {
    return check_linearizable(history->events, {.model = "cas-register", .initial = initial})
        .validity;
  };
  EXPECT_EQ(judge(0), Validity::valid);
  EXPECT_EQ(judge({}), Validity::invalid);
}

}  // namespace
}  // namespace plumbline
