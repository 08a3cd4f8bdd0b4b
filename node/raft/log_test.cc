// Goal: Log keeps its shape (base, no holes, terms known where they must be) under every operation.
// Method: examples, and a comparison with a plain map over random operations.

#include "node/raft/log.h"

#include <gtest/gtest.h>

#include <map>

#include "core/base/rng.h"

namespace plumbline::raft {
namespace {

EntryPtr log_entry(std::uint64_t index, std::uint64_t term, std::string data = "") {
  return std::make_shared<const Entry>(
      Entry{Term{term}, Index{index}, EntryType::command, std::move(data)});
}

Log log_of(const std::vector<std::uint64_t>& terms) {
  Log log;
  for (const auto term : terms) log.append(log_entry(log.last().value + 1, term));
  return log;
}

TEST(Log, StartsEmptyAfterNothing) {
  const Log log;
  EXPECT_EQ(log.first(), Index{1});
  EXPECT_EQ(log.last(), Index{0});
  EXPECT_EQ(log.term_at(Index{0}), Term{0});
  EXPECT_EQ(log.term_at(Index{1}), std::nullopt);
  EXPECT_EQ(log.entry_at(Index{0}), nullptr);
}

TEST(Log, KnowsTheTermOfItsBaseButNotBeforeIt) {
  Log log = log_of({1, 1, 2, 3});
  log.compact(Index{3});
  EXPECT_EQ(log.first(), Index{4});
  EXPECT_EQ(log.term_at(Index{3}), Term{2});
  EXPECT_EQ(log.term_at(Index{2}), std::nullopt);
  EXPECT_EQ(log.entry_at(Index{3}), nullptr);
  EXPECT_EQ(log.entry_at(Index{4})->term, Term{3});
}

TEST(Log, CompactingEverythingLeavesTheLastTerm) {
  Log log = log_of({1, 4});
  log.compact(Index{2});
  EXPECT_EQ(log.last(), Index{2});
  EXPECT_EQ(log.last_term(), Term{4});
  log.append(log_entry(3, 4));
  EXPECT_EQ(log.last(), Index{3});
}

TEST(Log, CompactingWhatIsGoneDoesNothing) {
  Log log = log_of({1, 1, 1});
  log.compact(Index{2});
  log.compact(Index{1});
  EXPECT_EQ(log.first(), Index{3});
}

TEST(Log, TruncatesFromAnIndexOn) {
  Log log = log_of({1, 1, 2});
  log.truncate_from(Index{2});
  EXPECT_EQ(log.last(), Index{1});
  log.truncate_from(Index{9});
  EXPECT_EQ(log.last(), Index{1});
}

TEST(Log, RestartForgetsEverything) {
  Log log = log_of({1, 1, 2});
  log.restart(Index{10}, Term{5});
  EXPECT_EQ(log.first(), Index{11});
  EXPECT_EQ(log.last(), Index{10});
  EXPECT_EQ(log.last_term(), Term{5});
  EXPECT_EQ(log.term_at(Index{3}), std::nullopt);
}

TEST(Log, SliceIsBoundedByCostButNeverEmpty) {
  Log log;
  for (std::uint64_t i = 1; i <= 5; ++i) log.append(log_entry(i, 1, std::string(100, 'x')));
  const auto cost = cost_of(*log.entry_at(Index{1}));
  EXPECT_EQ(log.slice(Index{1}, 0).size(), 1U);
  EXPECT_EQ(log.slice(Index{1}, 2 * cost).size(), 2U);
  EXPECT_EQ(log.slice(Index{1}, 3 * cost - 1).size(), 2U);
  EXPECT_EQ(log.slice(Index{4}, 100 * cost).size(), 2U);
  EXPECT_EQ(log.slice(Index{4}, 100 * cost).front()->index, Index{4});
}

TEST(Log, FindsTheLastEntryOfATerm) {
  const Log log = log_of({1, 1, 4, 4, 6, 6});
  EXPECT_EQ(log.last_of_term(Term{4}, Index{6}), Index{4});
  EXPECT_EQ(log.last_of_term(Term{4}, Index{3}), Index{3});
  EXPECT_EQ(log.last_of_term(Term{4}, Index{2}), Index{0});
  EXPECT_EQ(log.last_of_term(Term{5}, Index{6}), Index{0});
  EXPECT_EQ(log.last_of_term(Term{6}, Index{99}), Index{6});
}

TEST(Log, FindsTheLastEntryOfATermAtItsBase) {
  Log log = log_of({1, 1, 4, 6});
  log.compact(Index{3});
  EXPECT_EQ(log.last_of_term(Term{4}, Index{4}), Index{3});
  EXPECT_EQ(log.last_of_term(Term{1}, Index{4}), Index{0});
  EXPECT_EQ(log.last_of_term(Term{4}, Index{1}), Index{0});
}

TEST(Log, FindsWhereATermStartsButNotBelowTheFloor) {
  const Log log = log_of({1, 2, 2, 2, 3});
  EXPECT_EQ(log.start_of_term(Index{4}, Index{0}), Index{2});
  EXPECT_EQ(log.start_of_term(Index{4}, Index{2}), Index{3});
  EXPECT_EQ(log.start_of_term(Index{5}, Index{0}), Index{5});
}

TEST(Log, LoadsWhatFollowsItsBase) {
  Log log;
  log.restart(Index{5}, Term{2});
  log.load({log_entry(6, 2), log_entry(7, 3)});
  EXPECT_EQ(log.first(), Index{6});
  EXPECT_EQ(log.last(), Index{7});
  EXPECT_EQ(log.term_at(Index{5}), Term{2});
}

TEST(Log, LoadsATailKeptFromBeforeTheSnapshot) {
  Log log;
  log.restart(Index{5}, Term{2});
  log.load({log_entry(4, 1), log_entry(5, 2), log_entry(6, 3)});
  EXPECT_EQ(log.term_at(Index{4}), Term{1}) << "the first one is known by its term only";
  EXPECT_EQ(log.entry_at(Index{4}), nullptr);
  EXPECT_EQ(log.entry_at(Index{5})->term, Term{2});
  EXPECT_EQ(log.last(), Index{6});
}

TEST(Log, LoadsAWholeLogFromItsStart) {
  Log log;
  log.restart(Index{2}, Term{1});
  log.load({log_entry(1, 1), log_entry(2, 1), log_entry(3, 1)});
  EXPECT_EQ(log.first(), Index{1});
  EXPECT_EQ(log.term_at(Index{0}), Term{0});
}

TEST(LogDeathTest, RefusesHolesAndFallingTerms) {
  Log log = log_of({1, 3});
  EXPECT_DEATH(log.append(log_entry(4, 3)), "a log has no holes");
  EXPECT_DEATH(log.append(log_entry(3, 2)), "terms never fall");
  log.compact(Index{1});
  EXPECT_DEATH(log.truncate_from(Index{1}), "committed and stays");
}

TEST(Log, AgreesWithAPlainMapOverRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    Log log;
    std::map<std::uint64_t, std::uint64_t> model{{0, 0}};  // terms, the base's first
    std::uint64_t term = 1;
    for (int i = 0; i < 100; ++i) {
      const auto base = model.begin()->first;
      const auto last = model.rbegin()->first;
      switch (rng.below(4)) {
        case 0:
        case 1:
          term += rng.below(2);
          log.append(log_entry(last + 1, term));
          model[last + 1] = term;
          break;
        case 2: {
          const auto from = base + 1 + rng.below(last - base + 2);
          log.truncate_from(Index{from});
          model.erase(model.lower_bound(from), model.end());
          break;
        }
        default: {
          const auto upto = base + rng.below(last - base + 1);
          log.compact(Index{upto});
          model.erase(model.begin(), model.lower_bound(upto));
        }
      }
      ASSERT_EQ(log.first().value, model.begin()->first + 1) << "seed " << seed;
      ASSERT_EQ(log.last().value, model.rbegin()->first) << "seed " << seed;
      ASSERT_EQ(log.last_term().value, model.rbegin()->second) << "seed " << seed;
      for (std::uint64_t at = 0; at <= model.rbegin()->first + 1; ++at) {
        const auto known = model.find(at);
        const auto found = log.term_at(Index{at});
        ASSERT_EQ(found.has_value(), known != model.end()) << "seed " << seed << " index " << at;
        ASSERT_EQ(found.value_or(Term{}).value, found ? known->second : 0)
            << "seed " << seed << " index " << at;
      }
    }
  }
}

}  // namespace
}  // namespace plumbline::raft
