#include "report/testing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>

#include "core/base/check.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline::report {
namespace {

constexpr ProcessId k_stale_process = 90000;  // of the calls that make the stale read

Event event(Nanos time, ProcessId process, EventType type, const std::string& f) {
  Event e;
  e.time = time;
  e.process = process;
  e.type = type;
  e.f = f;
  return e;
}

/// Clients that call as fast as answers come, each process on one node.
class Clients {
 public:
  Clients(const SampleOptions& options, Nanos end)
      : options_(options), rng_(options.seed), end_(end) {}

  void run(History& history) {
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    for (int i = 0; i < options_.processes; ++i)
      turns.push({Nanos(rng_.between(0, 2 * options_.pause.count())), i, false});
    std::map<ProcessId, Event> open;
    for (std::size_t made = 0; !turns.empty();) {
      const auto [time, process, returns] = turns.top();
      turns.pop();
      if (returns) {
        history.push_back(complete(open.at(process), time));
        const bool retired = history.back().type == EventType::info;
        turns.push({time + Nanos(rng_.between(0, 2 * options_.pause.count())),
                    retired ? process + options_.processes : process, false});
      } else if (made < options_.calls) {
        ++made;
        history.push_back(open[process] = invoke(process, time));
        turns.push({time + latency(time), process, true});
      }
    }
  }

 private:
  using Turn = std::tuple<Nanos, ProcessId, bool>;

  Event invoke(ProcessId process, Nanos time) {
    static const std::vector<std::string> k_operations = {"read", "write", "cas"};
    Event e = event(time, process, EventType::invoke, rng_.pick(k_operations));
    e.key = Value(str("k", rng_.below(static_cast<std::uint64_t>(options_.keys))));
    e.node = str("n", process % options_.nodes + 1);
    if (e.f == "write") e.value = Value(rng_.between(0, 4));
    if (e.f == "cas") e.value = Value::list(rng_.between(0, 4), rng_.between(0, 4));
    return e;
  }

  Event complete(const Event& invocation, Nanos time) {
    Event e = invocation;
    e.time = time;
    e.type = EventType::ok;
    Value& now = state_[e.key];
    const bool troubled = in_trouble(time);
    if (rng_.chance(troubled ? 0.06 : 0.002)) {
      e.type = EventType::info;
      e.error = "timeout: no answer in time";
    } else if (e.f == "read") {
      e.value = now;
    } else if (e.f == "write") {
      now = e.value;
    } else if (now == e.value.as_list()[0]) {
      now = e.value.as_list()[1];
    } else {
      e.type = EventType::fail;
      e.error = "mismatch";
    }
    return e;
  }

  bool in_trouble(Nanos time) const {
    const double share = static_cast<double>(time.count()) / static_cast<double>(end_.count());
    return options_.faults && ((share > 0.2 && share < 0.35) || (share > 0.5 && share < 0.56));
  }
  Nanos latency(Nanos time) {
    const double spread = -std::log(1 - rng_.unit());
    const double base = in_trouble(time) ? 9e6 : 1.2e6;
    return Nanos(static_cast<std::int64_t>(base * 0.4 + base * spread));
  }

  const SampleOptions& options_;
  Rng rng_;
  Nanos end_;
  std::map<Value, Value> state_;
};

class Faults {
 public:
  explicit Faults(Nanos end) : end_(end) {}
  History take() { return std::move(events_); }

  void add(double from, double to, const std::string& name, const Value& asked, const Value& done) {
    pair(from, name, asked, done, "");
    pair(to, "heal-" + name, {}, done, "");
  }
  void skipped(double at, const std::string& name, const Value& asked, const std::string& why) {
    pair(at, name, asked, {}, why);
  }

 private:
  void pair(double at, const std::string& f, const Value& asked, const Value& done,
            const std::string& error) {
    const Nanos time(static_cast<std::int64_t>(static_cast<double>(end_.count()) * at));
    events_.push_back(event(time, k_nemesis, EventType::info, f));
    events_.back().value = asked;
    events_.push_back(event(time + 31ms, k_nemesis, EventType::info, f));
    events_.back().value = done;
    events_.back().error = error;
  }

