// The HTML as a file: what stands in it, what must never stand in it, and how large it gets. What a
// browser makes of it is the matter of test/browser_test.cc.
#include "report/report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "report/testing.h"
#include "report/text.h"

namespace plumbline::report {
namespace {

using Json = nlohmann::json;

std::string render(const SampleOptions& options) {
  const History history = sample_history(options);
  const auto page = render_report(sample_run(options), history, sample_verdict(history, options));
  EXPECT_TRUE(page.has_value());
  return page.value_or("");
}

std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const std::size_t from = text.find(open);
  const std::size_t to = text.find(close, from + open.size());
  EXPECT_TRUE(from != std::string::npos && to != std::string::npos) << open;
  return text.substr(from + open.size(), to - from - open.size());
}

std::string summary_text(const std::string& page) {
  return between(page, "<script type=\"application/json\" id=\"summary\">", "</script>");
}

std::size_t count(const std::string& text, const std::string& piece) {
  std::size_t found = 0;
  for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1))
    ++found;
  return found;
}

/// base64 of the SHA-256 of `text`, by the sha256sum of coreutils.
std::string sha256(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / str("plumbline-sha256-", ::getpid());
  std::ofstream(file, std::ios::binary) << text;
  std::FILE* pipe = ::popen(("sha256sum " + shell_quote(file.string())).c_str(), "r");
  std::array<char, 65> hex{};
  EXPECT_EQ(std::fread(hex.data(), 1, 64, pipe), 64u);
  ::pclose(pipe);
  std::filesystem::remove(file);
  std::string bytes;
  for (std::size_t i = 0; i < 64; i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.data() + i, 2), nullptr, 16));
  return base64(bytes);
}

TEST(Report, TheContentSecurityPolicyAllowsItsOwnScriptAndStyleAndNothingElse) {
  const std::string page = render({});
  const std::string policy =
      between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; "));
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy.find("http"), std::string::npos);
  const std::string script = between(page, "<script type=\"module\">", "</script>");
  const std::string style = between(page, "<style>", "</style>");
  EXPECT_NE(policy.find("script-src 'sha256-" + sha256(script) + "';"), std::string::npos);
  EXPECT_NE(policy.find("style-src 'sha256-" + sha256(style) + "';"), std::string::npos);
  EXPECT_LT(page.find("Content-Security-Policy"), page.find("<script"))
      << "it binds what follows it";
}

TEST(Report, NothingIsLoadedFromElsewhere) {
  const std::string page = render({});
  for (const char* way : {" src=", "<link", "@import", "url(", "<iframe", "fetch(", "innerHTML",
                          "insertAdjacentHTML", "document.write", "eval(", "new Function"})
    EXPECT_EQ(page.find(way), std::string::npos) << way;
  EXPECT_EQ(page.find("@SCRIPT"), std::string::npos);
  EXPECT_EQ(page.find("@STYLE"), std::string::npos);
}

TEST(Report, HostileTextsNeverAppearRaw) {
  const std::string bad = k_hostile;
  History history;
  Event event;
  event.f = event.error = event.node = bad;
  event.key = Value(bad);
  event.value = Value::list(bad, Value::list(bad));
  history.push_back(event);
  event.index = 1;
  event.type = EventType::ok;
  event.value = Value(bad);
  history.push_back(event);
  for (const std::string& f : {bad, bad, "heal-" + bad, "heal-" + bad}) {
    Event fault = event;
    fault.index = static_cast<std::int64_t>(history.size());
    fault.process = k_nemesis;
    fault.type = EventType::info;
    fault.f = f;
    history.push_back(fault);
  }
  const auto calls = pair_calls(history);
  ASSERT_TRUE(calls.has_value());
  Verdict verdict;
  verdict.check = verdict.reason = bad;
  verdict.validity = Validity::invalid;
  verdict.figures = {{bad, bad}};
  verdict.counterexamples = {{Value(bad), {(*calls)[0]}, bad, {0}, bad, {0}, 1}};
  const RunInfo run{bad, bad, bad, bad, bad, bad, bad, bad, bad, 1s};
  const auto page = render_report(run, history, verdict);
  ASSERT_TRUE(page.has_value());
  const auto plain = render_report({}, {}, {});
  ASSERT_TRUE(plain.has_value());

  EXPECT_EQ(page->find("<img"), std::string::npos);
  EXPECT_EQ(page->find("onerror=alert(1)>"), std::string::npos);
  EXPECT_EQ(page->find("\xe2\x80\xa8"), std::string::npos) << "U+2028";
  EXPECT_EQ(page->find('\x01'), std::string::npos);
  EXPECT_EQ(page->find('\x1b'), std::string::npos);
  for (const char* markup : {"<", ">", "</script>", "<!--"})
    EXPECT_EQ(count(*page, markup), count(*plain, markup)) << markup;
  // And yet it is all there, as data.
  const Json summary = Json::parse(summary_text(*page));
  EXPECT_EQ(summary["run"]["title"], clip(bad, 4000));
  EXPECT_EQ(summary["counterexamples"][0]["key"], clip(bad, 4000));
}

