// Deciders over columns: the answers of decide(), orders that keep, and cores that prove.

#include <gtest/gtest.h>

#include <cstdlib>

#include "checker/check.h"
#include "checker/decide.h"
#include "checker/key_judge.h"
#include "checker/order.h"
#include "checker/testing.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using testing_checker::BruteForce;
using testing_checker::Shape;
using testing_checker::Simulation;

/// What the columns say of a whole history of one key, and that it is so.
class Compared {
 public:
  void history(const History& history, const std::string& name, const std::string& where) {
    const auto made = table_of(history);
    ASSERT_TRUE(made) << made.error().what;
    const CallTable& table = *made;
    std::vector<Call> calls = testing_checker::calls_of(history);
    // Whether a call fails, prefix() does not know before it has; columns do.
    std::erase_if(calls, [](const Call& call) { return call.type == EventType::fail; });
    const ModelEntry& model = *find_model(name);
    const bool store = name == "kv";
    const auto operations = column_operations(table, store);
    std::vector<std::uint32_t> rows(table.size());
    for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
    KeyRows key{.table = table, .operations = operations, .rows = rows};
    if (store) key.empty = table.values().find(Value("")).value_or(ValueTable::k_nil);
    for (const std::uint32_t limit :
         {CallTable::k_open_row, static_cast<std::uint32_t>(history.size() / 2)}) {
      key.limit = limit;
      const bool whole = limit == CallTable::k_open_row;
      const std::vector<Call> judged = whole ? calls : prefix(calls, limit);
      if (name == "list-append")
        decide(lists_, key, judged, model, where);
      else
        decide(cells_, key, judged, model, where);
    }
  }
  int valid() const { return valid_; }
  int invalid() const { return invalid_; }
  int left() const { return left_; }

 private:
  template <class Decider>
  void decide(Decider& decider, const KeyRows& key, const std::vector<Call>& calls,
              const ModelEntry& model, const std::string& where) {
    Budget budget(60s, 1UL << 30, nullptr);
    const auto answer = decider.decide(key);
    const Decision expected = plumbline::decide(calls, model, {}, budget);
    if (!answer) {
      ++left_;
      return;
    }
    ASSERT_EQ(*answer, expected.validity == Validity::valid) << where << "\n"
                                                             << testing_checker::show(calls);
    constexpr std::size_t k_every_order = 12;
    if (calls.size() <= k_every_order) {
      ASSERT_EQ(*answer, testing_checker::brute_force(calls, model)) << where;
    }
    ++(*answer ? valid_ : invalid_);
    if (*answer) {
      std::vector<const Call*> order;
      std::map<std::int64_t, const Call*> by_id;
      for (const Call& call : calls) by_id[call.id] = &call;
      for (const std::uint32_t row : decider.order()) order.push_back(by_id.at(key.table.id(row)));
      const auto machine = model.machine({});
      ASSERT_EQ(verify_order(calls, order, *machine), "") << where;
      return;
    }
    const ColumnCore core = decider.core();
    std::vector<Call> chosen;
    for (const std::uint32_t row : core.rows) chosen.push_back(key.table.call(row));
    if (key.limit != CallTable::k_open_row) chosen = prefix(chosen, key.limit);
    const Decision proof = plumbline::decide(chosen, model, {}, budget);
    ASSERT_EQ(proof.validity, Validity::invalid) << where << "\nof\n"
                                                 << testing_checker::show(calls) << "chosen\n"
                                                 << testing_checker::show(chosen);
    ASSERT_LT(core.completed, key.limit) << where;
    const std::vector<Call> until = prefix(calls, std::int64_t{core.completed} + 1);
    ASSERT_EQ(plumbline::decide(until, model, {}, budget).validity, Validity::invalid)
        << where << "\ncompleted " << core.completed << " of\n"
        << testing_checker::show(calls);
  }

  CellColumns cells_;
  ListColumns lists_;
  int valid_ = 0, invalid_ = 0, left_ = 0;
};

/// How many times as many cases as usual; more by PLUMBLINE_CASES.
std::uint64_t times_as_many() {
  const char* wanted = std::getenv("PLUMBLINE_CASES");
  return wanted == nullptr ? 1 : std::strtoull(wanted, nullptr, 10);
}

/// A register's history as that of a key in a store; its nil is now and then the empty text.
History in_a_store(History history, Rng& rng) {
  const std::map<std::string, std::string> names{
      {"read", "get"}, {"write", "put"}, {"remove", "delete"}};
  for (Event& event : history) {
    if (const auto found = names.find(event.f); found != names.end()) event.f = found->second;
    const bool answer = event.f == "get" && event.type == EventType::ok;
    if (answer && event.value.is_nil() && rng.chance(0.5)) event.value = Value("");
  }
  return history;
}

/// Histories with new values, and a few values written twice. Of `model`, made by `simulated`.
void compare(const std::string& model, int calls, std::uint64_t cases, double few_values = 0.1,
             const std::string& simulated = "", double swaps = 0) {
  Compared compared;
  cases *= times_as_many();
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    Rng rng(seed);
    const Shape shape{.model = simulated.empty() ? model : simulated,
                      .calls = 3 + static_cast<int>(rng.below(static_cast<std::uint64_t>(calls))),
                      .processes = 2 + static_cast<int>(rng.below(4)),
                      .values = rng.chance(few_values) ? 4 : 0,
                      .info = rng.chance(0.5) ? 0.2 : 0.05,
                      .lie = rng.chance(0.3) ? 0 : 0.15,
                      .swaps = swaps};
    History history = Simulation(rng, shape).run();
    if (!simulated.empty()) history = in_a_store(std::move(history), rng);
    compared.history(history, model, str(model, " seed ", seed));
    if (testing::Test::HasFatalFailure()) return;
  }
  std::printf("%s: %d valid, %d invalid, %d not for it\n", model.c_str(), compared.valid(),
              compared.invalid(), compared.left());
  EXPECT_GT(compared.valid(), 0);
  EXPECT_GT(compared.invalid(), 0);
}

TEST(Columns, SayOfRegistersWhatDecideSays) { compare("register", 12, 20'000); }
TEST(Columns, SayOfCasRegistersWhatDecideSays) { compare("cas-register", 12, 20'000); }
TEST(Columns, SayOfListsWhatDecideSays) { compare("list-append", 10, 20'000); }
TEST(Columns, SayOfTextsWhatDecideSays) { compare("kv", 12, 20'000); }
TEST(Columns, SayOfTextsWithCasAndDeleteWhatDecideSays) { compare("kv", 12, 20'000, 0.1, "", 0.3); }
TEST(Columns, SayOfStoresWhatDecideSays) {
  compare("kv", 12, 10'000, 0.1, "cas-register");
  compare("kv", 12, 5'000, 0.1, "register");
}
TEST(Columns, SayOfLongerHistoriesWhatDecideSays) {
  compare("cas-register", 200, 200, 0);
  compare("list-append", 60, 100, 0);
  compare("kv", 100, 200, 0);
  compare("kv", 30, 200, 0, "", 0.3);
}

}  // namespace
}  // namespace plumbline
