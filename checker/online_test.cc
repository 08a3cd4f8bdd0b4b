// Goal: the online judge says invalid at the very event that breaks a history, never before and
// never later; it forgets what can no longer matter, and nothing else.

#include "checker/online.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;
using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::Simulation;

History first_of(const History& history, std::int64_t events) {
  return {history.begin(), history.begin() + static_cast<std::ptrdiff_t>(events)};
}

std::string show(const History& history) {
  std::string text;
  for (const Event& e : history)
    text += str(e.index, " p", e.process, " ", to_string(e.type), " ", e.f, " ", to_string(e.value),
                "\n");
  return text;
}

/// More of them with PLUMBLINE_ONLINE_SEEDS.
int seeds_to_try() {
  constexpr int k_usual = 60'000;
  const char* wanted = std::getenv("PLUMBLINE_ONLINE_SEEDS");
  return wanted == nullptr ? k_usual : static_cast<int>(parse_int(wanted).value_or(k_usual));
}

/// What a random cell does, and how often it lies.
struct CellShape {
  int processes = 3, calls = 7;
  double info = 0.2, fail = 0.1, lie = 0.1, cas = 0.4, read = 0.4;
  int values = 4;  ///< written values are of so many; one that may still be seen is not taken
};

/// A cell that is called at random times; its events are told to zones as they come, until those
/// say invalid.
class RandomCell {
 public:
  RandomCell(std::uint64_t seed, const CellShape& shape)
      : rng_(seed), shape_(shape), model_(*find_model("cas-register")), zones_(Value()) {}

  /// The position of the event that zones say is one too many; k_open if none.
  std::int64_t run() {
    std::vector<Client> clients(static_cast<std::size_t>(shape_.processes));
    ProcessId next = 0;
    for (Client& c : clients) c.process = next++;
    for (int started = 0, busy = 0; started < shape_.calls || busy > 0;) {
      Client& client = clients[rng_.below(clients.size())];
      OnlineZones::Said said = OnlineZones::Said::fits;
      if (!client.busy && started == shape_.calls) continue;
      if (!client.busy) {
        begin(client);
        ++started;
        ++busy;
      } else if (!client.applied && rng_.chance(0.6)) {
        apply(client);
      } else {
        said = complete(client);
        client.busy = false;
        --busy;
        if (history.back().type == EventType::info) client.process = next++;
      }
      if (!late_.empty() && rng_.chance(0.2)) {
        if (rng_.chance(0.6)) apply(late_.back());
        late_.pop_back();
      }
      most_held = std::max(most_held, zones_.held());
      EXPECT_NE(said, OnlineZones::Said::ambiguous);
      if (said != OnlineZones::Said::fits) return history.back().index;
    }
    return k_open;
  }
  History history;
  std::size_t most_held = 0;

