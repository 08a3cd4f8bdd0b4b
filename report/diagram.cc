#include "report/diagram.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/text.h"

namespace plumbline::report {
namespace {

constexpr std::size_t k_longest_text = 300;

/// When the last call of the first counterexample was over.
std::optional<Nanos> end_of_evidence(const Verdict& verdict) {
  for (const Counterexample& example : verdict.counterexamples) {
    Nanos end{};
    for (const Call& call : example.core)
      end = std::max(end, call.return_time == k_never ? call.invoke_time : call.return_time);
    return end;
  }
  for (const Verdict& part : verdict.parts)
    if (const auto end = end_of_evidence(part)) return end;
  return std::nullopt;
}

bool may_be_left_out(const DiagramEvent& event) {
  using Kind = DiagramEvent::Kind;
  return event.kind == Kind::sent || event.kind == Kind::delivered || event.kind == Kind::lost ||
         event.kind == Kind::applied || event.kind == Kind::note;
}

/// How far from `focus` an event may be and still be among the nearest k_most_messages.
Nanos reach(const std::vector<DiagramEvent>& events, Nanos focus) {
  std::vector<Nanos> distances;
  for (const DiagramEvent& event : events)
    if (may_be_left_out(event))
      distances.push_back(event.at > focus ? event.at - focus : focus - event.at);
  if (distances.size() <= k_most_messages) return k_never;
  const auto last = distances.begin() + k_most_messages;
  std::nth_element(distances.begin(), last, distances.end());
  return *last;
}

}  // namespace

std::string diagram_json(const MessageDiagram& diagram, const Verdict& verdict) {
  using Json = nlohmann::json;
  if (diagram.nodes.empty()) return {};
  const Nanos end = diagram.events.empty() ? Nanos{} : diagram.events.back().at;
  const Nanos focus = end_of_evidence(verdict).value_or(end);
  const Nanos far = reach(diagram.events, focus);
  Json texts = Json::array(), events = Json::array(), nodes = Json::array();
  for (const std::string& node : diagram.nodes) nodes.push_back(clip(node, k_longest_text));
  std::map<std::string, std::size_t> places;
  std::size_t left_out = 0;
  Nanos last{};
  for (const DiagramEvent& event : diagram.events) {
    const Nanos distance = event.at > focus ? event.at - focus : focus - event.at;
    if (may_be_left_out(event) && distance > far) {
      ++left_out;
      continue;
    }
    const auto place = places.emplace(event.text, places.size());
    if (place.second) texts.push_back(clip(event.text, k_longest_text));
    events.push_back({(event.at - last).count(), static_cast<int>(event.kind), event.node, event.to,
                      event.message, place.first->second});
    last = event.at;
  }
  const Json all = {{"nodes", nodes}, {"texts", texts}, {"events", events}, {"left_out", left_out}};
  constexpr int k_one_line = -1;
  constexpr bool k_ascii_only = true;
  return all.dump(k_one_line, ' ', k_ascii_only, Json::error_handler_t::replace);
}

}  // namespace plumbline::report
