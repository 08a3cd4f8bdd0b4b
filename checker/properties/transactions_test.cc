// Anomalies of transactions. Goal: each textbook example gets its name, what a serial execution
// leaves has none, and what a snapshot-isolated store may do is told apart from what it may not.

#include <set>

#include "checker/properties/testing.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
using namespace testing_properties;

Value r(const char* key, Value value = {}) { return Value::list("r", key, std::move(value)); }
Value w(const char* key, Value value) { return Value::list("w", key, std::move(value)); }
Value a(const char* key, Value value) { return Value::list("append", key, std::move(value)); }
template <class... Values>
Value list(Values&&... values) {
  return Value::list(std::forward<Values>(values)...);
}

/// Begun together, so that real time orders none of them.
Script together(const std::vector<std::pair<Value, EventType>>& transactions) {
  Script s;
  for (std::size_t i = 0; i < transactions.size(); ++i)
    s.begin(static_cast<ProcessId>(i), "txn", transactions[i].first, {});
  for (std::size_t i = 0; i < transactions.size(); ++i)
    s.end(static_cast<ProcessId>(i), transactions[i].first, transactions[i].second);
  return s;
}
Script together(const std::vector<Value>& transactions) {
  std::vector<std::pair<Value, EventType>> all;
  for (const Value& each : transactions) all.emplace_back(each, EventType::ok);
  return together(all);
}

std::set<std::string> anomalies(const Script& script) {
  std::set<std::string> names;
  for (const auto& [name, count] :
       judged("transactions", script.history(), {.consistency = "strict-serializable"}).figures)
    if (name != "transactions" && name != "consistency") names.insert(name);
  return names;
}
using Names = std::set<std::string>;

TEST(Transactions, WritesThatOverwriteEachOtherAreG0) {
  EXPECT_EQ(anomalies(together({list(a("x", 1), a("y", 1)), list(a("x", 2), a("y", 2)),
                                list(r("x", list(1, 2)), r("y", list(2, 1)))})),
            (Names{"G0"}));
}

TEST(Transactions, AReadOfAFailedWriteIsG1a) {
  const Script s =
      together({{list(a("x", 1)), EventType::fail}, {list(r("x", list(1))), EventType::ok}});
  EXPECT_EQ(anomalies(s), (Names{"G1a"}));
}

TEST(Transactions, AReadOfAnIntermediateWriteIsG1b) {
  EXPECT_EQ(anomalies(together({list(a("x", 1), a("x", 2)), list(r("x", list(1)))})),
            (Names{"G1b", "G-single"}));
}

TEST(Transactions, TwoThatReadEachOtherAreG1c) {
  EXPECT_EQ(
      anomalies(together({list(a("x", 1), r("y", list(1))), list(a("y", 1), r("x", list(1)))})),
      (Names{"G1c"}));
  EXPECT_EQ(anomalies(together({list(w("x", 1), r("y", 1)), list(w("y", 1), r("x", 1))})),
            (Names{"G1c"}));
}

TEST(Transactions, ASkewedReadIsGSingle) {
  EXPECT_EQ(anomalies(together({list(a("x", 1), a("y", 1)),
                                list(r("x", list(1)), r("y", Value(Value::List{}))),
                                list(r("y", list(1)))})),
            (Names{"G-single"}));
}

TEST(Transactions, WriteSkewIsG2Item) {
  const Script lists = together(
      {list(r("x"), a("y", 1)), list(r("y"), a("x", 1)), list(r("x", list(1)), r("y", list(1)))});
  EXPECT_EQ(anomalies(lists), (Names{"G2-item"}));
  EXPECT_EQ(anomalies(together({list(r("x"), w("y", 1)), list(r("y"), w("x", 1))})),
            (Names{"G2-item"}));
  const auto verdict = [&](const char* consistency) {
    return judged("transactions", lists.history(), {.consistency = consistency});
  };
  EXPECT_EQ(verdict("snapshot-isolation").validity, Validity::valid);
  EXPECT_EQ(figure(verdict("snapshot-isolation"), "G2-item (allowed)"), "1");
  EXPECT_EQ(verdict("serializable").validity, Validity::invalid);
  EXPECT_THAT(verdict("serializable").reason, HasSubstr("overwrote what was read by call"));
}

TEST(Transactions, TwoReadersThatSeeTwoWritesInTwoOrdersAreGNonadjacent) {
  EXPECT_EQ(
      anomalies(together({list(a("x", 1)), list(a("y", 1)), list(r("x", list(1)), r("y")),
                          list(r("y", list(1)), r("x")), list(r("x", list(1)), r("y", list(1)))})),
      (Names{"G-nonadjacent"}));
}