 private:
  struct Client {
    ProcessId process = 0;
    bool busy = false, applied = false, succeeded = true;
    Call call{};
    Value result{};
  };
  Value some_value() { return Value(static_cast<std::int64_t>(rng_.between(1, shape_.values))); }
  void add(const Client& client, EventType type, const Value& value) {
    const auto index = static_cast<std::int64_t>(history.size());
    history.push_back({.index = index,
                       .time = Nanos(index),
                       .process = client.process,
                       .type = type,
                       .f = client.call.f,
                       .value = value});
  }
  void begin(Client& client) {
    client = {.process = client.process, .busy = true};
    client.call.invoked = static_cast<std::int64_t>(history.size());
    for (int tries = 0;; ++tries) {
      Call& call = client.call;
      const bool reads = tries == 5 || rng_.chance(shape_.read);
      const bool swaps = !reads && rng_.chance(shape_.cas);
      call.f = reads ? "read" : swaps ? "cas" : "write";
      call.arguments = reads   ? Value()
                       : swaps ? Value::list(rng_.chance(0.6) ? state_ : some_value(), some_value())
                               : some_value();
      OnlineZones would = zones_;
      if (would.invoke(call.invoked, model_.transition(call)) != OnlineZones::Said::fits) continue;
      zones_ = std::move(would);
      add(client, EventType::invoke, call.arguments);
      return;
    }
  }
  void apply(Client& client) {
    client.applied = true;
    const Call& call = client.call;
    client.result = call.f == "read" ? state_ : call.arguments;
    if (call.f == "write") state_ = call.arguments;
    if (call.f != "cas") return;
    client.succeeded = state_ == call.arguments.as_list()[0];
    if (client.succeeded) state_ = call.arguments.as_list()[1];
  }
  OnlineZones::Said complete(Client& client) {
    Call& call = client.call;
    const auto at = static_cast<std::int64_t>(history.size());
    if (rng_.chance(shape_.info)) {
      if (!client.applied) late_.push_back(client);
      add(client, EventType::info, call.arguments);
      return zones_.indeterminate(call.invoked);
    }
    const bool lies = rng_.chance(shape_.lie);
    if (!client.applied && !lies && rng_.chance(shape_.fail)) {
      add(client, EventType::fail, call.arguments);
      return zones_.failed(call.invoked);
    }
    if (!client.applied) apply(client);
    if (lies && call.f == "read") client.result = rng_.chance(0.1) ? Value() : some_value();
    if (client.succeeded == (lies && call.f != "read")) {
      add(client, EventType::fail, call.arguments);
      return zones_.failed(call.invoked);
    }
    call.type = EventType::ok;
    call.result = client.result;
    add(client, EventType::ok, client.result);
    return zones_.ok(call.invoked, at, model_.transition(call));
  }

  Rng rng_;
  CellShape shape_;
  const ModelEntry& model_;
  OnlineZones zones_;
  Value state_;
  std::vector<Client> late_;
};

void expect_the_first(const RandomCell& cell, std::int64_t violation,
                      const std::function<bool(const History&)>& linearizable) {
  if (violation == k_open) {
    EXPECT_TRUE(linearizable(cell.history)) << "missed\n" << show(cell.history);
    return;
  }
  EXPECT_FALSE(linearizable(cell.history)) << "a false alarm\n" << show(cell.history);
  EXPECT_TRUE(linearizable(first_of(cell.history, violation))) << "late\n" << show(cell.history);
}

TEST(OnlineZones, SayInvalidAtTheVeryEventThatEveryOrderFails) {
  const ModelEntry& model = *find_model("cas-register");
  int invalid = 0;
  const int seeds = seeds_to_try();
  for (int seed = 0; seed < seeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    Rng rng(static_cast<std::uint64_t>(seed) * 7 + 1);
    CellShape shape{.processes = static_cast<int>(rng.between(1, 5)),
                    .calls = static_cast<int>(rng.between(3, 11)),
                    .info = rng.chance(0.5) ? 0.2 : 0.02,
                    .fail = rng.chance(0.5) ? 0.2 : 0,
                    .lie = rng.chance(0.5) ? 0.15 : 0.03,
                    .cas = rng.chance(0.5) ? 0.6 : 0.2,
                    .read = rng.chance(0.5) ? 0.5 : 0.3,
                    .values = static_cast<int>(rng.between(2, 8))};
    RandomCell cell(static_cast<std::uint64_t>(seed), shape);
    const std::int64_t violation = cell.run();
    invalid += violation != k_open;
    expect_the_first(cell, violation,
                     [&](const History& h) { return brute_force(calls_of(h), model); });
  }
  EXPECT_GT(invalid, seeds / 10);
  EXPECT_LT(invalid, seeds * 9 / 10);
}

TEST(OnlineZones, SayTheSameOfLongHistoriesAsTheWholeCheck) {
  int invalid = 0;
  for (int seed = 0; seed < 600 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    const double lie = seed % 3 == 0 ? 0 : 0.003;
    RandomCell cell(static_cast<std::uint64_t>(seed), {.processes = 2 + seed % 7,
                                                       .calls = 300,
                                                       .info = 0.01,
                                                       .fail = 0.02,
                                                       .lie = lie,
                                                       .cas = seed % 2 == 0 ? 0.5 : 0,
                                                       .values = 30});
    const std::int64_t violation = cell.run();
    EXPECT_TRUE(lie > 0 || violation == k_open);
    invalid += violation != k_open;
    expect_the_first(cell, violation, [](const History& h) {
      const Verdict verdict =
          check_linearizable(h, {.model = "cas-register", .minimize = false, .jobs = 1});
      EXPECT_NE(verdict.validity, Validity::unknown);
      return verdict.validity == Validity::valid;
    });
  }
  EXPECT_GT(invalid, 100);
}

