#pragma once
/// For the checker's tests: an oracle that tries every order, and histories of objects that work,
/// or that lie.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checker/models/all.h"
#include "core/base/check.h"
#include "core/base/rng.h"

namespace plumbline::testing_checker {

/// Is there a linearization? Tries every set of calls that may have happened, in every order.
/// Shares nothing with the engines but the model. Requires: at most 24 calls that did not fail.
class BruteForce {
 public:
  BruteForce(const std::vector<Call>& calls, const ModelEntry& model, const Value& initial)
      : machine_(model.machine(initial)) {
    for (const Call& call : calls)
      if (call.type != EventType::fail) calls_.push_back(call);
    CHECK(calls_.size() <= 24, "too many calls to try every order");
  }
  bool linearizable() { return reach(0, machine_->initial()); }

 private:
  bool reach(std::uint32_t done, StateId state) {
    if (!seen_.emplace(done, state).second) return false;
    // Whoever returned first among the calls to come bounds who may be next.
    std::int64_t bound = k_open;
    bool complete = true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if ((done >> i & 1) != 0 || calls_[i].type != EventType::ok) continue;
      bound = std::min(bound, calls_[i].returned);
      complete = false;
    }
    if (complete) return true;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if ((done >> i & 1) != 0 || calls_[i].invoked > bound) continue;
      const StateId next = machine_->step(state, machine_->effect(calls_[i]));
      if (next != k_illegal && reach(done | 1U << i, next)) return true;
    }
    return false;
  }
  std::unique_ptr<Machine> machine_;
  std::vector<Call> calls_;
  std::set<std::pair<std::uint32_t, StateId>> seen_;
};

inline bool brute_force(const std::vector<Call>& calls, const ModelEntry& model,
                        const Value& initial = {}) {
  return BruteForce(calls, model, initial).linearizable();
}

/// What random histories look like.
struct Shape {
  std::string model = "cas-register";
  int calls = 8;
  int processes = 3;
  int values = 2;             ///< distinct values; 0: each written value is a new one
  double info = 0.2;          ///< share of calls that end indeterminate
  double lie = 0;             ///< share of ok results replaced by some other one
  double removals = 1.0 / 3;  ///< of a collection: share of removals among its calls
  double swaps = 0;           ///< of a store: share of cas and delete
};

/// One real object, and clients that call it at random times.
class Simulation {
 public:
  Simulation(Rng& rng, const Shape& shape) : rng_(rng), shape_(shape) {
    if (shape.model == "mutex" || shape.model == "set") state_ = Value(false);
    if (shape.model == "counter") state_ = Value(0);
    if (shape.model == "kv") state_ = Value("");
    if (is_list()) state_ = Value(Value::List{});
  }
  History run();

 private:
  struct Client {
    ProcessId process = 0;
    bool busy = false, applied = false, succeeded = true;
    Operation operation{};
    Value result{};
  };
  bool is_list() const {
    return shape_.model == "list-append" || shape_.model == "queue" || shape_.model == "stack" ||
           shape_.model == "gset" || shape_.model == "unordered-queue" ||
           shape_.model == "priority-queue";
  }
  bool is_owned_lock() const {
    return shape_.model == "owner-lock" || shape_.model == "reentrant-lock";
  }
  Value fresh_value() { return shape_.values == 0 ? Value(++last_value_) : some_value(); }
  Value some_value() {
    const int most = shape_.values == 0 ? std::max(1, last_value_) : shape_.values;
    return Value(static_cast<std::int64_t>(rng_.between(1, most)));
  }
  /// Another number, distinct for distinct ones, whose order is not that of time.
  static Value mixed(const Value& value) {
    constexpr std::int64_t k_prime = 1'000'003, k_factor = 618'034;
    return Value(value.as_int() * k_factor % k_prime);
  }
  Operation operation();
  Value lie(const Operation& operation);
  void apply(Client& client);
  void add(const Client& client, EventType type, const Value& value) {
    Event event{.index = static_cast<std::int64_t>(history_.size()),
                .time = Nanos(static_cast<std::int64_t>(history_.size()) * 1'000'000),
                .process = client.process,
                .type = type,
                .f = client.operation.f,
                .value = value};
    history_.push_back(std::move(event));
  }

  Rng& rng_;
  Shape shape_;
  Value state_;
  History history_;
  std::vector<Client> late_;  ///< calls that ended indeterminate and may still happen
  int last_value_ = 0;
};