TEST(Transactions, AStaleReadIsAnAnomalyOfRealTimeOnly) {
  Script s;
  s.txn(0, list(a("x", 1)), list(a("x", 1)));
  s.txn(1, list(r("x")), list(r("x", Value(Value::List{}))));
  s.txn(2, list(r("x")), list(r("x", list(1))));
  EXPECT_EQ(anomalies(s), (Names{"G-single-realtime"}));
  EXPECT_EQ(judged("transactions", s.history(), {.consistency = "serializable"}).validity,
            Validity::valid);
  Script own;
  own.txn(0, list(a("x", 1)), list(a("x", 1)));
  own.txn(0, list(r("x")), list(r("x", Value(Value::List{}))));
  own.txn(2, list(r("x")), list(r("x", list(1))));
  EXPECT_EQ(anomalies(own), (Names{"G-single-process"}));
}

TEST(Transactions, ReadsThatContradictTheirOwnTransactionAreInternal) {
  EXPECT_EQ(anomalies(together({list(a("x", 1), r("x", list(2))), list(a("x", 2))})),
            (Names{"internal"}));
  EXPECT_EQ(anomalies(together({list(w("x", 1), r("x", 2)), list(w("x", 2))})),
            (Names{"internal"}));
  EXPECT_EQ(anomalies(together({list(r("x"), a("x", 1), r("x", list(1)))})), Names{});
}

TEST(Transactions, ListsThatDoNotFitTogetherAreNamed) {
  EXPECT_EQ(anomalies(together({list(a("x", 1)), list(a("x", 2)), list(r("x", list(1, 2))),
                                list(r("x", list(2)))})),
            (Names{"incompatible-order"}));
  EXPECT_TRUE(anomalies(together({list(a("x", 1)), list(r("x", list(1, 1)))}))
                  .contains("duplicate-elements"));
  EXPECT_EQ(anomalies(together({list(r("x", list(9)))})), (Names{"phantom"}));
}

TEST(Transactions, SingleCallsAreTransactionsToo) {
  Script s;
  s.begin(0, "append", 1)
      .end(0, 1)
      .begin(1, "read")
      .end(1, list())
      .begin(1, "read")
      .end(1, list(1));
  EXPECT_EQ(anomalies(s), (Names{"G-single-realtime"}));
}

TEST(Transactions, AnUnknownModelOrCallIsRefused) {
  Script s;
  s.begin(0, "txn", 5, {}).end(0, 5);
  EXPECT_FALSE(check_property("transactions", s.history(), {}));
  const auto model = check_property("transactions", s.history(), {.consistency = "serialisable"});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("strict-serializable"));
}

/// A store whose transactions overlap in real time and take effect at one moment each, reading
/// what is there then; or, with `snapshots`, what was there when they began.
Script random_store(Rng& rng, bool snapshots, bool lists) {
  struct Open {
    Value asked{}, answered{};
    std::map<Value, Value> snapshot{};
  };
  Script s;
  std::map<Value, Value> store;
  std::map<ProcessId, Open> open;
  std::int64_t next = 1;
  for (int i = 0; i < 200; ++i) {
    const auto process = static_cast<ProcessId>(rng.below(4));
    const auto found = open.find(process);
    if (found == open.end()) {
      Value::List asked;
      for (std::uint64_t k = 0, parts = 1 + rng.below(3); k < parts; ++k) {
        const char* key = rng.below(2) == 0 ? "x" : "y";
        asked.push_back(rng.below(2) == 0 ? r(key) : lists ? a(key, next++) : w(key, next++));
      }
      open[process] = {.asked = Value(asked), .snapshot = store};
      s.begin(process, "txn", Value(asked), {});
      continue;
    }
    Value::List answered;
    std::map<Value, Value> view = snapshots ? found->second.snapshot : store;
    for (const Value& part : found->second.asked.as_list()) {
      const Value::List& p = part.as_list();
      Value& mine = view[p[1]];
      if (p[0] == Value("r")) {
        answered.push_back(Value::list("r", p[1], mine));
        continue;
      }
      answered.push_back(part);
      for (Value* at : {&mine, &store[p[1]]}) {
        if (p[0] == Value("w")) {
          *at = p[2];
        } else {
          Value::List longer = at->is_list() ? at->as_list() : Value::List{};
          longer.push_back(p[2]);
          *at = Value(longer);
        }
      }
    }
    s.end(process, Value(answered));
    open.erase(process);
  }
  return s;
}

TEST(Transactions, WhatASerialStoreLeavesHasNoAnomaly) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Rng rng(seed);
    EXPECT_EQ(anomalies(random_store(rng, false, seed % 2 == 0)), Names{}) << "seed " << seed;
  }
}

TEST(Transactions, WhatReadsFromSnapshotsWithoutCareHasAnomalies) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    found += anomalies(random_store(rng, true, true)).empty() ? 0 : 1;
  }
  EXPECT_GT(found, 90);
}

}  // namespace
}  // namespace plumbline