TEST(OnlineZones, ForgetWhatNobodyCanSeeAnyMore) {
  OnlineZones zones{Value(0)};
  std::int64_t at = 0;
  const auto write = [](int value) { return Transition{.from = {}, .to = Value(value)}; };
  const auto see = [](int value) { return Transition{.from = Value(value), .to = {}}; };
  // Two writes at once: either may have been the last.
  ASSERT_EQ(zones.invoke(at++, write(1)), OnlineZones::Said::fits);
  ASSERT_EQ(zones.invoke(at++, write(2)), OnlineZones::Said::fits);
  ASSERT_EQ(zones.ok(0, at++, write(1)), OnlineZones::Said::fits);
  ASSERT_EQ(zones.ok(1, at++, write(2)), OnlineZones::Said::fits);
  EXPECT_EQ(zones.held(), 4U);  // two values, two chains
  EXPECT_EQ(OnlineZones(zones).invoke(at, write(1)), OnlineZones::Said::ambiguous);
  // Who reads 2 says which.
  const std::int64_t read = at++;
  ASSERT_EQ(zones.invoke(read, {}), OnlineZones::Said::fits);
  ASSERT_EQ(zones.ok(read, at++, see(2)), OnlineZones::Said::fits);
  EXPECT_EQ(zones.held(), 2U);
  EXPECT_EQ(OnlineZones(zones).invoke(at, write(1)), OnlineZones::Said::fits);
  const std::int64_t late = at++;
  ASSERT_EQ(zones.invoke(late, {}), OnlineZones::Said::fits);
  EXPECT_EQ(zones.ok(late, at++, see(1)), OnlineZones::Said::invalid);
}

TEST(OnlineZones, ForgetTheLinksOfAChain) {
  OnlineZones zones{Value(0)};
  std::int64_t at = 0;
  for (int value = 0; value < 1'000; ++value) {
    const Transition swap{.from = Value(value), .to = Value(value + 1)};
    const std::int64_t invoked = at++;
    ASSERT_EQ(zones.invoke(invoked, swap), OnlineZones::Said::fits);
    ASSERT_EQ(zones.ok(invoked, at++, swap), OnlineZones::Said::fits);
    ASSERT_LE(zones.held(), 3U);
  }
}

/// A register with distinct values under `processes` clients that are always busy.
class BusyRegister {
 public:
  BusyRegister(std::uint64_t seed, int processes, double info) : rng_(seed), info_(info) {
    for (ProcessId p = 0; p < processes; ++p) clients_.push_back({.process = p});
    next_process_ = processes;
  }
  Event next() {
    Client& client = clients_[rng_.below(clients_.size())];
    Event event{.index = index_, .time = Nanos(index_), .process = client.process};
    ++index_;
    event.f = client.write == 0 ? "read" : "write";
    if (!client.busy) {
      client.busy = true;
      client.write = rng_.chance(0.5) ? ++last_value_ : 0;
      client.seen = value_;  // a read takes effect at once
      event.f = client.write == 0 ? "read" : "write";
      if (client.write != 0) event.value = Value(client.write);
      return event;
    }
    client.busy = false;
    if (client.write != 0 && rng_.chance(info_)) {
      event.type = EventType::info;
      client.process = next_process_++;
      return event;
    }
    event.type = EventType::ok;
    event.value = client.write == 0 ? Value(client.seen) : Value(client.write);
    if (client.write == 0 && client.seen == 0) event.value = Value();
    if (client.write != 0) value_ = client.write;
    return event;
  }

 private:
  struct Client {
    ProcessId process = 0;
    bool busy = false;
    std::int64_t write = 0, seen = 0;
  };
  Rng rng_;
  double info_;
  std::vector<Client> clients_;
  std::int64_t index_ = 0, last_value_ = 0, value_ = 0;
  ProcessId next_process_ = 0;
};

