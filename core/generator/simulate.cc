#include "core/generator/simulate.h"

#include <algorithm>
#include <set>

#include "core/generator/roster.h"

namespace plumbline::gen {
namespace {

// How long a generator that gives no time of its own is left alone, as in the interpreter.
constexpr Nanos k_a_while = 10ms;

struct Reply {
  Nanos time{};
  Thread thread = 0;
  Event event;
  // Equal times: threads in order, each has one call open at most.
  bool operator<(const Reply& other) const {
    return std::pair(time, thread) < std::pair(other.time, other.thread);
  }
};

class Simulation {
 public:
  Simulation(GenPtr gen, const SimulateOptions& options, const VirtualClient& client)
      : gen_(std::move(gen)),
        options_(options),
        client_(client),
        rng_(options.seed),
        client_rng_(rng_.fork()),
        roster_(options.concurrency, rng_) {}

  Simulated run() {
    while (!done_ && operations_ < options_.max_operations && now_ <= options_.max_time) step();
    while (!open_.empty()) complete_first();
    result_.end = now_;
    return std::move(result_);
  }

 private:
  void step() {
    Answer answer = gen_->next(roster_.at(now_));
    if (auto* next = std::get_if<Next>(&answer)) {
      if (reply_due_by(next->planned.time)) return complete_first();
      now_ = std::max(now_, next->planned.time);
      gen_ = std::move(next->then);
      if (next->planned.note.empty()) return invoke(next->planned);
      result_.notes.push_back({now_, next->planned.note});
    } else if (auto* pending = std::get_if<Pending>(&answer)) {
      if (pending->then) gen_ = std::move(pending->then);
      const Nanos again = pending->until == k_never ? now_ + k_a_while : pending->until;
      if (reply_due_by(again) || (pending->until == k_never && !open_.empty()))
        return complete_first();
      now_ = std::max(now_ + 1ns, again);
    } else {
      result_.exhausted = done_ = true;
    }
  }

  bool reply_due_by(Nanos time) const { return !open_.empty() && open_.begin()->time <= time; }

  void invoke(const Planned& planned) {
    const Thread thread = planned.thread;
    const bool is_nemesis = thread == k_nemesis_thread;
    Event event;
    event.process = roster_.process(thread);
    event.type = is_nemesis ? EventType::info : EventType::invoke;
    event.f = planned.operation.f;
    event.key = planned.operation.key;
    event.value = planned.operation.value;
    roster_.invoked(thread);
    ++operations_;
    record(thread, event);

    VirtualReply reply{EventType::info, event.value, options_.nemesis_latency};
    if (!is_nemesis) reply = client_(planned.operation, thread, event.process, now_, client_rng_);
    event.type = reply.type;
    if (reply.type == EventType::ok) event.value = reply.value;
    open_.insert({now_ + reply.latency, thread, std::move(event)});
  }

  void complete_first() {
    const Reply reply = std::move(open_.extract(open_.begin()).value());
    now_ = std::max(now_, reply.time);
    roster_.completed(reply.thread, reply.event.type);
    record(reply.thread, reply.event);
  }

  void record(Thread thread, Event event) {
    event.index = static_cast<std::int64_t>(result_.events.size());
    event.time = now_;
    gen_ = gen_->update(roster_.at(now_), thread, event);
    result_.events.push_back(std::move(event));
  }

  GenPtr gen_;
  const SimulateOptions options_;
  const VirtualClient& client_;
  Rng rng_;
  Rng client_rng_;
  Roster roster_;
  std::set<Reply> open_;
  Nanos now_{};
  std::size_t operations_ = 0;
  bool done_ = false;
  Simulated result_;
};

}  // namespace

VirtualClient perfect_client(Nanos latency) {
  return [latency](const Operation& operation, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::ok, operation.value, latency};
  };
}

VirtualClient crashing_client(Nanos latency) {
  return [latency](const Operation&, Thread, ProcessId, Nanos, Rng&) {
    return VirtualReply{EventType::info, {}, latency};
  };
}

VirtualClient imperfect_client(int ok, int fail, int info, Nanos mean_latency) {
  return [=](const Operation& operation, Thread, ProcessId, Nanos, Rng& rng) {
    const std::int64_t drawn = rng.between(1, ok + fail + info);
    VirtualReply reply{EventType::info, operation.value,
                       Nanos(rng.between(0, 2 * mean_latency.count()))};
    if (drawn <= ok)
      reply.type = EventType::ok;
    else if (drawn <= ok + fail)
      reply.type = EventType::fail;
    return reply;
  };
}

Simulated simulate(GenPtr gen, const SimulateOptions& options, const VirtualClient& client) {
  return Simulation(std::move(gen), options, client).run();
}

}  // namespace plumbline::gen
