#include <cstdio>

#include "core/base/text.h"
#include "report/report.h"
#include "report/text.h"

namespace plumbline {
namespace {

using report::xml_escape;

struct Case {
  std::string path;  // names of the composed checks above it
  const Verdict* verdict;
};

void collect_cases(const Verdict& verdict, const std::string& path, std::vector<Case>& cases) {
  if (verdict.parts.empty()) return cases.push_back({path, &verdict});
  for (const Verdict& part : verdict.parts)
    collect_cases(part, path.empty() ? verdict.check : path + "." + verdict.check, cases);
}

std::string evidence(const Verdict& verdict) {
  std::string text;
  for (const Counterexample& one : verdict.counterexamples) {
    if (!one.key.is_nil()) text += "key " + report::key_text(one.key) + ": ";
    text += one.explanation + "\n";
    for (const Call& call : one.core)
      text += str("  call ", call.id, ": ", trim(describe(call)), "\n");
    if (!one.state.empty())
      text += str("state after the longest linearizable prefix (", one.prefix.size(),
                  " calls): ", one.state, "\n");
    text += "\n";
  }
  return text;
}

std::string testcase(const Case& one) {
  const Verdict& verdict = *one.verdict;
  std::string xml = str("    <testcase classname=\"", xml_escape("plumbline." + one.path),
                        "\" name=\"", xml_escape(verdict.check), "\"");
  if (verdict.validity == Validity::valid) return xml + "/>\n";
  const char* element = verdict.validity == Validity::invalid ? "failure" : "error";
  const std::string text = verdict.counterexamples.empty() ? verdict.reason : evidence(verdict);
  return xml + str(">\n      <", element, " type=\"", to_string(verdict.validity), "\" message=\"",
                   xml_escape(verdict.reason), "\">", xml_escape(text), "</", element,
                   ">\n    </testcase>\n");
}

std::string properties(const RunInfo& run) {
  const std::pair<const char*, const std::string*> all[] = {
      {"command", &run.command}, {"seed", &run.seed},         {"system", &run.system},
      {"target", &run.target},   {"workload", &run.workload}, {"faults", &run.faults},
      {"started", &run.started}, {"versions", &run.versions}};
  std::string xml;
  for (const auto& [name, value] : all)
    if (!value->empty())
      xml += str("      <property name=\"", name, "\" value=\"", xml_escape(*value), "\"/>\n");
  return xml.empty() ? "" : "    <properties>\n" + xml + "    </properties>\n";
}

}  // namespace

std::string render_junit(const RunInfo& run, const Verdict& verdict) {
  std::vector<Case> cases;
  collect_cases(verdict, "", cases);
  std::string body;
  int failures = 0;
  int errors = 0;
  for (Case& one : cases) {
    if (one.path.empty()) one.path = run.workload.empty() ? "run" : run.workload;
    failures += one.verdict->validity == Validity::invalid;
    errors += one.verdict->validity == Validity::unknown;
    body += testcase(one);
  }
  char time[32];
  std::snprintf(time, sizeof time, "%.3f", seconds(run.duration));
  const std::string counts = str("tests=\"", cases.size(), "\" failures=\"", failures,
                                 "\" errors=\"", errors, "\" time=\"", time, "\"");
  const std::string name = xml_escape(run.title.empty() ? "plumbline" : run.title);
  return str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plumbline\" ", counts,
             ">\n  <testsuite name=\"", name, "\" ", counts, " skipped=\"0\">\n", properties(run),
             body, "  </testsuite>\n</testsuites>\n");
}

Status write_junit(const std::filesystem::path& file, const RunInfo& run, const Verdict& verdict) {
  return report::write_atomically(file, render_junit(run, verdict));
}

}  // namespace plumbline
