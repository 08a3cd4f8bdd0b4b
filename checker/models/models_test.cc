// Each model's steps by example: the calls before, the call in question, and why it is impossible
// (empty: it is possible).

#include <gtest/gtest.h>

#include "checker/models/all.h"

namespace plumbline {
namespace {

struct Example {
  const char* model;
  std::vector<Call> before;  ///< all possible
  Call call;
  std::string why_not;
};

Call ok(const std::string& f, Value arguments, Value result = {}) {
  return {.f = f,
          .arguments = std::move(arguments),
          .result = std::move(result),
          .type = EventType::ok};
}
Call lost(const std::string& f, Value arguments) {
  return {.f = f, .arguments = std::move(arguments), .type = EventType::info};
}
Call txn(const Value& done) { return ok("txn", done, done); }
Value pair(Value a, Value b) { return Value::list(std::move(a), std::move(b)); }

const std::vector<Example> k_examples = {
    {"register", {ok("write", 5)}, ok("read", {}, 5), ""},
    {"register", {ok("write", 5)}, ok("read", {}, 3), "read answered 3, but the register holds 5"},
    {"register", {}, ok("read", {}, 3), "read answered 3, but the register holds nil"},
    {"cas-register", {ok("write", 2)}, ok("cas", pair(2, 1)), ""},
    {"cas-register",
     {ok("write", 2)},
     ok("cas", pair(1, 3)),
     "cas expected 1, but the register holds 2"},
    {"cas-register", {ok("write", 2)}, ok("remove", {}, 2), ""},
    {"cas-register",
     {ok("write", 2)},
     ok("remove", {}, 1),
     "remove answered 1, but the register holds 2"},
    {"kv", {ok("put", "a"), ok("append", "b")}, ok("get", {}, "ab"), ""},
    {"kv",
     {ok("put", "a"), ok("append", "b")},
     ok("get", {}, "b"),
     "get answered \"b\", but the key holds \"ab\""},
    {"list-append", {ok("append", 1)}, ok("read", {}, Value::list(1)), ""},
    {"list-append", {ok("append", 1)}, ok("read", {}), "read answered [], but the list is [1]"},
    {"multi-register",
     {txn(Value::list(Value::list("write", "x", 1)))},
     txn(Value::list(Value::list("read", "x", 1), Value::list("read", "y", 2))),
     "the transaction read 2 from \"y\", which then holds nil"},
    {"multi-register",
     {},
     txn(Value::list(Value::list("w", "x", 1), Value::list("r", "x", 1))),
     ""},
    {"counter", {ok("add", 2), lost("add", 3)}, ok("read", {}, 5), ""},
    {"counter", {ok("add", 2)}, ok("read", {}, 3), "read answered 3, but the counter stands at 2"},
    {"set", {ok("add", {}, true)}, ok("contains", {}, true), ""},
    {"set",
     {ok("add", {}, true)},
     ok("contains", {}, false),
     "contains answered false, but the element is present"},
    {"set", {}, ok("remove", {}, true), "remove answered true, but the element is absent"},
    {"gset", {ok("add", 1)}, ok("read", {}, Value::list(1)), ""},
    {"gset",
     {ok("add", 1)},
     ok("read", {}, Value::list(1, 2)),
     "read answered 2, which is not in the set"},
    {"gset",
     {ok("add", 1)},
     ok("read", {}, Value(Value::List{})),
     "read did not answer 1, which is in the set"},
    {"gset",
     {ok("add", 1)},
     ok("read", {}, Value::list(1, 1)),
     "read answered an element more than once"},
    {"mutex", {ok("acquire", {}), ok("release", {})}, ok("acquire", {}), ""},
    {"mutex", {ok("acquire", {})}, ok("acquire", {}), "acquire, but the lock is held"},
    {"mutex", {}, ok("release", {}), "release, but nobody holds the lock"},
    {"cas-register", {ok("write", 2)}, ok("cas", pair(1, 3), false), ""},
    {"cas-register",
     {ok("write", 2)},
     ok("cas", pair(2, 3), false),
     "cas from 2 was refused, but the register holds 2"},
    {"kv", {ok("put", 3), ok("cas", pair(3, 4))}, ok("get", {}, 4), ""},
    {"kv", {ok("put", 3), ok("delete", {})}, ok("get", {}), ""},
    {"kv", {ok("delete", {})}, ok("cas", pair(1, 2)), "cas expected 1, but the key has no value"},
    {"kv", {ok("put", 3)}, ok("append", "x"), "append to a text, but the key holds 3"},
    {"kv",
     {ok("append", "x")},
     ok("cas", pair("x", "y"), false),
     "cas from \"x\" was refused, but the key holds \"x\""},
    {"counter", {ok("increment", {}), ok("add-and-get", 3, 4)}, ok("decrement", {}), ""},
    {"counter",
     {ok("increment", {})},
     ok("add-and-get", 3, 5),
     "add-and-get 3 answered 5, but the counter stands at 1"},
    {"set", {ok("add", 7, true)}, ok("add", 8, true), ""},
    {"set",
     {ok("add", 7, true), ok("add", 8, true)},
     ok("remove", 8, false),
     "remove answered false, but the element is present"},
    {"set",
     {ok("add", pair(7, {}), pair(7, true))},
     ok("contains", pair(7, {}), pair(7, true)),
     ""},
    {"mutex", {ok("acquire", {})}, ok("acquire", {}, false), ""},
    {"mutex", {}, ok("acquire", {}, false), "acquire was refused, but nobody holds the lock"},
    {"owner-lock", {ok("acquire", "a")}, ok("release", "a"), ""},
    {"owner-lock",
     {ok("acquire", "a")},
     ok("release", "b"),
     "release by \"b\", but the lock is held by \"a\""},
    {"owner-lock",
     {ok("acquire", "a")},
     ok("acquire", "a"),
     "acquire by \"a\", but the lock is held by \"a\""},
    {"owner-lock", {}, ok("release", {}), "release by 0, but nobody holds the lock"},
    {"reentrant-lock",
     {ok("acquire", "a"), ok("acquire", "a"), ok("release", "a")},
     ok("acquire", "b", false),
     ""},
    {"reentrant-lock",
     {ok("acquire", "a"), ok("acquire", "a"), ok("release", "a")},
     ok("acquire", "b"),
     "acquire by \"b\", but the lock is held by \"a\""},
    {"fenced-lock",
     {ok("acquire", {}, 1), ok("acquire", {}, 3), ok("write", pair(3, "x"))},
     ok("write", pair(1, "y"), false),
     ""},
    {"fenced-lock",
     {ok("acquire", {}, 3)},
     ok("acquire", {}, 2),
     "acquire granted token 2, but 3 was granted before"},
    {"fenced-lock",
     {ok("write", pair(3, "x"))},
     ok("write", pair(1, "y")),
     "write by token 1 was accepted, but token 3 was seen before"},
    {"fenced-lock",
     {ok("write", pair(3, "x"))},
     ok("read", 3, Value::list("y")),
     "read answered \"y\", but the store holds \"x\""},
    {"versioned",
     {ok("write", "x", 4), ok("cas", pair(4, "y"), 7)},
     ok("read", {}, pair("y", 7)),
     ""},
    {"versioned", {ok("write", "x", 4), lost("write", "y")}, ok("read", {}, pair("y", 6)), ""},
    {"versioned",
     {ok("write", "x", 4)},
     ok("write", "y", 4),
     "write answered revision 4, but the key holds \"x\" at revision 4"},
    {"versioned",
     {ok("write", "x", 4)},
     ok("cas", pair(3, "y"), 5),
     "cas expected revision 3, but the key holds \"x\" at revision 4"},
    {"queue", {ok("enqueue", 1), ok("enqueue", 2)}, ok("dequeue", {}, 1), ""},
    {"queue",
     {ok("enqueue", 1), ok("enqueue", 2)},
     ok("dequeue", {}, 2),
     "dequeue answered 2, but 1 is next"},
    {"queue", {ok("enqueue", 1)}, ok("dequeue", {}), "dequeue found nothing, but 1 is next"},
    {"stack", {}, ok("pop", {}, 1), "pop answered 1, but it is empty"},
};

TEST(Models, EachStepIsAsTheExampleSays) {
  for (const Example& example : k_examples) {
    const ModelEntry* model = find_model(example.model);
    ASSERT_NE(model, nullptr) << example.model;
    std::vector<Call> calls = example.before;
    calls.push_back(example.call);
    for (const Call& call : calls)
      ASSERT_EQ(refusal(*model, call), "") << example.model << " " << describe(call);
    model = &fitting(*model, calls);
    const auto machine = model->machine({});
    StateId state = machine->initial();
    for (const Call& call : example.before) {
      state = machine->step(state, machine->effect(call));
      ASSERT_NE(state, k_illegal) << example.model << " " << describe(call);
    }
    const EffectId effect = machine->effect(example.call);
    EXPECT_EQ(machine->why_not(state, effect), example.why_not) << example.model;
    EXPECT_EQ(machine->step(state, effect) == k_illegal, !example.why_not.empty())
        << example.model << " " << describe(example.call);
  }
}

TEST(Models, AreGuessedFromTheirOperations) {
  const auto guess = [](const std::set<std::string>& operations) {
    const LikelyModel likely = likely_model(operations);
    EXPECT_NE(find_model(likely.name), nullptr);
    return str(likely.name, likely.sure ? "" : "?");
  };
  EXPECT_EQ(guess({}), "cas-register?");
  EXPECT_EQ(guess({"read"}), "cas-register?");
  EXPECT_EQ(guess({"read", "write"}), "cas-register");
  EXPECT_EQ(guess({"append"}), "list-append?");
  EXPECT_EQ(guess({"append", "read"}), "list-append");
  EXPECT_EQ(guess({"append", "get"}), "kv");
  EXPECT_EQ(guess({"release"}), "mutex");
  EXPECT_EQ(guess({"txn"}), "multi-register");
  EXPECT_EQ(guess({"dequeue"}), "queue");
  EXPECT_EQ(guess({"pop", "push"}), "stack");
  EXPECT_EQ(guess({"insert"}), "priority-queue");
  EXPECT_EQ(guess({"add", "contains", "remove"}), "set");
  EXPECT_EQ(guess({"increment", "read"}), "counter");
  EXPECT_EQ(guess({"levitate"}), "cas-register");
}

}  // namespace
}  // namespace plumbline
