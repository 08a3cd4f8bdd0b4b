#include <algorithm>
#include <cstdio>

#include "checker/evidence.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// `write 3 (call 12, process 1)`
std::string name(const Call& call) {
  std::string text = call.f;
  if (!call.arguments.is_nil()) text += " " + to_string(call.arguments);
  return str(text, " (call ", call.id, ", process ", call.process, ")");
}

/// `12 ms after`, or `after` in a history without times.
std::string after(Nanos earlier, Nanos later) {
  if (later <= earlier || earlier == k_never) return "after";
  char text[32];
  std::snprintf(text, sizeof text, "%.3g ms after", millis(later - earlier));
  return text;
}

/// The call at whose return the core's calls had no order any more.
const Call* last_returned(const std::vector<Call>& core) {
  const Call* last = nullptr;
  for (const Call& call : core)
    if (call.type == EventType::ok && (last == nullptr || call.returned > last->returned))
      last = &call;
  return last;
}

/// What `call` said that cannot be: `returned 2`, `found 2`.
std::string claimed(const Call& call, const Value& needed) {
  return (call.f == "read" || call.f == "get" ? "returned " : "found ") + to_string(needed);
}

/// The usual ways in which a cell is wrong; empty if the core is none of them.
std::string explain_cell(const std::vector<Call>& core, const ModelEntry& model, const Value& start,
                         const Call& last) {
  const auto needed = model.transition(last).from;
  if (!needed) return "";
  const std::string value = to_string(*needed);
  std::vector<const Call*> writers;
  for (const Call& call : core)
    if (&call != &last && model.role(call) != Role::observer && model.transition(call).to == needed)
      writers.push_back(&call);
  const auto wholly_before = [](const Call& a, const Call& b) { return a.returned < b.invoked; };
  if (writers.empty() && *needed != start)
    return str(name(last), " ", claimed(last, *needed),
               ", which nobody had written before it ended.");
  // A change to something else that lies after every write of this value and before the call.
  const Call* change = nullptr;
  for (const Call& call : core) {
    const Transition t = model.transition(call);
    const bool other = (t.to && t.to != needed) || (!t.to && t.from && t.from != needed);
    if (!other || &call == &last || !wholly_before(call, last)) continue;
    if (std::all_of(writers.begin(), writers.end(),
                    [&](const Call* w) { return wholly_before(*w, call); }) &&
        (change == nullptr || call.returned > change->returned))
      change = &call;
  }
  if (change == nullptr) return "";
  const Transition t = model.transition(*change);
  const std::string what = t.to ? "" : " (which " + claimed(*change, *t.from) + ")";
  std::string text = str(name(last), " began ", after(change->return_time, last.invoke_time), " ",
                         name(*change), what, " had ended");
  if (!writers.empty()) text += str(", which began after every write of ", value, " had ended");
  return str(text, "; nobody wrote ", value, writers.empty() ? " after the start" : " in between",
             ", yet it ", claimed(last, *needed), ".");
}

/// The usual ways in which a list is wrong.
std::string explain_list(const std::vector<Call>& core) {
  const auto has = [](const Call& read, const Value& element) {
    const Value::List empty;
    const Value::List& list = read.result.is_list() ? read.result.as_list() : empty;
    return std::find(list.begin(), list.end(), element) != list.end();
  };
  for (const Call& read : core) {
    if (read.f != "read" || read.type != EventType::ok) continue;
    for (const Call& call : core) {
      if (call.returned >= read.invoked) continue;
      if (call.f == "append" && !has(read, call.arguments))
        return str(name(read), " began ", after(call.return_time, read.invoke_time), " ",
                   name(call), " had ended, yet it did not return ", to_string(call.arguments),
                   ".");
      if (call.f != "read" || !call.result.is_list()) continue;
      for (const Value& element : call.result.as_list())
        if (!has(read, element))
          return str(name(read), " began ", after(call.return_time, read.invoke_time), " ",
                     name(call), " had ended, which saw ", to_string(element),
                     "; yet it did not return it.");
    }
  }
  return "";
}

}  // namespace

std::string explain_core(const std::vector<Call>& core, const ModelEntry& model,
                         const Value& initial) {
  const Call* last = last_returned(core);
  std::string text;
  if (last != nullptr && model.transition != nullptr)
    text = explain_cell(core, model, model.initial(initial), *last);
  if (last != nullptr && model.info.name == "list-append") text = explain_list(core);
  if (!text.empty() || last == nullptr) return text;
  const auto open =
      std::count_if(core.begin(), core.end(), [](const Call& c) { return c.indeterminate(); });
  text = str("No order of these ", core.size(), " calls that keeps real time is one that a ",
             model.info.name, " allows");
  if (open > 0)
    text += str(", even though ", open, " of them may have happened at any time or never");
  return str(text, "; the last to return was ", name(*last),
             last->result.is_nil() ? "" : ", with " + to_string(last->result), ".");
}

}  // namespace plumbline
