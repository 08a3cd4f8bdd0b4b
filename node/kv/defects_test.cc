// Goal: each planted bug breaks the promise that it says, and nothing breaks without it.
// Method: the same few commands with the defect and without; only the latter keeps the promise.
#include "node/kv/defects.h"

#include <gtest/gtest.h>

#include "node/kv/state_machine.h"

namespace plumbline::kv {
namespace {

struct Promise {
  const char* defect;
  bool (*is_kept)(Defects);
};

struct Planted : StateMachine {
  using StateMachine::StateMachine;
  Outcome run(const Command& command) { return apply(applied() + 1, command); }
  std::uint64_t open_session() { return run({.op = Op::register_session}).revision; }
  /// A node that starts from this one's snapshot.
  Planted restarted(Defects defects) const {
    Planted other(defects);
    EXPECT_TRUE(other.restore(snapshot()));
    return other;
  }
  std::size_t length(const std::string& key) const {
    const Item* item = get(key);
    return item ? std::get<List>(item->value).size() : 0;
  }
};

Command appended(std::uint64_t session, std::uint64_t sequence) {
  return {.op = Op::append, .key = "a", .value = "1", .session = session, .sequence = sequence};
}
Command swap(std::optional<std::string> expected, std::string value) {
  return {.op = Op::compare_and_set,
          .key = "a",
          .value = std::move(value),
          .expected = std::move(expected)};
}

bool copies_count_once(Defects defects) {
  Planted machine(defects);
  const auto session = machine.open_session();
  machine.run(appended(session, 1));
  machine.run(appended(session, 1));
  return machine.length("a") == 1;
}

bool copies_count_once_after_a_snapshot(Defects defects) {
  Planted machine(defects);
  const auto session = machine.open_session();
  machine.run(appended(session, 1));
  Planted other = machine.restarted(defects);
  other.run(appended(session, 1));
  return other.length("a") == 1;
}

bool copies_are_answered_alike(Defects defects) {
  Planted machine(defects);
  const auto session = machine.open_session();
  Command command = swap("7", "8");
  command.session = session;
  command.sequence = 1;
  const Outcome first = machine.run(command);
  return machine.run(command) == first;
}

bool a_snapshot_replaces_the_state(Defects defects) {
  Planted machine(defects);
  machine.run({.op = Op::put, .key = "a", .value = "1"});
  Planted behind = machine;
  machine.run({.op = Op::remove, .key = "a"});
  EXPECT_TRUE(behind.restore(machine.snapshot()));
  return behind.get("a") == nullptr;
}

bool nodes_agree_on_who_is_forgotten(Defects defects) {
  Planted one(defects);
  Planted other(defects);
  one.notice({.node = 1});
  other.notice({.node = 2});
  for (int i = 0; i < 30; ++i) {
    one.open_session();
    other.open_session();
  }
  return one.hash() == other.hash();
}

bool what_expects_nothing_overwrites_nothing(Defects defects) {
  Planted machine(defects);
  machine.run(swap({}, "1"));
  return machine.run(swap({}, "2")).code == Code::mismatch;
}

bool what_is_refused_changes_nothing(Defects defects) {
  Planted machine(defects);
  machine.run(swap({}, "1"));
  EXPECT_EQ(machine.run(swap("7", "2")).code, Code::mismatch);
  return std::get<std::string>(machine.get("a")->value) == "1";
}

bool lists_outlive_a_restart(Defects defects) {
  Planted machine(defects);
  machine.run(appended(0, 0));
  machine.run(appended(0, 0));
  return machine.restarted(defects).length("a") == 2;
}

bool a_local_clock_does_not_matter(Defects defects) {
  Planted machine(defects);
  const auto session = machine.open_session();
  machine.notice({.wall_ms = 2 * k_session_lifetime_ms});
  return machine.run(appended(session, 1)).code == Code::ok;
}

class EachPlantedBug : public ::testing::TestWithParam<Promise> {};

TEST_P(EachPlantedBug, BreaksItsPromise) {
  const auto [defect, is_kept] = GetParam();
  EXPECT_TRUE(is_kept({}));
  EXPECT_EQ(is_kept(Defects({defect})), !k_planted_compiled);
}

INSTANTIATE_TEST_SUITE_P(
    Kv, EachPlantedBug,
    ::testing::Values(Promise{"no-dedup", copies_count_once},
                      Promise{"dedup-lost-in-snapshot", copies_count_once_after_a_snapshot},
                      Promise{"session-answer-wrong", copies_are_answered_alike},
                      Promise{"snapshot-merge", a_snapshot_replaces_the_state},
                      Promise{"nondeterministic-apply", nodes_agree_on_who_is_forgotten},
                      Promise{"cas-ignores-expected", what_expects_nothing_overwrites_nothing},
                      Promise{"failed-cas-writes", what_is_refused_changes_nothing},
                      Promise{"append-lost-on-restore", lists_outlive_a_restart},
                      Promise{"expiry-by-local-clock", a_local_clock_does_not_matter}),
    [](const auto& promise) {
      std::string name = promise.param.defect;
      for (char& c : name)
        if (c == '-') c = '_';
      return name;
    });

}  // namespace
}  // namespace plumbline::kv
