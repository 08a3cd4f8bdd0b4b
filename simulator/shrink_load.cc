// What clients do: operations, keys, clients, values, times.

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "simulator/shrink_search.h"

namespace plumbline::simulator {

namespace {

/// Beyond the last event, for what it sets off.
constexpr Nanos k_after_last = 10ms;

Nanos end_of(const Script& script) {
  Nanos end{};
  for (const ClusterCall& call : script.faults) end = std::max(end, call.at);
  for (const ClientCall& call : script.operations) end = std::max(end, call.at);
  return end;
}

Script until(const Script& script, Nanos end) {
  Script cut = script;
  std::erase_if(cut.faults, [end](const ClusterCall& call) { return call.at > end; });
  std::erase_if(cut.operations, [end](const ClientCall& call) { return call.at > end; });
  return cut;
}

bool try_until(ShrinkSearch& search, Nanos end) {
  if (end >= end_of(search.script())) return false;
  Options candidate = search.best();
  candidate.script = until(search.script(), end);
  candidate.time_limit = std::min(candidate.time_limit, end + k_after_last);
  return search.try_case(std::move(candidate));
}

/// The last instant that a counterexample of the verdict speaks of; none: k_never.
Nanos end_of_evidence(const Verdict& verdict) {
  Nanos end = k_never;
  for (const Counterexample& example : verdict.counterexamples) {
    Nanos last{};
    for (const Call& call : example.core)
      last = std::max(last, call.return_time == k_never ? call.invoke_time : call.return_time);
    end = std::min(end, last);
  }
  for (const Verdict& part : verdict.parts) end = std::min(end, end_of_evidence(part));
  return end;
}

std::vector<ClientCall> of_keys(const Script& script, const std::vector<Value>& keys) {
  std::vector<ClientCall> calls;
  for (const ClientCall& call : script.operations)
    if (std::ranges::find(keys, call.operation.key) != keys.end()) calls.push_back(call);
  return calls;
}

bool try_operations(ShrinkSearch& search, std::vector<ClientCall> operations) {
  Script script = search.script();
  script.operations = std::move(operations);
  return search.try_script(std::move(script));
}

bool try_on_thread(ShrinkSearch& search, int from, int to) {
  Options candidate = search.best();
  int most = 0;
  for (ClientCall& call : candidate.script->operations) {
    if (call.thread == from) call.thread = to;
    most = std::max(most, call.thread);
  }
  candidate.concurrency = most + 1;
  return search.try_case(std::move(candidate));
}

/// All integers of a value, and of lists in it, as `names` has them; new ones get the next number.
Value renamed(const Value& value, std::map<std::int64_t, std::int64_t>& names) {
  if (value.is_int()) {
    const auto next = static_cast<std::int64_t>(names.size()) + 1;
    return Value(names.emplace(value.as_int(), next).first->second);
  }
  if (!value.is_list()) return value;
  Value::List items;
  for (const Value& item : value.as_list()) items.push_back(renamed(item, names));
  return Value(std::move(items));
}

void try_small_values(ShrinkSearch& search) {
  Script script = search.script();
  std::map<Value, std::map<std::int64_t, std::int64_t>> names;
  for (ClientCall& call : script.operations)
    call.operation.value = renamed(call.operation.value, names[call.operation.key]);
  if (script != search.script()) search.try_script(std::move(script));
}

void try_small_keys(ShrinkSearch& search) {
  Script script = search.script();
  std::map<Value, Value> names;
  for (ClientCall& call : script.operations) {
    if (!call.operation.key.is_text()) return;
    const auto name = names.emplace(call.operation.key, Value(str("k", names.size() + 1)));
    call.operation.key = name.first->second;
  }
  if (script != search.script()) search.try_script(std::move(script));
}

template <class Change>
Script with_times(const Script& script, const Change& change) {
  Script changed = script;
  for (ClusterCall& call : changed.faults) call.at = change(call.at);
  for (ClientCall& call : changed.operations) call.at = change(call.at);
  return changed;
}

/// All instants of the script, in order, from the run's start.
std::vector<Nanos> instants(const Script& script) {
  std::set<Nanos> all = {Nanos{}};
  for (const ClusterCall& call : script.faults) all.insert(call.at);
  for (const ClientCall& call : script.operations) all.insert(call.at);
  return {all.begin(), all.end()};
}

bool try_times(ShrinkSearch& search, Script script) {
  if (script == search.script()) return false;
  Options candidate = search.best();
  candidate.time_limit = std::min(candidate.time_limit, end_of(script) + k_after_last);
  candidate.script = std::move(script);
  return search.try_case(std::move(candidate));
}

/// Gaps longer than `most` become as long as that.
Script with_gaps(const Script& script, Nanos most) {
  const std::vector<Nanos> times = instants(script);
  std::map<Nanos, Nanos> places = {{Nanos{}, Nanos{}}};
  for (std::size_t i = 1; i < times.size(); ++i)
    places[times[i]] = places[times[i - 1]] + std::min(most, times[i] - times[i - 1]);
  return with_times(script, [&places](Nanos at) { return places.at(at); });
}

}  // namespace

void cut_off_the_end(ShrinkSearch& search) {
  const Nanos evidence = end_of_evidence(search.result().verdict);
  if (evidence != k_never) try_until(search, evidence);
  // Then by halves, quarters and eighths of what is left, as long as that works.
  for (int part = 2; part <= 8 && !search.ended();) {
    const Nanos end = end_of(search.script());
    if (!try_until(search, end - end / part)) part *= 2;
  }
}

void keep_few_keys(ShrinkSearch& search) {
  std::vector<Value> keys;
  for (const ClientCall& call : search.script().operations)
    if (std::ranges::find(keys, call.operation.key) == keys.end())
      keys.push_back(call.operation.key);
  if (keys.size() < 2) return;
  const Script whole = search.script();
  const auto keep = [&](const std::vector<Value>& some) {
    return try_operations(search, of_keys(whole, some));
  };
  const auto about = [](const Verdict& verdict, const auto& self) -> std::vector<Value> {
    std::vector<Value> found;
    for (const Counterexample& example : verdict.counterexamples) found.push_back(example.key);
    for (const Verdict& part : verdict.parts)
      for (Value& key : self(part, self)) found.push_back(std::move(key));
    return found;
  };
  for (const Value& key : about(search.result().verdict, about))
    if (keep({key})) return;
  leave_out(std::move(keys), keep);
}

void leave_out_operations(ShrinkSearch& search) {
  leave_out(search.script().operations,
            [&](const std::vector<ClientCall>& rest) { return try_operations(search, rest); });
}

void use_fewer_clients(ShrinkSearch& search) {
  std::set<int> threads;
  for (const ClientCall& call : search.script().operations) threads.insert(call.thread);
  // To a client that is there already, of the same node if possible; else to the first free one of
  // that node.
  for (auto from = threads.rbegin(); from != threads.rend(); ++from) {
    bool moved = false;
    for (const int to : threads)
      if (!moved && to < *from) moved = try_on_thread(search, *from, to);
    for (int to = *from % search.best().nodes; !moved && to < *from; to += search.best().nodes)
      if (!threads.contains(to)) moved = try_on_thread(search, *from, to);
  }
  const int most = threads.empty() ? 0 : *threads.rbegin();
  if (search.best().concurrency > most + 1) try_on_thread(search, most, most);
}

void shorten_waits(ShrinkSearch& search) {
  for (Nanos most = 8s; most >= 1ms && !search.ended(); most /= 2) {
    const Script shorter = with_gaps(search.script(), most);
    if (shorter != search.script() && !try_times(search, shorter)) break;
  }
  // Then each by itself: as little as will do.
  for (std::size_t i = 1; i < instants(search.script()).size() && !search.ended(); ++i) {
    for (const int sixteenths : {1, 2, 4, 8, 12}) {
      const std::vector<Nanos> times = instants(search.script());
      if (i >= times.size()) return;
      const Nanos start = times[i - 1], gap = times[i] - start;
      const Nanos less = gap - gap * sixteenths / 16;
      if (gap < 2ms) break;
      const auto earlier = [&](Nanos at) { return at > start ? at - less : at; };
      if (try_times(search, with_times(search.script(), earlier))) break;
    }
  }
}

void use_simple_names(ShrinkSearch& search) {
  try_small_keys(search);
  try_small_values(search);
  for (const Nanos step : {Nanos(100ms), Nanos(10ms), Nanos(1ms)}) {
    // Down: rounded up, a wait that was just shortened would be long again, and so for ever.
    const auto round = [step](Nanos at) { return at / step * step; };
    const Script rounded = with_times(search.script(), round);
    if (rounded == search.script() || try_times(search, rounded)) break;
  }
}

}  // namespace plumbline::simulator
