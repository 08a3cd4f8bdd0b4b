#include "core/history/history.h"

#include <cstdio>
#include <unordered_map>

#include "core/base/text.h"

namespace plumbline {

const char* to_string(EventType type) {
  switch (type) {
    case EventType::invoke:
      return "invoke";
    case EventType::ok:
      return "ok";
    case EventType::fail:
      return "fail";
    case EventType::info:
      return "info";
  }
  return "?";
}

Result<std::vector<Call>> pair_calls(const History& history) {
  std::vector<Call> calls;
  std::unordered_map<ProcessId, std::size_t> open;  // process -> position in calls
  for (std::size_t position = 0; position < history.size(); ++position) {
    const Event& event = history[position];
    if (event.process == k_nemesis) continue;
    const auto bad = [&](const std::string& why) {
      return fail(Error::Code::corrupt,
                  str("event ", event.index, ": process ", event.process, " ", why));
    };
    const auto running = open.find(event.process);
    if (event.type == EventType::invoke) {
      if (running != open.end())
        return bad("invokes '" + event.f + "' while its last call is open");
      open[event.process] = calls.size();
      Call call;
      call.id = event.index;
      call.process = event.process;
      call.f = event.f;
      call.key = event.key;
      call.arguments = event.value;
      call.invoked = static_cast<std::int64_t>(position);
      call.invoke_time = event.time;
      call.node = event.node;
      calls.push_back(std::move(call));
      continue;
    }
    if (running == open.end()) return bad("completes '" + event.f + "', which it did not invoke");
    Call& call = calls[running->second];
    if (call.f != event.f) return bad("completes '" + event.f + "' but invoked '" + call.f + "'");
    call.type = event.type;
    call.error = event.error;
    call.return_time = event.time;
    if (!event.node.empty()) call.node = event.node;
    if (event.type == EventType::ok) call.result = event.value;
    if (event.type != EventType::info) call.returned = static_cast<std::int64_t>(position);
    open.erase(running);
  }
  return calls;
}

std::string describe(const Call& call) {
  char time[32];
  std::snprintf(time, sizeof time, "%9.4fs", seconds(call.invoke_time));
  std::string text = str(time, "  p", call.process);
  if (!call.node.empty()) text += "  " + call.node;
  text += "  " + call.f;
  if (!call.key.is_nil()) text += " " + to_string(call.key);
  if (!call.arguments.is_nil()) text += " " + to_string(call.arguments);
  text += str(" -> ", to_string(call.type));
  const bool tells_more = call.result != call.arguments || call.arguments.is_nil();
  if (call.type == EventType::ok && tells_more) text += " " + to_string(call.result);
  if (!call.error.empty()) text += " (" + call.error + ")";
  return text;
}

}  // namespace plumbline
