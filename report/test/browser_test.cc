// Writes a report of each kind and has browser.mjs look at them in a headless Chromium.
// PLUMBLINE_PICTURES=folder keeps the reports there, with screenshots.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/base/text.h"
#include "report/report.h"
#include "report/testing.h"

namespace plumbline::report {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const RunInfo& run, const History& history,
           const Verdict& verdict) {
  const Status status = write_report(file, run, history, verdict);
  ASSERT_TRUE(status) << status.error().what;
}

void write_sample(const fs::path& file, const SampleOptions& options) {
  const History history = sample_history(options);
  write(file, sample_run(options), history, sample_verdict(history, options));
}

void write_messages(const fs::path& file) {
  const SampleOptions options{.stale_read = true};
  const History history = sample_history(options);
  const Status status =
      write_report(file, sample_run(options), history, sample_verdict(history, options),
                   sample_diagram(options, history));
  ASSERT_TRUE(status) << status.error().what;
}

void write_unknown(const fs::path& file) {
  const SampleOptions options{.calls = 200, .faults = false};
  const History history = sample_history(options);
  Verdict verdict = sample_verdict(history, options);
  verdict.parts[2].validity = Validity::unknown;
  verdict.parts[2].reason =
      "vacuous: no fault took hold, so nothing was tested but a healthy system";
  write(file, sample_run(options), history, compose("register", verdict.parts));
}

/// Every text is one that would set `broken` if any of it ran.
void write_hostile(const fs::path& file) {
  const std::string bad =
      str("<script>broken=1</script><img src=x onerror=\"broken=1\">", k_hostile, "\xe2\x80\xae");
  SampleOptions options{.calls = 60, .stale_read = true};
  History history = sample_history(options);
  for (Event& event : history) event.error = event.node = bad;
  Verdict verdict = sample_verdict(history, options);
  Verdict& part = verdict.parts[0];
  part.check = part.reason = bad;
  part.figures = {{bad, bad}};
  part.counterexamples[0].explanation = part.counterexamples[0].state = bad;
  for (Call& call : part.counterexamples[0].core) call.f = bad;
  MessageDiagram diagram = sample_diagram(options, history);
  for (std::string& node : diagram.nodes) node = bad;
  for (DiagramEvent& event : diagram.events) event.text = bad;
  const Status status = write_report(file, {bad, bad, bad, bad, bad, bad, bad, bad, bad, 1s},
                                     history, compose(bad, verdict.parts), diagram);
  ASSERT_TRUE(status) << status.error().what;
}

/// Two counterexamples; the second is long, of calls far apart, with faults of all kinds in force.
void write_two(const fs::path& file) {
  const SampleOptions options{.stale_read = true};
  const History history = sample_history(options);
  Verdict verdict = sample_verdict(history, options);
  const auto calls = pair_calls(history);
  Counterexample second;
  second.key = Value("k7");
  second.explanation = "Four writes and five reads of k7 fit no order.";
  second.state = "3";
  for (const Call& call : *calls)
    if (call.key == second.key && second.core.size() < 60) second.core.push_back(call);
  for (std::size_t i = 1; i < second.core.size(); i += 4)
    second.core.erase(
        second.core.begin() + static_cast<std::ptrdiff_t>(i),
        second.core.begin() + static_cast<std::ptrdiff_t>(std::min(i + 3, second.core.size())));
  for (const Call& call : second.core) second.prefix.push_back(call.id);
  second.unplaceable = {second.prefix.back()};
  second.prefix.pop_back();
  verdict.parts[0].counterexamples.push_back(second);
  write(file, sample_run(options), history, compose("register", verdict.parts));
}

void write_without_times(const fs::path& file) {
  History history = sample_history({.calls = 100, .faults = false});
  for (Event& event : history) event.time = {};
  write(file, {}, history, {});
}

TEST(Browser, ReportsLookAndBehaveAsTheyShould) {
  const char* kept = std::getenv("PLUMBLINE_PICTURES");
  const fs::path folder =
      kept ? fs::path(kept) : fs::temp_directory_path() / str("plumbline-reports-", ::getpid());
  fs::create_directories(folder);
  write_sample(folder / "valid.html", {});
  write_sample(folder / "invalid.html", {.stale_read = true});
  write_sample(folder / "million.html",
               {.calls = 500'000, .processes = 50, .keys = 1000, .pause = 2ms, .stale_read = true});
  write_two(folder / "two.html");
  write_unknown(folder / "unknown.html");
  write_messages(folder / "messages.html");
  write_hostile(folder / "hostile.html");
  write_without_times(folder / "positions.html");
  write(folder / "empty.html", {}, {}, {});
  constexpr std::uintmax_t k_million_events_budget = 12'000'000;
  EXPECT_LE(fs::file_size(folder / "million.html"), k_million_events_budget);

  const std::string command =
      join({shell_quote(NODE), shell_quote(BROWSER_SCRIPT), shell_quote(CHROMIUM),
            shell_quote(folder.string()), kept ? shell_quote(folder.string()) : ""},
           " ");
  EXPECT_EQ(std::system(command.c_str()), 0) << "see above";
  if (!kept) fs::remove_all(folder);
}

}  // namespace
}  // namespace plumbline::report