TEST(Online, HoldsNoMoreOfAMillionEventsThanOfAThousand) {
  BusyRegister busy(1, 50, 0);
  auto checker = OnlineChecker::create({.model = "register"});
  ASSERT_TRUE(checker);
  std::size_t most_held = 0, most_bytes = 0;
  constexpr int k_events = 1'000'000;
  for (int i = 0; i < k_events; ++i) {
    ASSERT_TRUE(checker->feed(busy.next()));
    const OnlineStatus now = checker->status();
    most_held = std::max(most_held, now.held);
    most_bytes = std::max(most_bytes, now.bytes);
  }
  EXPECT_EQ(checker->status().explained_up_to, k_events);
  EXPECT_EQ(checker->finish().validity, Validity::valid);
  EXPECT_LT(most_held, 3'000U);  // 1024 events that are kept, and what 50 clients may see
  EXPECT_LT(most_bytes, 1U << 20);
}

TEST(Online, HoldsTheIndeterminateWritesAndNoMore) {
  BusyRegister busy(2, 20, 0.02);
  auto checker = OnlineChecker::create({.model = "register"});
  ASSERT_TRUE(checker);
  std::size_t given_up = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Event event = busy.next();
    given_up += event.type == EventType::info;
    ASSERT_TRUE(checker->feed(event));
    ASSERT_LT(checker->status().held, 2'500 + given_up);
  }
  EXPECT_GT(given_up, 800U);
  EXPECT_EQ(checker->finish().validity, Validity::valid);
}

/// Feeds all of it. Gives the violation, and that it was found at once.
std::int64_t feed_all(OnlineChecker& checker, const History& history) {
  for (const Event& event : history) {
    EXPECT_TRUE(checker.feed(event));
    if (!checker.violation()) continue;
    EXPECT_EQ(checker.violation()->event, event.index);
    break;
  }
  return checker.violation() ? checker.violation()->event : k_open;
}

class OnlineModels : public ::testing::TestWithParam<std::string> {};

TEST_P(OnlineModels, SayInvalidAtTheVeryEvent) {
  const ModelEntry& model = *find_model(GetParam());
  int invalid = 0;
  for (int seed = 0; seed < 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    Rng rng(static_cast<std::uint64_t>(seed));
    const Shape shape{.model = GetParam(),
                      .calls = 3 + seed % 7,
                      .processes = 1 + seed % 4,
                      .values = seed % 3,
                      .info = 0.15,
                      .lie = seed % 2 == 0 ? 0.2 : 0.05};
    const History history = Simulation(rng, shape).run();
    auto checker = OnlineChecker::create({.model = GetParam(), .share_again = 0});
    ASSERT_TRUE(checker);
    const std::int64_t violation = feed_all(*checker, history);
    const auto good = [&](std::int64_t events) {
      return brute_force(calls_of(first_of(history, events)), model);
    };
    if (violation == k_open) {
      EXPECT_TRUE(good(static_cast<std::int64_t>(history.size()))) << show(history);
      EXPECT_EQ(checker->finish().validity, Validity::valid);
    } else {
      EXPECT_FALSE(good(violation + 1)) << show(history);
      EXPECT_TRUE(good(violation)) << show(history);
      EXPECT_EQ(checker->finish().validity, Validity::invalid);
      ++invalid;
    }
  }
  EXPECT_GT(invalid, 20);
}

TEST_P(OnlineModels, GiveTheVerdictOfTheWholeCheckWithLongPausesToo) {
  for (int seed = 0; seed < 40 && !HasFailure(); ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    Rng rng(static_cast<std::uint64_t>(seed) + 1'000);
    const Shape shape{.model = GetParam(),
                      .calls = 40,
                      .processes = 2,
                      .values = 3,
                      .info = 0.02,
                      .lie = seed % 2 == 0 ? 0 : 0.01};
    const History history = Simulation(rng, shape).run();
    auto checker = OnlineChecker::create({.model = GetParam(), .share_again = 0.5});
    ASSERT_TRUE(checker);
    for (const Event& event : history) ASSERT_TRUE(checker->feed(event));
    const Verdict online = checker->finish();
    const Verdict whole = check_linearizable(history, {.model = GetParam(), .minimize = false});
    EXPECT_EQ(online.validity, whole.validity) << online.reason;
    if (online.validity != Validity::invalid) continue;
    const auto at = checker->violation()->event;
    const CheckOptions how{.model = GetParam(), .minimize = false};
    EXPECT_EQ(check_linearizable(first_of(history, at), how).validity, Validity::valid);
    EXPECT_EQ(check_linearizable(first_of(history, at + 1), how).validity, Validity::invalid);
  }
}

TEST(Online, ForgetsAtQuietMomentsAndIsStillExact) {
  int invalid = 0;
  std::size_t forgotten = 0;
  for (int seed = 0; seed < 300 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    Rng rng(static_cast<std::uint64_t>(seed));
    const Shape shape{.model = seed % 2 == 0 ? "cas-register" : "register",
                      .calls = 200,
                      .processes = 1 + seed % 3,
                      .values = 3,
                      .info = seed % 5 == 0 ? 0.002 : 0,
                      .lie = seed % 3 == 0 ? 0 : 0.004};
    History history = Simulation(rng, shape).run();
    for (Event& event : history) event.key = Value("k0");
    auto checker = OnlineChecker::create({.model = shape.model, .share_again = 0});
    ASSERT_TRUE(checker);
    const std::int64_t violation = feed_all(*checker, history);
    forgotten += checker->status().held < history.size() / 2;
    const CheckOptions how{.model = shape.model, .minimize = false};
    const auto validity = [&](std::int64_t events) {
      return check_linearizable(first_of(history, events), how).validity;
    };
    if (violation == k_open) {
      EXPECT_EQ(validity(static_cast<std::int64_t>(history.size())), Validity::valid);
      continue;
    }
    ++invalid;
    EXPECT_EQ(validity(violation), Validity::valid);
    EXPECT_EQ(validity(violation + 1), Validity::invalid);
  }
  EXPECT_GT(invalid, 50);
  EXPECT_GT(forgotten, 100U);
}

TEST(OnlineKept, DoesNotForgetWhileSomethingMayStillHappen) {
  const auto feed = [](OnlineKept& kept, ProcessId process, EventType type, const std::string& f,
                       Value value, std::int64_t at, bool lasting = false) {
    Event event{.index = at, .process = process, .type = type, .f = f, .value = std::move(value)};
    kept.add(event, at, lasting);
  };
  for (const bool lasting : {false, true}) {
    OnlineKept kept({.model = "register"}, 0);
    std::int64_t at = 0;
    feed(kept, 9, EventType::invoke, "write", 7, at++);
    feed(kept, 9, lasting ? EventType::info : EventType::ok, "write", 7, at++, lasting);
    for (int value = 0; value < 40; ++value) {
      feed(kept, 0, EventType::invoke, "write", value % 3, at++);
      EXPECT_FALSE(kept.may_forget());
      feed(kept, 0, EventType::ok, "write", value % 3, at++);
    }
    ASSERT_TRUE(kept.judge(10s));
    EXPECT_EQ(kept.may_forget(), !lasting);
    if (kept.may_forget()) kept.forget(10s);
    EXPECT_EQ(kept.events(), lasting ? 82U : 0U);
    feed(kept, 0, EventType::invoke, "read", {}, at++);
    feed(kept, 0, EventType::ok, "read", 7, at++);
    EXPECT_EQ(kept.judge(10s), lasting);
    EXPECT_EQ(kept.violation(), lasting ? k_open : at - 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, OnlineModels,
                         ::testing::Values("register", "cas-register", "kv", "list-append",
                                           "counter", "set", "gset", "mutex", "queue", "stack"),
                         [](const auto& model) { return testing_checker::plain(model.param); });

Event event_of(std::int64_t index, ProcessId process, EventType type, const std::string& f,
               Value value = {}, Value key = {}) {
  return {.index = index,
          .process = process,
          .type = type,
          .f = f,
          .key = std::move(key),
          .value = std::move(value)};
}

OnlineChecker checker_of(const std::string& model, OnlineOptions options = {}) {
  options.model = model;
  auto checker = OnlineChecker::create(std::move(options));
  CHECK(checker.has_value(), checker.error().what);
  return std::move(*checker);
}

TEST(Online, NamesTheKeyAndTheEventOfTheFirstViolation) {
  OnlineChecker checker = checker_of("register");
  const History history = {event_of(0, 0, EventType::invoke, "write", 1, "a"),
                           event_of(1, k_nemesis, EventType::info, "kill"),
                           event_of(2, 1, EventType::invoke, "read", {}, "b"),
                           event_of(3, 1, EventType::ok, "read", 7, "b"),
                           event_of(4, 0, EventType::ok, "write", 1, "a")};
  for (const Event& event : history) ASSERT_TRUE(checker.feed(event));
  ASSERT_TRUE(checker.violation());
  EXPECT_EQ(checker.violation()->key, Value("b"));
  EXPECT_EQ(checker.violation()->event, 3);
  EXPECT_EQ(checker.status().validity, Validity::invalid);
  EXPECT_EQ(checker.status().explained_up_to, 3);
  EXPECT_EQ(checker.finish().reason, "key \"b\": not linearizable from event 3 on");
}

TEST(Online, AWriteThatWasSeenAndThenFailedIsInvalidFromItsFailureOn) {
  OnlineChecker checker = checker_of("register");
  ASSERT_TRUE(checker.feed(event_of(0, 0, EventType::invoke, "write", 1)));
  ASSERT_TRUE(checker.feed(event_of(1, 1, EventType::invoke, "read")));
  ASSERT_TRUE(checker.feed(event_of(2, 1, EventType::ok, "read", 1)));
  EXPECT_FALSE(checker.violation());
  ASSERT_TRUE(checker.feed(event_of(3, 0, EventType::fail, "write", 1)));
  EXPECT_EQ(checker.violation()->event, 3);
}

TEST(Online, WhatIsRefusedOrDamagedMakesTheVerdictUnknown) {
  OnlineChecker checker = checker_of("register");
  ASSERT_TRUE(checker.feed(event_of(0, 0, EventType::invoke, "push", 1)));
  EXPECT_EQ(checker.status().validity, Validity::unknown);
  EXPECT_THAT(checker.finish().reason, HasSubstr("call 0 (push) is none of register"));
  OnlineChecker other = checker_of("register");
  const Status damaged = other.feed(event_of(0, 0, EventType::ok, "read", 1));
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().what, HasSubstr("completes 'read', which it did not invoke"));
  EXPECT_THAT(other.finish().reason, HasSubstr("the history is damaged"));
  EXPECT_FALSE(OnlineChecker::create({.model = "regster"}));
}

TEST(Online, AKeyWhoseEventsAreNotKeptWaitsForTheEnd) {
  // A value comes again after the first events are forgotten, while a read may still see the old.
  OnlineChecker checker = checker_of("register", {.kept_of_a_cell = 4});
  std::int64_t index = 0;
  const auto call = [&](const std::string& f, Value value) {
    ASSERT_TRUE(checker.feed(event_of(index++, 0, EventType::invoke, f, value)));
    ASSERT_TRUE(checker.feed(event_of(index++, 0, EventType::ok, f, value)));
  };
  for (int value = 1; value < 9; ++value) call("write", value);
  EXPECT_EQ(checker.status().validity, Validity::valid);
  ASSERT_TRUE(checker.feed(event_of(index++, 1, EventType::invoke, "write", 8)));
  EXPECT_EQ(checker.status().validity, Validity::unknown);
  EXPECT_EQ(checker.status().keys_at_end, 1U);
  EXPECT_EQ(checker.status().explained_up_to, index - 1);
  EXPECT_THAT(checker.finish().reason, HasSubstr("left for the end: a value was written again"));

  OnlineChecker small = checker_of("queue", {.memory_budget = 1'000});
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(small.feed(event_of(i, i, EventType::invoke, "enqueue", i)));
  EXPECT_THAT(small.finish().reason, HasSubstr("the memory budget for events ran out"));
}

}  // namespace
}  // namespace plumbline