  Nanos end_;
  History events_;
};

/// write 1, write 4, read -> 1: the read began after write 4 had ended. A cas and a write that
/// timed out lie around them.
History stale_read(Nanos from) {
  History events;
  const auto call = [&](ProcessId process, const char* f, const Value& arguments, Nanos start,
                        Nanos end, EventType type, const Value& result, const char* node) {
    Event e = event(from + start, process, EventType::invoke, f);
    e.key = Value("k3");
    e.value = arguments;
    e.node = node;
    events.push_back(e);
    e.time = from + end;
    e.type = type;
    e.value = result;
    if (type == EventType::info) e.error = "timeout: no answer in time";
    events.push_back(e);
  };
  using enum EventType;
  call(k_stale_process, "write", 1, 0ms, 14ms, ok, 1, "n1");
  call(k_stale_process + 1, "write", 4, 20ms, 41ms, ok, 4, "n3");
  call(k_stale_process + 3, "cas", Value::list(4, 2), 30ms, 5030ms, info, Value::list(4, 2), "n5");
  call(k_stale_process + 2, "read", {}, 52ms, 68ms, ok, 1, "n2");
  return events;
}

/// About what the clients above take: a call, longer during faults, and a pause.
Nanos duration(const SampleOptions& options) {
  const Nanos each = options.pause + (options.faults ? 2500us : 1700us);
  return each * static_cast<std::int64_t>(options.calls) / std::max(1, options.processes);
}

Counterexample stale_read_evidence(const std::vector<Call>& calls) {
  Counterexample one;
  one.key = Value("k3");
  for (const Call& call : calls)
    if (call.process >= k_stale_process && call.process < k_stale_process + 4)
      one.core.push_back(call);
  CHECK(one.core.size() == 4, "the sample has the four calls of its stale read");
  one.prefix = {one.core[0].id, one.core[1].id};
  one.unplaceable = {one.core[3].id};
  one.explanation =
      "The read by process 90002 returned 1, but write 4 had ended 11 ms before the read began, "
      "and "
      "nothing can have written 1 again in between: it saw a value that was overwritten.";
  one.state = "4";
  one.explained_up_to = one.core[3].returned;
  return one;
}

}  // namespace

History sample_history(const SampleOptions& options) {
  const Nanos end = duration(options);
  History history;
  Clients(options, end).run(history);
  if (options.faults) {
    Faults faults(end);
    faults.add(0.2, 0.35, "partition", "leader",
               Value::list(Value::list("n1", "n2"), Value::list("n3", "n4", "n5")));
    faults.add(0.5, 0.56, "kill", "one", Value::list("n3"));
    faults.skipped(0.62, "clock", "minority", "skipped: this target has no clock of its own");
    faults.add(0.7, 0.78, "pause", "majority", Value::list("n1", "n2", "n4"));
    const History events = faults.take();
    history.insert(history.end(), events.begin(), events.end());
  }
  if (options.stale_read) {
    const History events = stale_read(end / 10 * 3);
    history.insert(history.end(), events.begin(), events.end());
  }
  std::stable_sort(history.begin(), history.end(),
                   [](const Event& a, const Event& b) { return a.time < b.time; });
  for (std::size_t i = 0; i < history.size(); ++i) history[i].index = static_cast<std::int64_t>(i);
  return history;
}

RunInfo sample_run(const SampleOptions& options) {
  RunInfo run;
  run.title = "register, partition, kill and pause";
  run.command = str(
      "plumbline test --system raftkv --workload register --faults partition,kill,pause --nodes ",
      options.nodes, " --concurrency ", options.processes, " --time-limit 60s --seed ",
      options.seed);
  run.seed = std::to_string(options.seed);
  run.system = "raftkv";
  run.target = "local";
  run.workload = "register";
  run.faults = "partition,kill,pause";
  run.started = "2026-03-14 15:09:26 UTC";
  run.versions = "plumbline 0.1.0, raftkvd 0.1.0";
  run.duration = duration(options);
  return run;
}

