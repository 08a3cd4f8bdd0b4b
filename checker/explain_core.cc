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
                         const Call& last, bool since) {
  const auto needed = model.transition(last).from;
  if (!needed) return "";
  const std::string value = to_string(*needed);
  std::vector<const Call*> writers;
  for (const Call& call : core)
    if (&call != &last && model.role(call) != Role::observer && model.transition(call).to == needed)
      writers.push_back(&call);
  const auto wholly_before = [](const Call& a, const Call& b) { return a.returned < b.invoked; };
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
  if (change == nullptr) {
    if (!writers.empty() || *needed == start) return "";
    return str(name(last), " ", claimed(last, *needed), ", which nobody had written ",
               since ? "since." : "before it ended.");
  }
  const Transition t = model.transition(*change);
  const std::string what = t.to ? "" : " (which " + claimed(*change, *t.from) + ")";
  std::string text = str(name(last), " began ", after(change->return_time, last.invoke_time), " ",
                         name(*change), what, " had ended");
  if (!writers.empty()) text += str(", which began after every write of ", value, " had ended");
  return str(text, "; nobody wrote ", value, " in between, yet it ", claimed(last, *needed), ".");
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

/// What the longest order that works leaves, and why the call that ended last does not fit there.
std::string explain_step(const std::vector<Call>& core, const ModelEntry& model,
                         const Value& initial, const Call& last) {
  const std::vector<Call> before = prefix(core, last.returned);
  constexpr std::size_t k_memory = 1UL << 26;
  Budget budget(1s, k_memory, nullptr);
  const Decision decision = decide(before, model, initial, budget);
  if (!decision.ordered) return "";
  const auto machine = model.machine(initial);
  StateId state = machine->initial();
  for (const Call* call : decision.order) {
    if (call->id == last.id) return "";  // it was open, and fits
    state = machine->step(state, machine->effect(*call));
  }
  const EffectId effect = machine->effect(last);
  if (machine->step(state, effect) != k_illegal) return "";
  return machine->why_not(state, effect);
}

/// `After read (call 7, process 2) the state was 5. `: where the proof starts.
std::string explain_start(const Core& core, const ModelEntry& model, const Call& after) {
  if (!core.ids.counted)
    return str("After ", name(after), " the state was ", to_string(core.initial), ". ");
  const auto machine = model.machine(core.initial);
  return str("When ", name(after), " ended, the state was: ", machine->describe(machine->initial()),
             ", as a count of the calls up to then shows. ");
}

}  // namespace

std::string explain_core(const Core& whole, const ModelEntry& model, const Call* after) {
  const std::vector<Call>& core = whole.calls;
  const Value& initial = whole.initial;
  const bool any_state = whole.ids.any_state;
  const Call* last = last_returned(core);
  if (last == nullptr) return "";
  const std::string start = after == nullptr ? "" : explain_start(whole, model, *after);
  std::string text;
  const bool is_lock = model.info.name == "mutex";
  if (model.transition != nullptr && !is_lock && !any_state)
    text = explain_cell(core, model, model.initial(initial), *last, after != nullptr);
  if (model.info.name == "list-append") text = explain_list(core);
  if (!text.empty()) return start + text;
  const std::string step = any_state ? "" : explain_step(core, model, initial, *last);
  const auto open =
      std::count_if(core.begin(), core.end(), [](const Call& c) { return c.indeterminate(); });
  if (core.size() == 1 && !step.empty()) return str(start, name(*last), ": ", step, ".");
  text = str("No order of these ", core.size(), " calls that keeps real time is one that a ",
             model.info.name, " allows");
  if (any_state) text += ", whatever its state was before";
  if (open > 0)
    text += str(", even though ", open, " of them may have happened at any time or never");
  text += str("; the last to return was ", name(*last));
  if (!step.empty()) return str(start, text, ": ", step, ".");
  return str(start, text, last->result.is_nil() ? "" : ", with " + to_string(last->result), ".");
}

}  // namespace plumbline
