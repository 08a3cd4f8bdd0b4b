#include "control/run/judge.h"

#include <algorithm>

#include "core/base/text.h"
#include "nemesis/all.h"

namespace plumbline {

namespace {

constexpr std::size_t k_most_calls_shown = 20;
/// Less than this is no evidence of anything, whatever the rest looks like.
constexpr std::size_t k_least_ok = 10;

Verdict judge_logs(const std::vector<Alarm>& alarms) {
  if (alarms.empty()) return plain("node logs", Validity::valid, "no alarm in any node's log");
  const Alarm& first = alarms.front();
  std::string reason = str(first.node, " ", first.file, ":", first.line, ": ", first.text);
  if (alarms.size() > 1) reason += str(" (and ", alarms.size() - 1, " more files)");
  return plain("node logs", Validity::invalid, std::move(reason));
}

Verdict judge_deaths(const std::vector<Death>& deaths) {
  if (deaths.empty()) return plain("node died", Validity::valid, "no process ended by itself");
  const Death& first = deaths.front();
  std::string reason =
      str(first.node, "'s process ended by itself (noticed at ",
          format_duration(std::chrono::floor<std::chrono::milliseconds>(first.noticed)), ")");
  if (!first.last_words.empty()) reason += ": " + first.last_words;
  if (deaths.size() > 1) reason += str(" (and ", deaths.size() - 1, " more)");
  return plain("node died", Validity::invalid, std::move(reason));
}

void add_counterexample(std::string& text, const Counterexample& example) {
  text += str("\n  key ", to_string(example.key), ": ", example.explanation, "\n");
  const std::size_t shown = std::min(example.core.size(), k_most_calls_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Call& call = example.core[i];
    const bool stuck = std::ranges::find(example.unplaceable, call.id) != example.unplaceable.end();
    text += str(stuck ? "  > " : "    ", describe(call), "\n");
  }
  if (shown < example.core.size())
    text += str("    ... and ", example.core.size() - shown, " more\n");
  if (example.may_be_smaller) text += "    (some of these may not be needed)\n";
  if (!example.state.empty())
    text += str("  state after the longest order that works: ", example.state, "\n");
}

/// What a check has to show when it has nothing to explain.
void add_figures(std::string& text, const Verdict& part) {
  constexpr std::size_t k_most_figures = 6;
  const std::size_t shown = std::min(part.figures.size(), k_most_figures);
  for (std::size_t i = 0; i < shown; ++i)
    text += str(i == 0 ? ": " : ", ", part.figures[i].first, " ", part.figures[i].second);
}

void add_parts(std::string& text, const Verdict& verdict) {
  for (const Verdict& part : verdict.parts) {
    text += str("  ", to_string(part.validity), "  ", part.check);
    if (!part.reason.empty())
      text += ": " + part.reason;
    else
      add_figures(text, part);
    text += "\n";
  }
}

void add_counterexamples(std::string& text, const Verdict& verdict) {
  for (const Counterexample& example : verdict.counterexamples) add_counterexample(text, example);
  for (const Verdict& part : verdict.parts) add_counterexamples(text, part);
}

}  // namespace

Verdict plain(std::string check, Validity validity, std::string reason) {
  Verdict verdict;
  verdict.check = std::move(check);
  verdict.validity = validity;
  verdict.reason = std::move(reason);
  return verdict;
}

Verdict judge_history(const History& history, const CheckOptions& options) {
  std::vector<Verdict> parts;
  parts.push_back(check_linearizable(history, options));
  parts.push_back(check_statistics(history));
  return compose("history", std::move(parts));
}

Verdict judge_table(const CallTable& calls, const CheckOptions& options) {
  std::vector<Verdict> parts;
  parts.push_back(check_table(calls, options));
  parts.push_back(check_statistics(calls));
  return compose("history", std::move(parts));
}

Expectations expected_of(const Workload& workload, const std::vector<Fault>& faults) {
  Expectations expected;
  expected.operations = workload.operations;
  for (const Fault& fault : faults) expected.faults.push_back(fault.name);
  expected.min_ok = k_least_ok;
  expected.changes_under_faults = !std::ranges::all_of(faults, leaves_no_quorum);
  return expected;
}

Verdict judge(const History& history, const Evidence& evidence, const CheckOptions& options) {
  return judge_rest(check_linearizable(history, options), history, evidence);
}

Verdict judge_rest(Verdict linearizable, const History& history, const Evidence& evidence) {
  std::vector<Verdict> parts;
  parts.push_back(std::move(linearizable));
  parts.push_back(check_statistics(history));
  parts.push_back(check_vacuity(history, evidence.expectations));
  parts.push_back(judge_logs(evidence.alarms));
  parts.push_back(judge_deaths(evidence.deaths));
  parts.push_back(evidence.cut_short.empty()
                      ? plain("completeness", Validity::valid, "the run went to its end")
                      : plain("completeness", Validity::unknown, evidence.cut_short));
  for (const Verdict& seen : evidence.also) {
    const auto same = std::ranges::find(parts, seen.check, &Verdict::check);
    if (same == parts.end())
      parts.push_back(seen);
    else
      *same = seen;
  }
  return compose("run", std::move(parts));
}

std::string stopped_at_violation(std::int64_t event) {
  return str("stopped at the first violation, event ", event);
}

Verdict not_judged(const std::string& why) {
  std::vector<Verdict> parts;
  parts.push_back(plain("completeness", Validity::unknown, why));
  return compose("run", std::move(parts));
}

int exit_code(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return 0;
    case Validity::invalid:
      return 1;
    case Validity::unknown:
      return 2;
  }
  return 2;
}

std::string in_words(const Verdict& verdict) {
  std::string text = str(to_string(verdict.validity));
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  text += "\n";
  add_parts(text, verdict);
  add_counterexamples(text, verdict);
  return text;
}

}  // namespace plumbline
