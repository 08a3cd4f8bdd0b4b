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

const std::vector<Example>& examples() {
  static const std::vector<Example> k_examples = {
      {"register", {ok("write", 5)}, ok("read", {}, 5), ""},
      {"register",
       {ok("write", 5)},
       ok("read", {}, 3),
       "read answered 3, but the register holds 5"},
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
      {"counter",
       {ok("add", 2)},
       ok("read", {}, 3),
       "read answered 3, but the counter stands at 2"},
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
      {"queue", {ok("enqueue", 1), ok("enqueue", 2)}, ok("dequeue", {}, 1), ""},
      {"queue",
       {ok("enqueue", 1), ok("enqueue", 2)},
       ok("dequeue", {}, 2),
       "dequeue answered 2, but 1 is next"},
      {"queue", {ok("enqueue", 1)}, ok("dequeue", {}), "dequeue found nothing, but 1 is next"},
      {"stack", {}, ok("pop", {}, 1), "pop answered 1, but it is empty"},
  };
  return k_examples;
}

TEST(Models, EachStepIsAsTheExampleSays) {
  for (const Example& example : examples()) {
    const ModelEntry* model = find_model(example.model);
    ASSERT_NE(model, nullptr) << example.model;
    const auto machine = model->machine({});
    StateId state = machine->initial();
    for (const Call& call : example.before) {
      ASSERT_EQ(model->refuse(call), "") << example.model << " " << describe(call);
      state = machine->step(state, machine->effect(call));
      ASSERT_NE(state, k_illegal) << example.model << " " << describe(call);
    }
    ASSERT_EQ(model->refuse(example.call), "") << example.model << " " << describe(example.call);
    const EffectId effect = machine->effect(example.call);
    EXPECT_EQ(machine->why_not(state, effect), example.why_not) << example.model;
    EXPECT_EQ(machine->step(state, effect) == k_illegal, !example.why_not.empty())
        << example.model << " " << describe(example.call);
  }
}

}  // namespace
}  // namespace plumbline
