// The deciders of models against brute force on small random histories. PLUMBLINE_FUZZ_CASES sets
// how many.

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "checker/climb.h"
#include "checker/decide.h"
#include "checker/gaps.h"
#include "checker/greedy.h"
#include "checker/models/lock.h"
#include "checker/normalise.h"
#include "checker/order.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::brute_force;
using testing_checker::show;

std::uint64_t cases(std::uint64_t normally) {
  const char* asked = std::getenv("PLUMBLINE_FUZZ_CASES");
  const auto number = asked == nullptr ? std::nullopt : parse_int(asked);
  return number ? static_cast<std::uint64_t>(*number) : normally;
}

/// Calls that are open at random times: `count` of them, each over about `overlap` others.
std::vector<Call> random_spans(Rng& rng, std::size_t count, double info, std::int64_t overlap) {
  std::vector<Call> calls(count);
  std::vector<std::pair<std::int64_t, std::size_t>> ends;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::int64_t>(i) * 4;
    ends.emplace_back(at, 2 * i);
    ends.emplace_back(
        at + 1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(overlap * 4))),
        2 * i + 1);
  }
  std::sort(ends.begin(), ends.end());
  for (std::size_t position = 0; position < ends.size(); ++position) {
    Call& call = calls[ends[position].second / 2];
    const auto at = static_cast<std::int64_t>(position);
    if (ends[position].second % 2 == 0)
      call.id = call.invoked = at;
    else
      call.returned = at;
  }
  for (Call& call : calls) {
    call.type = rng.chance(info) ? EventType::info : EventType::ok;
    if (call.type == EventType::info) call.returned = k_open;
  }
  return calls;
}

struct Tally {
  std::uint64_t valid = 0, invalid = 0, passed_on = 0, cores = 0;
};

using Decide = std::optional<DirectAnswer> (*)(const std::vector<NormalCall>&, const ModelEntry&,
                                               const Value&, Budget&);

/// `decide` agrees with brute force, its order is one, and its core stands by itself.
void compare(const std::vector<Call>& calls, const ModelEntry& model, const Value& initial,
             Decide decide, Tally& tally) {
  const std::vector<NormalCall> normal = normalise(calls, model);
  Budget budget(20s, 1UL << 28, nullptr);
  const auto answer = decide(normal, model, initial, budget);
  if (!answer) {
    ++tally.passed_on;
    return;
  }
  const bool expected = brute_force(calls, model, initial);
  ++(expected ? tally.valid : tally.invalid);
  ASSERT_EQ(answer->linearizable, expected) << to_string(initial) << "\n" << show(calls);
  if (expected) {
    std::vector<const Call*> order;
    for (const NormalCall* c : answer->order) order.push_back(c->call);
    const auto machine = model.machine(initial);
    ASSERT_EQ(verify_order(calls, order, *machine), "") << show(calls);
  } else if (!answer->core.empty()) {
    ++tally.cores;
    std::vector<Call> core;
    for (const NormalCall* c : answer->core) core.push_back(*c->call);
    ASSERT_FALSE(brute_force(core, model, initial)) << show(calls) << "core\n" << show(core);
  }
}

void as_set_call(Rng& rng, Call& call) {
  static const std::vector<std::string> k_operations = {"add", "remove", "contains"};
  call.f = rng.pick(k_operations);
  if (call.type == EventType::ok) call.result = Value(rng.chance(0.5));
}