inline Operation Simulation::operation() {
  const auto& model = shape_.model;
  const auto choice = rng_.below(3);
  if (model == "register" || model == "cas-register") {
    if (choice == 0) return {.f = "read"};
    if (choice == 1 || model == "register") return {.f = "write", .value = fresh_value()};
    if (rng_.chance(0.3)) return {.f = "remove"};
    return {.f = "cas", .value = Value::list(some_value(), fresh_value())};
  }
  if (model == "mutex" || is_owned_lock()) return {.f = choice == 0 ? "release" : "acquire"};
  if (model == "set") return {.f = choice == 0 ? "contains" : choice == 1 ? "add" : "remove"};
  if (model == "counter")
    return choice == 0 ? Operation{.f = "read"} : Operation{.f = "add", .value = some_value()};
  if (model == "kv") {
    const std::string text = "x" + std::to_string(fresh_value().as_int());
    if (choice == 0) return {.f = "get"};
    if (shape_.swaps > 0 && rng_.chance(shape_.swaps)) {
      if (rng_.chance(0.2)) return {.f = "delete"};
      if (rng_.chance(0.1)) return {.f = "put", .value = Value("")};
      const Value expected =
          rng_.chance(0.8) ? state_ : "x" + std::to_string(some_value().as_int());
      return {.f = "cas", .value = Value::list(expected, text)};
    }
    return {.f = rng_.chance(0.3) ? "put" : "append", .value = text};
  }
  if (model == "multi-register") {
    Value::List parts;
    for (auto n = rng_.between(1, 2); n > 0; --n) {
      const char* name = rng_.chance(0.5) ? "x" : "y";
      parts.push_back(rng_.chance(0.5) ? Value::list("read", name, Value())
                                       : Value::list("write", name, fresh_value()));
    }
    return {.f = "txn", .value = std::move(parts)};
  }
  const auto collection = [&](const char* add, const char* remove) {
    if (rng_.chance(shape_.removals)) return Operation{.f = remove};
    return Operation{.f = add, .value = fresh_value()};
  };
  if (model == "queue" || model == "unordered-queue") return collection("enqueue", "dequeue");
  if (model == "stack") return collection("push", "pop");
  if (model == "priority-queue") {
    Operation operation = collection("insert", "pop-min");
    if (operation.f == "insert") operation.value = mixed(operation.value);
    return operation;
  }
  const char* write = model == "gset" ? "add" : "append";
  return choice == 0 ? Operation{.f = "read"} : Operation{.f = write, .value = fresh_value()};
}

/// The object's own behaviour, written apart from the models.
inline void Simulation::apply(Client& client) {
  const std::string& f = client.operation.f;
  const Value& argument = client.operation.value;
  client.applied = true;
  client.result = argument;
  const auto list = [&] { return state_.as_list(); };
  if (f == "read" || f == "get" || f == "contains") {
    client.result = state_;
  } else if (f == "write" || f == "put") {
    state_ = argument;
  } else if (f == "cas") {
    client.succeeded = state_ == argument.as_list()[0];
    if (client.succeeded) state_ = argument.as_list()[1];
  } else if (f == "delete") {
    state_ = Value("");
  } else if (f == "remove" && shape_.model != "set") {
    client.result = state_;
    state_ = {};
  } else if (is_owned_lock()) {  // the state: nil, or [holder, how often]
    const bool takes = f == "acquire", held = state_.is_list();
    const bool own = held && state_.as_list()[0] == Value(client.process);
    const std::int64_t times = own ? state_.as_list()[1].as_int() : 0;
    const bool again = own && shape_.model == "reentrant-lock";
    client.succeeded = takes ? !held || again : own;
    if (!client.succeeded) return;
    const std::int64_t left = takes ? times + 1 : times - 1;
    state_ = left == 0 ? Value() : Value::list(client.process, left);
  } else if (f == "acquire" || f == "release") {
    client.succeeded = state_.as_bool() == (f == "release");
    if (client.succeeded) state_ = Value(f == "acquire");
  } else if (shape_.model == "set") {
    client.result = Value(state_.as_bool() == (f == "remove"));
    state_ = Value(f == "add");
  } else if (shape_.model == "counter") {
    state_ = Value(state_.as_int() + argument.as_int());
  } else if (shape_.model == "kv") {
    state_ = Value(state_.as_text() + argument.as_text());
  } else if (f == "dequeue" || f == "pop" || f == "pop-min") {
    Value::List items = list();
    client.result = Value();
    if (items.empty()) return;
    auto at = f == "pop" ? items.end() - 1 : items.begin();
    if (f == "pop-min") at = std::min_element(items.begin(), items.end());
    if (shape_.model == "unordered-queue")
      at += static_cast<std::ptrdiff_t>(rng_.below(items.size()));
    client.result = *at;
    items.erase(at);
    state_ = Value(std::move(items));
  } else if (f == "txn") {
    if (!state_.is_list()) state_ = Value::list(Value(), Value());
    Value::List registers = list(), parts = argument.as_list();
    for (Value& part : parts) {
      Value& cell = registers[part.as_list()[1] == Value("y")];
      if (part.as_list()[0] == Value("read"))
        part = Value::list("read", part.as_list()[1], cell);
      else
        cell = part.as_list()[2];
    }
    state_ = Value(std::move(registers));
    client.result = Value(std::move(parts));
  } else {
    Value::List items = list();
    if (shape_.model != "gset" || std::find(items.begin(), items.end(), argument) == items.end())
      items.push_back(argument);
    state_ = Value(std::move(items));
  }
}