TEST(Report, BytesThatAreNotUtf8AreReplaced) {
  Verdict verdict;
  verdict.reason = "\xff\xfe half a snowman \xe2\x98";
  const auto page = render_report({}, {}, verdict);
  ASSERT_TRUE(page.has_value());
  EXPECT_TRUE(Json::accept(summary_text(*page)));
}

TEST(Report, AnEmptyHistoryMakesAReport) {
  const auto page = render_report({}, {}, {});
  ASSERT_TRUE(page.has_value());
  const Json summary = Json::parse(summary_text(*page));
  EXPECT_EQ(summary["events"], 0);
  EXPECT_EQ(summary["calls"], 0);
  EXPECT_EQ(summary["verdict"]["validity"], "valid");
}

TEST(Report, EveryValidityIsSaid) {
  for (const Validity validity : {Validity::valid, Validity::unknown, Validity::invalid}) {
    Verdict verdict;
    verdict.validity = validity;
    const auto page = render_report({}, {}, verdict);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(Json::parse(summary_text(*page))["verdict"]["validity"], to_string(validity));
  }
}

TEST(Report, AHistoryThatCannotBePairedIsRefused) {
  Event stray;
  stray.type = EventType::ok;
  stray.f = "read";
  const auto page = render_report({}, {stray}, {});
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().code, Error::Code::corrupt);
}

TEST(Report, CountsAndQuantilesAreThoseOfTheCalls) {
  History history;
  for (int i = 1; i <= 100; ++i) {
    Event event;
    event.time = Nanos(i * 1s);
    event.f = "read";
    history.push_back(event);
    event.time += Nanos(i * 1ms);
    event.type = i == 100 ? EventType::fail : EventType::ok;
    history.push_back(event);
  }
  for (std::size_t i = 0; i < history.size(); ++i) history[i].index = static_cast<std::int64_t>(i);
  const auto page = render_report({}, history, {});
  ASSERT_TRUE(page.has_value());
  const Json rows = Json::parse(summary_text(*page))["statistics"];
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["type"], "ok");
  EXPECT_EQ(rows[0]["count"], 99);
  EXPECT_EQ(rows[0]["latency"]["p50"], 50'000.0);
  EXPECT_EQ(rows[0]["latency"]["p95"], 95'000.0);
  EXPECT_EQ(rows[0]["latency"]["max"], 99'000.0);
  EXPECT_EQ(rows[1]["count"], 1);
  EXPECT_EQ(rows[1]["latency"]["p50"], 100'000.0);
}

TEST(Report, TheCounterexampleOfAPartIsToldOnceWithItsPlacesInTheOrder) {
  SampleOptions options;
  options.stale_read = true;
  const History history = sample_history(options);
  Verdict verdict = sample_verdict(history, options);
  verdict.counterexamples = verdict.parts[0].counterexamples;  // a composed verdict may repeat it
  const auto page = render_report(sample_run(options), history, verdict);
  ASSERT_TRUE(page.has_value());
  const Json told = Json::parse(summary_text(*page))["counterexamples"];
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]["key"], "k3");
  EXPECT_EQ(told[0]["check"], "linearizable cas-register");
  ASSERT_EQ(told[0]["core"].size(), 4u);
  EXPECT_EQ(told[0]["places"][std::to_string(told[0]["core"][1]["id"].get<int>())], 2);
  EXPECT_TRUE(told[0]["core"][2]["end"].is_null()) << "the cas that timed out stays open";
  EXPECT_EQ(told[0]["prefix_tail"].size(), 2u);
}

TEST(Report, EvidenceThatDoesNotFitTheHistoryDoesNotBringItDown) {
  Call call;
  call.id = 77;
  call.invoked = 1'000'000;
  call.returned = 2'000'000;
  Verdict verdict;
  verdict.validity = Validity::invalid;
  verdict.counterexamples = {{{}, {call}, "", {77, 78, -5}, "", {77, 99}, 0}};
  EXPECT_TRUE(render_report({}, {}, verdict).has_value());
  const History history = sample_history({.calls = 10});
  EXPECT_TRUE(render_report({}, history, verdict).has_value());
}

TEST(Report, AHundredThousandEventsStayUnderATenthOfTheBudgetOfAMillion) {
  SampleOptions options;
  options.calls = 50'000;
  options.processes = 50;
  options.pause = 2ms;
  constexpr std::size_t k_budget_of_a_million_events = 12'000'000;
  constexpr std::size_t k_page_itself = 100'000;
  const std::string page = render(options);
  EXPECT_LT(page.size(), k_budget_of_a_million_events / 10 + k_page_itself);
  RecordProperty("bytes", static_cast<int>(page.size()));
}

TEST(Report, WritingPutsTheRenderedPageIntoTheFile) {
  const auto file =
      std::filesystem::temp_directory_path() / str("plumbline-report-", ::getpid(), ".html");
  ASSERT_TRUE(write_report(file, {}, {}, {}));
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  EXPECT_EQ(content.str(), render_report({}, {}, {}).value_or(""));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace plumbline::report