TEST(TwoValues, AgreeWithBruteForceOnRandomHistories) {
  Tally tally;
  const std::uint64_t count = cases(60'000);
  const ModelEntry &set = *find_model("set")->narrower, &mutex = *find_model("mutex");
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    auto calls = random_spans(rng, 1 + rng.below(9), rng.unit() * 0.6,
                              static_cast<std::int64_t>(1 + rng.below(5)));
    const bool lock = rng.chance(0.4);
    for (Call& call : calls)
      if (lock)
        call.f = rng.chance(0.5) ? "acquire" : "release";
      else
        as_set_call(rng, call);
    compare(calls, lock ? mutex : set, Value(rng.chance(0.3)), decide_two_values, tally);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(tally.valid, count / 10);
  EXPECT_GT(tally.invalid, count / 10);
  EXPECT_GT(tally.cores, count / 100);
  EXPECT_EQ(tally.passed_on, 0U);
}

/// Reads, writes and swaps of few values; the answers are mostly those of a register that runs
/// along.
void as_register_calls(Rng& rng, std::vector<Call>& calls, std::int64_t values) {
  std::int64_t now = 0;
  for (Call& call : calls) {
    call.f = rng.pick(std::vector<std::string>{"read", "read", "write", "cas"});
    const std::int64_t next = rng.between(1, values);
    if (call.f == "read" && call.type == EventType::ok)
      call.result = Value(rng.chance(0.2) ? next : now);
    if (call.f == "write") call.arguments = Value(next);
    if (call.f == "cas") call.arguments = Value::list(rng.chance(0.2) ? next : now, next);
    if (call.f != "read" && rng.chance(0.8)) now = next;
  }
}

TEST(Gaps, OnlyRefuteWhatBruteForceRefutes) {
  Tally tally;
  const std::uint64_t count = cases(60'000);
  std::uint64_t with_indeterminate = 0;
  const ModelEntry& model = *find_model("cas-register");
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    auto calls = random_spans(rng, 1 + rng.below(9), rng.unit() * 0.6,
                              static_cast<std::int64_t>(1 + rng.below(5)));
    as_register_calls(rng, calls, rng.between(2, 4));
    const std::uint64_t before = tally.cores;
    compare(calls, model, Value(rng.between(0, 3)), refute_by_gaps, tally);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
    const bool open = std::ranges::any_of(calls, &Call::indeterminate);
    with_indeterminate += tally.cores > before && open ? 1 : 0;
  }
  EXPECT_EQ(tally.valid, 0U);
  EXPECT_GT(tally.invalid, count / 10);
  EXPECT_EQ(tally.cores, tally.invalid);
  EXPECT_GT(with_indeterminate, count / 50);
}

/// One indeterminate write of 1, and two reads that need one each: it takes all to see it.
TEST(Gaps, CountWhatMayHaveComeBack) {
  std::vector<Call> calls;
  const auto play = [&](const std::string& f, std::int64_t value, bool ended) {
    const auto at = static_cast<std::int64_t>(2 * calls.size());
    calls.push_back({.id = at,
                     .f = f,
                     .arguments = f == "write" ? Value(value) : Value(),
                     .result = f == "read" ? Value(value) : Value(),
                     .type = ended ? EventType::ok : EventType::info,
                     .invoked = at,
                     .returned = ended ? at + 1 : k_open});
  };
  const ModelEntry& model = *find_model("register");
  Budget budget(20s, 1UL << 28, nullptr);
  play("write", 1, false);
  play("write", 2, true);
  play("read", 1, true);
  EXPECT_FALSE(refute_by_gaps(normalise(calls, model), model, {}, budget));
  play("write", 2, true);
  play("read", 1, true);
  const std::vector<NormalCall> normal = normalise(calls, model);
  const auto answer = refute_by_gaps(normal, model, {}, budget);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->linearizable);
  EXPECT_EQ(answer->core.size(), 5U);
}

/// Answers of a counter that runs along, so that enough of them can be.
void as_counter_calls(Rng& rng, std::vector<Call>& calls, int amounts, std::int64_t sign) {
  std::int64_t number = 0;
  for (Call& call : calls) {
    call.f = rng.chance(0.5) ? "read" : "add";
    if (call.f == "add") {
      call.arguments = Value(sign * static_cast<std::int64_t>(rng.between(1, amounts)));
      if (rng.chance(0.8)) number += call.arguments.as_int();
    } else if (call.type == EventType::ok) {
      call.result = Value(number + (rng.chance(0.3) ? rng.between(-2, 2) : 0));
    }
  }
}

