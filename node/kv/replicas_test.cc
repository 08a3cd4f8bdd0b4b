// Goal: replicas that apply the same log stay the same to the last byte, whatever snapshots they
// were restored from; and a command of a session happens at most once. Method: random logs over
// seeds, against a second replica and against a simple model.
#include <gtest/gtest.h>

#include "node/kv/state_machine.h"
#include "node/kv/testing.h"

namespace plumbline::kv {
namespace {

// A random log: commands with gaps (no-ops), copies of earlier ones, and time that jumps.
std::vector<std::pair<std::uint64_t, Command>> random_log(Rng& rng, std::size_t length) {
  std::vector<std::pair<std::uint64_t, Command>> log;
  std::uint64_t index = 0;
  std::uint64_t time_ms = rng.below(1000);
  while (log.size() < length) {
    index += 1 + (rng.chance(0.1) ? rng.below(3) : 0);
    time_ms += rng.chance(0.02) ? rng.below(2 * k_session_lifetime_ms) : rng.below(20);
    if (!log.empty() && rng.chance(0.2))
      log.emplace_back(index, rng.pick(log).second);
    else
      log.emplace_back(index,
                       testing::likely_command(rng, std::min<std::uint64_t>(index, 60), time_ms));
  }
  return log;
}

TEST(Replicas, StayEqualAcrossSnapshots) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    StateMachine one;
    StateMachine two;
    for (const auto& [index, command] : random_log(rng, 300)) {
      ASSERT_EQ(one.apply(index, command), two.apply(index, command)) << "seed " << seed;
      if (rng.chance(0.03)) {
        StateMachine restored;
        ASSERT_TRUE(restored.restore(one.snapshot())) << "seed " << seed;
        two = std::move(restored);
      }
      ASSERT_EQ(one.hash(), two.hash()) << "seed " << seed << " index " << index;
    }
    ASSERT_EQ(one.snapshot(), two.snapshot()) << "seed " << seed;
    ASSERT_EQ(one.sessions(), two.sessions()) << "seed " << seed;
  }
}

TEST(Replicas, TheHashKeptUpToDateIsThatOfTheState) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    StateMachine machine;
    for (const auto& [index, command] : random_log(rng, 100)) machine.apply(index, command);
    StateMachine restored;  // computes its hash anew
    ASSERT_TRUE(restored.restore(machine.snapshot()));
    ASSERT_EQ(restored.hash(), machine.hash()) << "seed " << seed;
  }
}

TEST(Replicas, ThatDifferInOneCommandDifferInTheirHash) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const auto log = random_log(rng, 60);
    const std::size_t odd = rng.below(log.size());
    StateMachine one;
    StateMachine two;
    for (std::size_t i = 0; i < log.size(); ++i) {
      const auto& [index, command] = log[i];
      one.apply(index, command);
      if (i == odd)
        two.skip(index);
      else
        two.apply(index, command);
    }
    ASSERT_EQ(one.snapshot() == two.snapshot(), one.hash() == two.hash()) << "seed " << seed;
  }
}

TEST(Replicas, DuplicatesApplyOnce) {
  // Every append carries a text of its own; the log holds each up to four times, in any order that
  // a client could cause. Each text must be in the list once, and every copy's answer be the same.
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    StateMachine machine;
    const std::uint64_t session = machine.apply(1, {.op = Op::register_session}).revision;
    std::vector<std::uint64_t> sends;
    for (std::uint64_t sequence = 1; sequence <= 30; ++sequence)
      for (std::uint64_t copies = rng.below(4) + 1; copies > 0; --copies) sends.push_back(sequence);
    rng.shuffle(sends);
    std::map<std::uint64_t, Outcome> answers;
    for (const std::uint64_t sequence : sends) {
      const Outcome outcome = machine.apply(machine.applied() + 1, {.op = Op::append,
                                                                    .key = "l",
                                                                    .value = str(sequence),
                                                                    .session = session,
                                                                    .sequence = sequence});
      const auto [first, is_new] = answers.emplace(sequence, outcome);
      ASSERT_EQ(outcome, first->second) << "seed " << seed;
      if (rng.chance(0.1)) {
        StateMachine restored;
        ASSERT_TRUE(restored.restore(machine.snapshot()));
        machine = restored;
      }
    }
    const List& list = std::get<List>(machine.get("l")->value);
    ASSERT_EQ(std::set<std::string>(list.begin(), list.end()).size(), 30U) << "seed " << seed;
    ASSERT_EQ(list.size(), 30U) << "seed " << seed;
  }
}

TEST(Replicas, AcknowledgingClientsNeverSeeACommandTwice) {
  // A client as it should be: it acknowledges what it has, retries what it has not, and old copies
  // still wander in the network.
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    StateMachine machine;
    const std::uint64_t session = machine.apply(1, {.op = Op::register_session}).revision;
    std::vector<Command> sent;
    for (std::uint64_t sequence = 1; sequence <= 60; ++sequence) {
      sent.push_back({.op = Op::append,
                      .key = "l",
                      .value = str(sequence),
                      .session = session,
                      .sequence = sequence,
                      .ack_below = sequence});
      EXPECT_EQ(machine.apply(machine.applied() + 1, sent.back()).code, Code::ok);
      while (rng.chance(0.5)) {
        const Command& copy = rng.pick(sent);
        const Code code = machine.apply(machine.applied() + 1, copy).code;
        ASSERT_EQ(code, copy.sequence == sequence ? Code::ok : Code::sequence_forgotten);
      }
    }
    ASSERT_EQ(std::get<List>(machine.get("l")->value).size(), 60U) << "seed " << seed;
  }
}

TEST(Replicas, DamagedSnapshotsAreRefusedOrAreSnapshotsThemselves) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    StateMachine machine;
    for (const auto& [index, command] : random_log(rng, 20)) machine.apply(index, command);
    const std::string bytes = testing::damage(machine.snapshot(), rng);
    StateMachine restored;
    if (restored.restore(bytes)) {
      ASSERT_EQ(restored.snapshot(), bytes) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace plumbline::kv