Verdict sample_verdict(const History& history, const SampleOptions& options) {
  const auto calls = pair_calls(history);
  CHECK(calls.has_value(), "a sample history is well formed");
  Verdict linearizable;
  linearizable.check = "linearizable cas-register";
  linearizable.figures = {{"keys", std::to_string(options.keys)}, {"engine", "zones"}};
  linearizable.reason = "every key has an order that the model allows";
  if (options.stale_read) {
    linearizable.validity = Validity::invalid;
    linearizable.reason = str("1 of ", options.keys, " keys is not linearizable: k3");
    linearizable.counterexamples = {stale_read_evidence(*calls)};
  }
  Verdict statistics;
  statistics.check = "statistics";
  statistics.reason = "every operation succeeded at least once";
  Verdict vacuity;
  vacuity.check = "vacuity";
  vacuity.reason = "enough calls succeeded and every fault took hold";
  return compose("register", {linearizable, statistics, vacuity});
}

namespace {

constexpr Nanos k_heartbeat = 20ms;

class SampleMessages {
 public:
  SampleMessages(int nodes, std::uint64_t seed) : rng_(seed) {
    for (int i = 1; i <= nodes; ++i) diagram_.nodes.push_back(str("n", i));
  }
  void add(Nanos at, DiagramEvent::Kind kind, int node, std::string text) {
    diagram_.events.push_back({at, kind, node, 0, 0, std::move(text)});
  }
  void send(Nanos at, int from, int to, std::string text) {
    const Nanos delay = Nanos(rng_.between(200'000, 3'000'000));
    const auto kind = rng_.chance(0.1) ? DiagramEvent::Kind::lost : DiagramEvent::Kind::delivered;
    ++message_;
    diagram_.events.push_back({at, DiagramEvent::Kind::sent, from, to, message_, std::move(text)});
    diagram_.events.push_back({at + delay, kind, to, 0, message_, {}});
  }
  MessageDiagram finish() {
    std::ranges::stable_sort(diagram_.events, {}, &DiagramEvent::at);
    return std::move(diagram_);
  }

 private:
  Rng rng_;
  MessageDiagram diagram_;
  std::uint64_t message_ = 0;
};

}  // namespace

MessageDiagram sample_diagram(const SampleOptions& options, const History& history) {
  using Kind = DiagramEvent::Kind;
  SampleMessages messages(options.nodes, options.seed);
  const Nanos end = history.empty() ? 1s : history.back().time;
  const Nanos change = end / 2;
  messages.add(1ms, Kind::role, 1, "candidate 1");
  messages.add(3ms, Kind::role, 1, "leader 1");
  int index = 1;
  for (Nanos at = 5ms; at < end; at += k_heartbeat, ++index) {
    const int leader = at < change ? 1 : 3;
    for (int node = 1; node <= options.nodes; ++node) {
      if (node == leader) continue;
      messages.send(at, leader, node, str("Append term ", leader, " after ", index, "/", leader));
      messages.send(at + 4ms, node, leader, str("AppendReply term ", leader, " at ", index));
    }
    if (index % 10 == 0) messages.add(at + 8ms, Kind::applied, leader, str(index));
  }
  messages.add(change - 60ms, Kind::fault, 0, "kill [n2]");
  messages.add(change - 60ms, Kind::crashed, 2, "");
  messages.add(change - 40ms, Kind::paused, 1, "");
  messages.add(change - 2ms, Kind::role, 3, "candidate 3");
  messages.add(change, Kind::role, 3, "leader 3");
  messages.add(change + 30ms, Kind::resumed, 1, "");
  messages.add(change + 35ms, Kind::role, 1, "follower 3");
  messages.add(change + 80ms, Kind::started, 2, "");
  return messages.finish();
}

}  // namespace plumbline::report