TEST(Climb, AgreesWithBruteForceOnRandomHistories) {
  Tally tally;
  const std::uint64_t count = cases(60'000);
  const ModelEntry& counter = *find_model("counter");
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    auto calls = random_spans(rng, 1 + rng.below(9), rng.chance(0.3) ? 0 : rng.unit() * 0.6,
                              static_cast<std::int64_t>(1 + rng.below(6)));
    as_counter_calls(rng, calls, static_cast<int>(rng.between(1, 4)), rng.chance(0.8) ? 1 : -1);
    compare(calls, counter, {}, decide_by_climb, tally);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(tally.valid, count / 10);
  EXPECT_GT(tally.invalid, count / 10);
  EXPECT_GT(tally.cores, count / 10);
  EXPECT_EQ(tally.passed_on, 0U);
}

/// No sum of even amounts is what the read answered, but there are two to the power of `adds` to
/// try before that is known.
std::vector<Call> read_beside(std::int64_t adds) {
  std::vector<Call> calls;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i <= adds; ++i) {
    const bool last = i == adds;
    calls.push_back({.id = i,
                     .f = last ? "read" : "add",
                     .arguments = last ? Value() : Value(2 * (i + 1)),
                     .result = last ? Value(sum / 2 | 1) : Value(),
                     .type = EventType::ok,
                     .invoked = i,
                     .returned = last ? 500 : 1000 + i});
    sum += 2 * (i + 1);
  }
  return calls;
}

TEST(Climb, KeepsItsBudgetWithinOneStep) {
  const ModelEntry& counter = *find_model("counter");
  const auto decided = [&](const std::vector<Call>& calls) {
    Budget budget(100ms, 1UL << 28, nullptr);
    return decide_by_climb(normalise(calls, counter), counter, {}, budget).has_value();
  };
  EXPECT_TRUE(decided(read_beside(8)));
  EXPECT_FALSE(decided(read_beside(60)));
}

/// Histories of one model: random letters, of which most would be legal one after the other.
struct Alphabet {
  std::string name;
  std::string model;
  std::vector<Call> letters{};  ///< ok calls with their results
  bool once = false;            ///< no update is made twice
  bool sequential = false;      ///< an owner makes one call after another
  std::string means{};          ///< who is to decide most of them; empty: any
};

Call letter(const std::string& f, Value arguments, Value result = {}) {
  return {.f = f,
          .arguments = std::move(arguments),
          .result = std::move(result),
          .type = EventType::ok};
}

class Author {
 public:
  Author(Rng& rng, const Alphabet& alphabet)
      : rng_(rng), alphabet_(alphabet), model_(*find_model(alphabet.model)) {}

  std::vector<Call> write() {
    auto calls = random_spans(rng_, 1 + rng_.below(8), rng_.chance(0.3) ? 0 : rng_.unit() * 0.5,
                              static_cast<std::int64_t>(1 + rng_.below(5)));
    const ModelEntry& wide = model_.wider != nullptr ? *model_.wider : model_;
    const auto machine = wide.machine({});
    StateId state = machine->initial();
    const double honest = rng_.chance(0.3) ? 1 : rng_.unit();
    std::vector<Call> written;
    for (Call& call : calls) {
      const bool legal = rng_.chance(honest);
      const Call* chosen = nullptr;
      for (int tries = 0; tries < 12; ++tries) {
        const Call& candidate = rng_.pick(alphabet_.letters);
        if (!allowed(candidate, call, written)) continue;
        chosen = &candidate;
        if (!legal || machine->step(state, machine->effect(candidate)) != k_illegal) break;
      }
      if (chosen == nullptr) continue;
      const StateId next = machine->step(state, machine->effect(*chosen));
      if (next != k_illegal && (call.type == EventType::ok || rng_.chance(0.6))) state = next;
      call.f = chosen->f;
      call.arguments = chosen->arguments;
      if (call.type == EventType::ok) call.result = chosen->result;
      written.push_back(call);
    }
    return written;
  }

 private:
  bool allowed(const Call& candidate, const Call& call, const std::vector<Call>& written) const {
    for (const Call& other : written) {
      const bool update = model_.role(candidate) != Role::observer;
      if (alphabet_.once && update && other.f == candidate.f &&
          other.arguments == candidate.arguments)
        return false;
      if (alphabet_.sequential && other.arguments == candidate.arguments &&
          other.returned > call.invoked)
        return false;
    }
    return true;
  }
  Rng& rng_;
  const Alphabet& alphabet_;
  const ModelEntry& model_;
};

