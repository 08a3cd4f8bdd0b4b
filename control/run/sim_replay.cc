#include "control/run/sim_replay.h"

#include <nlohmann/json.hpp>

#include "control/run/run_folder.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

using Kind = simulator::TraceEvent::Kind;

std::optional<DiagramEvent::Kind> kind_of(Kind kind) {
  using To = DiagramEvent::Kind;
  switch (kind) {
    case Kind::sent:
      return To::sent;
    case Kind::delivered:
      return To::delivered;
    case Kind::lost:
      return To::lost;
    case Kind::role:
      return To::role;
    case Kind::crashed:
      return To::crashed;
    case Kind::started:
      return To::started;
    case Kind::paused:
      return To::paused;
    case Kind::resumed:
      return To::resumed;
    case Kind::fault:
      return To::fault;
    case Kind::applied:
      return To::applied;
    case Kind::note:
      return To::note;
    case Kind::invoked:
    case Kind::completed:
      return std::nullopt;  // the report knows them from the history
  }
  return std::nullopt;
}

/// "n1 -> n2 Append term 3": who speaks to whom is drawn, and need not be said.
std::string without_names(const std::string& text) {
  std::size_t at = 0;
  for (int word = 0; word < 3 && at != std::string::npos; ++word) at = text.find(' ', at) + 1;
  return text.find(" -> ") < at ? text.substr(at) : text;
}

const nlohmann::json* first_invalid(const nlohmann::json& verdict) {
  if (const auto parts = verdict.find("parts"); parts != verdict.end())
    for (const auto& part : *parts)
      if (const auto* found = first_invalid(part)) return found;
  return verdict.value("validity", "") == "invalid" ? &verdict : nullptr;
}

}  // namespace

Result<Script> load_script(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, read_whole(file));
  auto script = parse_script(text);
  if (!script) return context(script.error(), file.string());
  return script;
}

bool was_simulated(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "sim.json");
}

Result<simulator::SavedCase> load_saved_case(const std::filesystem::path& path) {
  const bool folder = std::filesystem::is_directory(path);
  const std::filesystem::path file = folder ? path / "sim.json" : path;
  TRY_ASSIGN(const std::string text, read_whole(file));
  auto saved = simulator::parse_saved_case(text);
  if (!saved) return context(saved.error(), file.string());
  return saved;
}

MessageDiagram diagram_of(const simulator::Result& traced, int nodes) {
  MessageDiagram diagram;
  for (int i = 1; i <= nodes; ++i) diagram.nodes.push_back(str("n", i));
  bool fault_was_asked = false;
  for (const simulator::TraceEvent& event : traced.trace) {
    const auto kind = kind_of(event.kind);
    if (!kind) continue;
    // Faults come in pairs: what was asked for, then what was really done, which is shown.
    if (event.kind == Kind::fault && (fault_was_asked = !fault_was_asked)) continue;
    diagram.events.push_back({event.at, *kind, event.node, event.to, event.message,
                              event.kind == Kind::sent ? without_names(event.text) : event.text});
  }
  return diagram;
}

MessageDiagram diagram_of(simulator::Options options, const simulator::Simulate& simulate) {
  options.trace = true;
  options.judge = false;
  const auto traced = simulate(options);
  return traced ? diagram_of(*traced, options.nodes) : MessageDiagram{};
}

Result<std::string> failed_check(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "verdict.json";
  TRY_ASSIGN(const std::string text, read_whole(file));
  try {
    const auto verdict = nlohmann::json::parse(text);
    const auto* failed = first_invalid(verdict);
    return failed == nullptr ? "" : failed->at("check").get<std::string>();
  } catch (const nlohmann::json::exception& error) {
    return fail(Error::Code::corrupt, file.string() + ": " + error.what());
  }
}

}  // namespace plumbline