/// Some other answer that a broken object might have given.
inline Value Simulation::lie(const Operation& operation) {
  const std::string& f = operation.f;
  if (f == "contains" || shape_.model == "set") return Value(rng_.chance(0.5));
  if (f == "get") return Value(rng_.chance(0.3) ? "" : "x" + std::to_string(some_value().as_int()));
  if (f == "txn") {
    Value::List parts = operation.value.as_list();
    for (Value& part : parts)
      if (part.as_list()[0] == Value("read"))
        part = Value::list("read", part.as_list()[1], rng_.chance(0.3) ? Value() : some_value());
    return Value(std::move(parts));
  }
  if (f == "read" && is_list()) {
    Value::List items = state_.as_list();
    if (!items.empty() && rng_.chance(0.7))
      items.pop_back();
    else
      items.push_back(some_value());
    return Value(std::move(items));
  }
  if (f == "read" || f == "dequeue" || f == "pop") return rng_.chance(0.2) ? Value() : some_value();
  if (f == "pop-min") return rng_.chance(0.2) ? Value() : mixed(some_value());
  return operation.value;
}

inline History Simulation::run() {
  std::vector<Client> clients(static_cast<std::size_t>(shape_.processes));
  ProcessId next_process = 0;
  for (Client& client : clients) client.process = next_process++;
  int started = 0, busy = 0;
  while (started < shape_.calls || busy > 0) {
    Client& client = clients[rng_.below(clients.size())];
    if (!client.busy) {
      if (started == shape_.calls) continue;
      client.operation = operation();
      client.busy = true;
      client.applied = false;
      client.succeeded = true;
      add(client, EventType::invoke, client.operation.value);
      ++started;
      ++busy;
    } else if (rng_.chance(shape_.info / 2)) {
      add(client, EventType::info, client.operation.value);
      if (!client.applied) late_.push_back(client);
      client.process = next_process++;
      client.busy = false;
      --busy;
    } else if (!client.applied) {
      apply(client);
    } else {
      const bool lies = shape_.lie > 0 && rng_.chance(shape_.lie);
      const Value answer = lies ? lie(client.operation) : client.result;
      const bool ok = client.succeeded || (lies && rng_.chance(0.8));
      add(client, ok ? EventType::ok : EventType::fail, ok ? answer : client.operation.value);
      client.busy = false;
      --busy;
    }
    if (!late_.empty() && rng_.chance(0.15)) {  // a call long given up takes effect, or never does
      const std::size_t which = rng_.below(late_.size());
      if (rng_.chance(0.7)) apply(late_[which]);
      late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
    }
  }
  return std::move(history_);
}

inline std::vector<Call> calls_of(const History& history) {
  auto calls = pair_calls(history);
  CHECK(calls.has_value(), calls.error().what);
  return std::move(*calls);
}

/// A model's name as part of a test's: without the dashes.
inline std::string plain(std::string name) {
  std::erase(name, '-');
  return name;
}

/// For messages of failing tests: one call a line.
inline std::string show(const std::vector<Call>& calls) {
  std::string text;
  for (const Call& call : calls)
    text += std::to_string(call.id) + "  [" + std::to_string(call.invoked) + ", " +
            (call.returned == k_open ? "-" : std::to_string(call.returned)) + "]" + describe(call) +
            "\n";
  return text;
}

}  // namespace plumbline::testing_checker