Value list_of(std::initializer_list<int> numbers) {
  Value::List list;
  for (const int n : numbers) list.push_back(n);
  return Value(std::move(list));
}

void add_cells(std::vector<Alphabet>& all) {
  Alphabet refusing{.name = "refused_cas", .model = "cas-register"};
  Alphabet cell{.name = "kv_without_append", .model = "kv"};
  for (const int a : {1, 2}) {
    refusing.letters.push_back(letter("write", a));
    refusing.letters.push_back(letter("read", {}, a));
    cell.letters.push_back(letter(a == 1 ? "put" : "write", a));
    cell.letters.push_back(letter(a == 1 ? "get" : "read", {}, a));
    for (const int b : {1, 2}) {
      refusing.letters.push_back(letter("cas", Value::list(a, b), Value(true)));
      refusing.letters.push_back(letter("cas", Value::list(a, b), Value(false)));
      cell.letters.push_back(letter("cas", Value::list(a, b)));
    }
  }
  cell.letters.push_back(letter("delete", {}));
  cell.letters.push_back(letter("get", {}, ""));
  Alphabet mixed = cell;
  mixed.name = "kv_with_append";
  for (const char* text : {"a", "b", "ab"}) {
    mixed.letters.push_back(letter("append", text));
    mixed.letters.push_back(letter("get", {}, text));
    mixed.letters.push_back(letter("cas", Value::list("a", text), Value(false)));
  }
  all.push_back(std::move(refusing));
  all.push_back(std::move(cell));
  all.push_back(std::move(mixed));
}

void add_texts_and_sets(std::vector<Alphabet>& all) {
  Alphabet texts{.name = "kv_texts", .model = "kv", .once = true, .means = "order of texts"};
  for (const char* text : {"a", "b", "c", "d"}) {
    texts.letters.push_back(letter("append", text));
    for (const char* put : {"x", "y"}) texts.letters.push_back(letter("get", {}, str(put, text)));
  }
  for (const char* text : {"", "a", "b", "ab", "ba", "x", "y", "xab", "abc", "ac", "xc", "xac"})
    texts.letters.push_back(letter("get", {}, text));
  texts.letters.push_back(letter("put", "x"));
  texts.letters.push_back(letter("put", "y"));
  all.push_back(std::move(texts));

  // Some begin others, but none ends another.
  Alphabet behind{
      .name = "kv_texts_from_behind", .model = "kv", .once = true, .means = "order of texts"};
  for (const char* text : {"a", "ab", "aabb"}) behind.letters.push_back(letter("append", text));
  for (const char* text : {"", "a", "ab", "aab", "aabb", "aba", "e", "ec", "ea", "eca", "eab",
                           "ecab", "eaab", "eaaabb", "aaabb", "eaabb"})
    behind.letters.push_back(letter("get", {}, text));
  behind.letters.push_back(letter("put", "e"));
  behind.letters.push_back(letter("put", "ec"));
  all.push_back(std::move(behind));

  Alphabet set{.name = "set_of_elements", .model = "set", .means = "elements"};
  for (const int element : {1, 2, 3})
    for (const bool answer : {false, true})
      for (const char* f : {"add", "remove", "contains"})
        set.letters.push_back(letter(f, element, answer));
  all.push_back(set);
  set.name = "set_with_unknown_answers";
  set.means = "";
  set.letters.push_back(letter("add", 1, 1));
  set.letters.push_back(letter("remove", 2));
  all.push_back(std::move(set));

  Alphabet gset{.name = "gset", .model = "gset", .once = true, .means = "whole reads"};
  for (const int element : {1, 2, 3, 4}) gset.letters.push_back(letter("add", element));
  for (const Value& shown :
       {list_of({}), list_of({1}), list_of({2}), list_of({2, 1}), list_of({3, 1}),
        list_of({1, 2, 3}), list_of({3, 4}), list_of({1, 2, 3, 4}), list_of({1, 1})})
    gset.letters.push_back(letter("read", {}, shown));
  all.push_back(std::move(gset));
}

