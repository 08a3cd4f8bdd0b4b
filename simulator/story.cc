#include "simulator/story.h"

#include <algorithm>

#include "core/base/text.h"

namespace plumbline::simulator {

namespace {

struct StoryLine {
  Nanos at{};
  std::string who;
  std::string what;
  std::int64_t call = -1;  ///< the call that begins or ends here
  bool ends = false;
};

std::string clock_text(Nanos at) {
  const auto micros = std::chrono::floor<std::chrono::microseconds>(at).count();
  std::string fraction = str(micros % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  std::string text = str(micros / 1'000'000, ".", fraction.substr(0, 4), "s");
  text.insert(0, 10 - std::min<std::size_t>(10, text.size()), ' ');
  return text;
}

std::string asked(const Call& call) {
  std::string text = call.f;
  if (!call.key.is_nil()) text += " " + to_string(call.key);
  if (!call.arguments.is_nil()) text += " " + to_string(call.arguments);
  return text;
}

std::string answered(const Call& call) {
  std::string text = str("-> ", to_string(call.type));
  if (call.type == EventType::ok && (call.arguments.is_nil() || call.result != call.arguments))
    text += " " + to_string(call.result);
  return call.error.empty() ? text : text + " (" + call.error + ")";
}

void add_calls(const History& history, std::vector<StoryLine>& lines) {
  const auto calls = pair_calls(history);
  if (!calls) return;
  for (const Call& call : *calls) {
    const std::string who = str("p", call.process, " at ", call.node);
    lines.push_back({call.invoke_time, who, asked(call), call.id, false});
    const Nanos end = call.return_time == k_never ? Nanos::max() : call.return_time;
    if (end != Nanos::max()) lines.push_back({end, who, answered(call), call.id, true});
  }
}

void add_trace(const std::vector<TraceEvent>& trace, std::vector<StoryLine>& lines) {
  for (const TraceEvent& event : trace) {
    const std::string who = event.node > 0 ? str("n", event.node) : "";
    switch (event.kind) {
      case TraceEvent::Kind::role:
        if (event.text.starts_with("leader") || event.text.starts_with("candidate"))
          lines.push_back({event.at, who, "is " + event.text});
        break;
      case TraceEvent::Kind::crashed:
        lines.push_back({event.at, who, event.text.empty() ? "is down" : "dies: " + event.text});
        break;
      case TraceEvent::Kind::started:
        if (event.at > Nanos::zero())
          lines.push_back(
              {event.at, who, event.text.empty() ? "is up again" : "is up again: " + event.text});
        break;
      case TraceEvent::Kind::note:
        lines.push_back({event.at, who.empty() ? "watch" : who, event.text});
        break;
      default:
        break;  // messages are for the diagram; calls and faults come from history and script
    }
  }
}

/// The end of a call that comes right after its beginning goes onto the same line.
std::vector<StoryLine> joined(std::vector<StoryLine> lines) {
  std::vector<StoryLine> result;
  for (StoryLine& line : lines) {
    if (line.ends && !result.empty() && result.back().call == line.call && !result.back().ends)
      result.back().what += " " + line.what;
    else if (line.ends)
      result.push_back({line.at, line.who, "  " + line.what, line.call, true});
    else
      result.push_back(std::move(line));
  }
  return result;
}

}  // namespace

std::string story(const Result& result, std::size_t most_lines) {
  std::vector<StoryLine> lines;
  for (const ClusterCall& call : result.script.faults) {
    const std::string words = describe(call);
    lines.push_back({call.at, "nemesis", words.substr(words.find("  ") + 2)});
  }
  add_trace(result.trace, lines);
  add_calls(result.history, lines);
  std::ranges::stable_sort(lines, {}, &StoryLine::at);
  lines = joined(std::move(lines));
  std::size_t widest = 0;
  for (const StoryLine& line : lines) widest = std::max(widest, line.who.size());
  const std::size_t left_out = lines.size() > most_lines ? lines.size() - most_lines : 0;
  const std::size_t head = (lines.size() - left_out) / 2;
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == head && left_out > 0) {
      text += str("            ... ", left_out, " more events ...\n");
      i += left_out;
    }
    std::string who = lines[i].who;
    who.resize(widest, ' ');
    text += str(clock_text(lines[i].at), "  ", who, "  ", printable(lines[i].what, 160), "\n");
  }
  return text;
}

}  // namespace plumbline::simulator