void add_locks(std::vector<Alphabet>& all) {
  Alphabet lock{
      .name = "owner_lock", .model = "owner-lock", .sequential = true, .means = "sessions"};
  for (const char* owner : {"a", "b", "c"})
    for (const char* f : {"acquire", "release"}) lock.letters.push_back(letter(f, owner));
  all.push_back(lock);
  Alphabet reentrant = lock;
  reentrant.name = "reentrant_lock";
  reentrant.model = "reentrant-lock";
  all.push_back(reentrant);
  lock.name = "owner_lock_refusing";
  lock.sequential = false;
  lock.means = "";
  lock.letters.push_back(letter("acquire", "a", false));
  lock.letters.push_back(letter("release", "b", false));
  all.push_back(std::move(lock));

  Alphabet fenced{.name = "fenced_lock", .model = "fenced-lock"};
  for (const int token : {1, 2, 3}) {
    fenced.letters.push_back(letter("acquire", {}, token));
    fenced.letters.push_back(letter("release", token));
    fenced.letters.push_back(letter("read", token, false));
    for (const int value : {7, 8}) {
      fenced.letters.push_back(letter("write", Value::list(token, value)));
      fenced.letters.push_back(letter("write", Value::list(token, value), false));
      fenced.letters.push_back(letter("read", token, Value::list(value)));
    }
  }
  all.push_back(std::move(fenced));
}

void add_versioned(std::vector<Alphabet>& all) {
  Alphabet versioned{.name = "versioned", .model = "versioned", .means = "revisions"};
  versioned.letters.push_back(letter("read", {}));
  for (const int revision : {1, 2, 3, 4}) {
    versioned.letters.push_back(letter("delete", {}, revision));
    versioned.letters.push_back(letter("read", {}, Value::list(Value(), revision)));
    for (const int value : {7, 8}) {
      versioned.letters.push_back(letter("write", value, revision));
      versioned.letters.push_back(letter("read", {}, Value::list(value, revision)));
      versioned.letters.push_back(letter("cas", Value::list(revision - 1, value), revision));
    }
  }
  all.push_back(versioned);
  versioned.name = "versioned_refusing";
  versioned.means = "";
  for (const int revision : {0, 1, 2})
    versioned.letters.push_back(letter("cas", Value::list(revision, 7), false));
  all.push_back(std::move(versioned));
}

std::vector<Alphabet> alphabets() {
  std::vector<Alphabet> all;
  add_cells(all);
  add_texts_and_sets(all);
  add_locks(all);
  add_versioned(all);
  return all;
}

class EveryAlphabet : public ::testing::TestWithParam<Alphabet> {};

TEST_P(EveryAlphabet, AgreesWithBruteForceOnRandomHistories) {
  const Alphabet& alphabet = GetParam();
  const ModelEntry& model = *find_model(alphabet.model);
  const std::uint64_t count = cases(alphabet.means.empty() ? 4'000 : 20'000);
  std::uint64_t valid = 0, directly = 0;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Rng rng(seed);
    const std::vector<Call> calls = Author(rng, alphabet).write();
    const ModelEntry& form = fitting(model, calls);
    for (const Call& call : calls) ASSERT_EQ(refusal(model, call), "") << describe(call);
    Budget budget(20s, 1UL << 28, nullptr);
    const Decision decision = decide(calls, model, {}, budget);
    const bool expected = brute_force(calls, form);
    valid += expected;
    directly += decision.means == alphabet.means;
    ASSERT_EQ(to_string(decision.validity),
              std::string(to_string(expected ? Validity::valid : Validity::invalid)))
        << "seed " << seed << " by " << decision.means << " " << decision.why << "\n"
        << show(calls);
    if (decision.core.empty()) continue;
    std::vector<Call> core;
    for (const Call* c : decision.core) core.push_back(*c);
    ASSERT_FALSE(brute_force(core, form)) << "seed " << seed << "\n"
                                          << show(calls) << "core\n"
                                          << show(core);
  }
  EXPECT_GT(valid, count / 10);
  EXPECT_LT(valid, count - count / 10);
  if (!alphabet.means.empty()) {
    EXPECT_GT(directly, count / 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Deciders, EveryAlphabet, ::testing::ValuesIn(alphabets()),
                         [](const auto& alphabet) { return alphabet.param.name; });

}  // namespace
}  // namespace plumbline
