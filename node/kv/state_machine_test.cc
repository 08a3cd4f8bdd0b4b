// Goal: each command does what state_machine.h says, and sessions make it happen once.
// Method: one promise a case, on a state machine that numbers its entries by itself.
#include "node/kv/state_machine.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "node/kv/bytes.h"

namespace plumbline::kv {
namespace {

struct Machine : StateMachine {
  Outcome run(const Command& command) { return apply(applied() + 1, command); }
  std::uint64_t open_session(std::uint64_t time_ms = 0) {
    return run({.op = Op::register_session, .time_ms = time_ms}).revision;
  }
  std::string text(const std::string& key) const {
    const Item* item = get(key);
    return item ? std::get<std::string>(item->value) : "(none)";
  }
};

Command put(std::string key, std::string value) {
  return {.op = Op::put, .key = std::move(key), .value = std::move(value)};
}
Command remove(std::string key) { return {.op = Op::remove, .key = std::move(key)}; }
Command append(std::string key, std::string value) {
  return {.op = Op::append, .key = std::move(key), .value = std::move(value)};
}
Command cas(std::string key, std::optional<std::string> expected, std::string value) {
  return {.op = Op::compare_and_set,
          .key = std::move(key),
          .value = std::move(value),
          .expected = std::move(expected)};
}
Command in_session(Command command, std::uint64_t session, std::uint64_t sequence,
                   std::uint64_t ack_below = 0, std::uint64_t time_ms = 0) {
  command.session = session;
  command.sequence = sequence;
  command.ack_below = ack_below;
  command.time_ms = time_ms;
  return command;
}
Outcome outcome(Code code, std::optional<Stored> value, std::uint64_t revision) {
  return {code, std::move(value), revision};
}

TEST(StateMachine, PutStoresAndStampsTheRevision) {
  Machine machine;
  EXPECT_EQ(machine.run(put("a", "1")), outcome(Code::ok, {}, 1));
  EXPECT_EQ(machine.run(put("a", "2")), outcome(Code::ok, {}, 2));
  EXPECT_EQ(machine.text("a"), "2");
  EXPECT_EQ(machine.get("a")->revision, 2U);
  EXPECT_EQ(machine.get("b"), nullptr);
}

TEST(StateMachine, RemoveGivesWhatWasThere) {
  Machine machine;
  EXPECT_EQ(machine.run(remove("a")), outcome(Code::not_found, {}, 0));
  machine.run(put("a", "1"));
  EXPECT_EQ(machine.run(remove("a")), outcome(Code::ok, "1", 3));
  EXPECT_EQ(machine.get("a"), nullptr);
  machine.run(append("l", "x"));
  EXPECT_EQ(machine.run(remove("l")), outcome(Code::ok, List{"x"}, 5));
}

TEST(StateMachine, CompareAndSetChangesOnlyWhatIsAsExpected) {
  Machine machine;
  EXPECT_EQ(machine.run(cas("a", "0", "1")), outcome(Code::mismatch, {}, 0)) << "no such key";
  EXPECT_EQ(machine.run(cas("a", {}, "1")), outcome(Code::ok, {}, 2)) << "expected to be absent";
  EXPECT_EQ(machine.run(cas("a", {}, "2")), outcome(Code::mismatch, "1", 2));
  EXPECT_EQ(machine.run(cas("a", "0", "2")), outcome(Code::mismatch, "1", 2));
  EXPECT_EQ(machine.run(cas("a", "1", "2")), outcome(Code::ok, {}, 5));
  EXPECT_EQ(machine.text("a"), "2");
}

TEST(StateMachine, AnEmptyTextIsNotAnAbsentKey) {
  Machine machine;
  EXPECT_EQ(machine.run(cas("a", "", "1")).code, Code::mismatch);
  machine.run(put("a", ""));
  EXPECT_EQ(machine.run(cas("a", {}, "1")), outcome(Code::mismatch, "", 2));
  EXPECT_EQ(machine.run(cas("a", "", "1")).code, Code::ok);
}

TEST(StateMachine, AppendMakesAndExtendsAList) {
  Machine machine;
  EXPECT_EQ(machine.run(append("l", "x")), outcome(Code::ok, {}, 1));
  EXPECT_EQ(machine.run(append("l", "y")), outcome(Code::ok, {}, 2));
  EXPECT_EQ(machine.get("l")->value, Stored(List({"x", "y"})));
  EXPECT_EQ(machine.get("l")->revision, 2U);
}

TEST(StateMachine, TextsAndListsDoNotMix) {
  Machine machine;
  machine.run(put("t", "1"));
  machine.run(append("l", "x"));
  EXPECT_EQ(machine.run(append("t", "y")), outcome(Code::wrong_type, "1", 1));
  EXPECT_EQ(machine.run(cas("l", "x", "y")), outcome(Code::wrong_type, List{"x"}, 2));
  EXPECT_EQ(machine.run(cas("l", {}, "y")), outcome(Code::wrong_type, List{"x"}, 2));
  EXPECT_EQ(machine.run(put("l", "1")).code, Code::ok) << "put replaces a list";
  EXPECT_EQ(machine.text("l"), "1");
}

TEST(StateMachine, RefusedCommandsChangeNothing) {
  Machine machine;
  machine.run(put("t", "1"));
  machine.run(append("l", "x"));
  const auto items = machine.items();
  for (const Command& command :
       {cas("t", "0", "2"), cas("n", "0", "2"), append("t", "2"), cas("l", {}, "2"), remove("n")})
    EXPECT_NE(machine.run(command).code, Code::ok);
  ASSERT_EQ(machine.items().size(), items.size());
  for (const auto& [key, item] : items) {
    EXPECT_EQ(machine.get(key)->value, item.value);
    EXPECT_EQ(machine.get(key)->revision, item.revision);
  }
}

TEST(StateMachine, SkipMovesAppliedAlone) {
  Machine machine;
  machine.run(put("a", "1"));
  machine.skip(7);
  EXPECT_EQ(machine.applied(), 7U);
  EXPECT_EQ(machine.items().size(), 1U);
}

TEST(StateMachineDeathTest, AnEntryIsNotAppliedTwice) {
  Machine machine;
  machine.skip(7);
  EXPECT_DEATH(machine.skip(7), "in the order of the log");
  EXPECT_DEATH(machine.apply(6, put("a", "1")), "in the order of the log");
}

// ---- Sessions -----------------------------------------------------------------------------------

TEST(Sessions, AreNamedByTheirEntry) {
  Machine machine;
  machine.skip(41);
  EXPECT_EQ(machine.open_session(), 42U);
  EXPECT_EQ(machine.open_session(), 43U);
  EXPECT_EQ(machine.sessions(), 2U);
}

TEST(Sessions, ACopyGetsTheFirstOnesOutcomeAndDoesNothing) {
  Machine machine;
  const auto session = machine.open_session();
  const Command first = in_session(append("l", "x"), session, 1);
  const Outcome answer = machine.run(first);
  EXPECT_EQ(answer, outcome(Code::ok, {}, 2));
  machine.run(put("other", "1"));
  EXPECT_EQ(machine.run(first), answer);
  EXPECT_EQ(machine.get("l")->value, Stored(List{"x"}));
}

TEST(Sessions, RefusalsAreRememberedToo) {
  Machine machine;
  const auto session = machine.open_session();
  const Command command = in_session(cas("a", "0", "1"), session, 1);
  EXPECT_EQ(machine.run(command).code, Code::mismatch);
  machine.run(put("a", "0"));
  EXPECT_EQ(machine.run(command).code, Code::mismatch) << "the copy may not succeed later";
  EXPECT_EQ(machine.text("a"), "0");
}

TEST(Sessions, SequencesOfTwoSessionsAreApart) {
  Machine machine;
  const auto one = machine.open_session();
  const auto two = machine.open_session();
  machine.run(in_session(append("l", "x"), one, 1));
  machine.run(in_session(append("l", "y"), two, 1));
  EXPECT_EQ(machine.get("l")->value, Stored(List({"x", "y"})));
}

TEST(Sessions, CommandsOfOneSessionMayComeInAnyOrder) {
  Machine machine;
  const auto session = machine.open_session();
  machine.run(in_session(append("l", "c"), session, 3, 1));
  machine.run(in_session(append("l", "a"), session, 1, 1));
  machine.run(in_session(append("l", "b"), session, 2, 1));
  machine.run(in_session(append("l", "c"), session, 3, 1));
  EXPECT_EQ(machine.get("l")->value, Stored(List({"c", "a", "b"})));
}

TEST(Sessions, AcknowledgedAnswersAreForgottenAndNeverRepeated) {
  Machine machine;
  const auto session = machine.open_session();
  const Command first = in_session(append("l", "x"), session, 1);
  machine.run(first);
  machine.run(in_session(append("l", "y"), session, 2, 2));
  EXPECT_EQ(machine.run(first).code, Code::sequence_forgotten);
  EXPECT_EQ(machine.run(in_session(append("l", "y"), session, 2, 2)).code, Code::ok);
  EXPECT_EQ(machine.get("l")->value, Stored(List({"x", "y"})));
}

TEST(Sessions, ALateCopyDoesNotMoveTheMarkBack) {
  Machine machine;
  const auto session = machine.open_session();
  machine.run(in_session(append("l", "x"), session, 5, 5));
  EXPECT_EQ(machine.run(in_session(append("l", "y"), session, 4, 1)).code,
            Code::sequence_forgotten);
  EXPECT_EQ(machine.get("l")->value, Stored(List{"x"}));
}

TEST(Sessions, WithoutASessionEveryCopyIsApplied) {
  Machine machine;
  Command command = append("l", "x");
  command.sequence = 1;
  machine.run(command);
  machine.run(command);
  EXPECT_EQ(std::get<List>(machine.get("l")->value).size(), 2U);
}

TEST(Sessions, AnUnknownSessionIsRefusedAndNotMade) {
  Machine machine;
  EXPECT_EQ(machine.run(in_session(put("a", "1"), 99, 1)).code, Code::session_expired);
  EXPECT_EQ(machine.get("a"), nullptr);
  EXPECT_EQ(machine.sessions(), 0U);
}

TEST(Sessions, AnEndedSessionIsGone) {
  Machine machine;
  const auto session = machine.open_session();
  const Command end{.op = Op::end_session, .session = session};
  EXPECT_EQ(machine.run(end), outcome(Code::ok, {}, session));
  EXPECT_EQ(machine.run(end).code, Code::session_expired);
  EXPECT_EQ(machine.run(in_session(put("a", "1"), session, 1)).code, Code::session_expired);
}

TEST(Sessions, ExpireWhenTheLogsTimeHasPassedTheirLifetime) {
  Machine machine;
  const auto session = machine.open_session(1000);
  const auto at = [&](std::uint64_t sequence, std::uint64_t time_ms) {
    return machine.run(in_session(put("a", "1"), session, sequence, 0, time_ms)).code;
  };
  EXPECT_EQ(at(1, 1000 + k_session_lifetime_ms), Code::ok) << "to the last millisecond";
  EXPECT_EQ(at(2, 1000 + 2 * k_session_lifetime_ms), Code::ok) << "use keeps it alive";
  EXPECT_EQ(at(3, 1001 + 3 * k_session_lifetime_ms), Code::session_expired);
  EXPECT_EQ(at(3, 0), Code::session_expired) << "and it does not come back";
  EXPECT_EQ(machine.sessions(), 0U);
}

TEST(Sessions, TheLogsTimeNeverGoesBack) {
  Machine machine;
  const auto session = machine.open_session(k_session_lifetime_ms);
  // A new leader with a slow clock: its stamps count as "now".
  EXPECT_EQ(machine.run(in_session(put("a", "1"), session, 1, 0, 5)).code, Code::ok);
  EXPECT_EQ(machine.log_time_ms(), k_session_lifetime_ms);
  machine.run({.op = Op::put, .key = "b", .time_ms = UINT64_MAX});
  EXPECT_EQ(machine.sessions(), 0U);
  machine.open_session();
  EXPECT_EQ(machine.sessions(), 1U) << "the end of time does not stop us";
}

TEST(Sessions, ACopyCountsAsUse) {
  Machine machine;
  const auto session = machine.open_session(0);
  const auto at = [&](std::uint64_t time_ms) {
    return machine.run(in_session(append("l", "x"), session, 1, 0, time_ms)).code;
  };
  EXPECT_EQ(at(1), Code::ok);
  EXPECT_EQ(at(k_session_lifetime_ms), Code::ok);
  EXPECT_EQ(at(2 * k_session_lifetime_ms), Code::ok);
  EXPECT_EQ(machine.get("l")->value, Stored(List{"x"}));
}

TEST(Sessions, OneTooManyEndsTheLeastRecentlyUsed) {
  Machine machine;
  const auto oldest = machine.open_session(0);
  const auto second = machine.open_session(1);
  for (std::size_t i = 2; i < k_max_sessions; ++i) machine.open_session(2);
  EXPECT_EQ(machine.run(in_session(put("a", "1"), oldest, 1, 0, 3)).code, Code::ok);
  machine.open_session(4);
  EXPECT_EQ(machine.sessions(), k_max_sessions);
  EXPECT_EQ(machine.run(in_session(put("a", "2"), oldest, 2)).code, Code::ok);
  EXPECT_EQ(machine.run(in_session(put("a", "3"), second, 1)).code, Code::session_expired);
}

TEST(Sessions, AnswersOfAClientThatNeverAcknowledgesAreBounded) {
  Machine machine;
  const auto session = machine.open_session();
  for (std::uint64_t sequence = 1; sequence <= k_max_answers + 1; ++sequence)
    machine.run(in_session(append("l", "x"), session, sequence));
  EXPECT_EQ(machine.run(in_session(append("l", "x"), session, 1)).code, Code::sequence_forgotten);
  EXPECT_EQ(machine.run(in_session(append("l", "x"), session, 2)).code, Code::ok);
  EXPECT_EQ(std::get<List>(machine.get("l")->value).size(), k_max_answers + 1);
}

// ---- Snapshots ----------------------------------------------------------------------------------

Machine with_everything() {
  Machine machine;
  const auto session = machine.open_session(17);
  machine.run(put("text", "value"));
  machine.run(in_session(append("list", "x"), session, 4, 3));
  machine.run(in_session(cas("text", {}, "y"), session, 5, 3, 19));
  machine.run(in_session(cas("list", {}, "y"), session, 6, 3, 21));
  return machine;
}

TEST(Snapshots, BytesAreThoseOfTheFormat) {
  Machine machine;
  machine.run(append("k", "v"));
  machine.open_session(5);
  // magic, version, applied, time | 1 item: key, revision, list of 1 | 1 session: id, used, ack, 0
  const char bytes[] = "PLKV\x01\x02\x05\x01\x01k\x01\x01\x01\x01v\x01\x02\x05\x00\x00";
  EXPECT_EQ(machine.snapshot(), std::string(bytes, sizeof bytes - 1));
}

TEST(Snapshots, HoldEverything) {
  Machine machine = with_everything();
  Machine copy;
  copy.run(put("gone", "1"));
  ASSERT_TRUE(copy.restore(machine.snapshot()));
  EXPECT_EQ(copy.applied(), machine.applied());
  EXPECT_EQ(copy.log_time_ms(), 21U);
  EXPECT_EQ(copy.get("gone"), nullptr);
  EXPECT_EQ(copy.get("list")->value, Stored(List{"x"}));
  EXPECT_EQ(copy.snapshot(), machine.snapshot());
  EXPECT_EQ(copy.hash(), machine.hash());
  const Command again = in_session(append("list", "x"), 1, 4, 3);
  EXPECT_EQ(copy.run(again), machine.run(again)) << "answers are kept";
  EXPECT_EQ(copy.get("list")->value, Stored(List{"x"}));
  EXPECT_EQ(copy.run(in_session(put("a", "1"), 1, 2, 0)).code, Code::sequence_forgotten);
}

TEST(Snapshots, OfAnEmptyMachineRestoreToOne) {
  Machine machine = with_everything();
  ASSERT_TRUE(machine.restore(Machine().snapshot()));
  EXPECT_EQ(machine.applied(), 0U);
  EXPECT_TRUE(machine.items().empty());
  EXPECT_EQ(machine.sessions(), 0U);
  EXPECT_EQ(machine.hash(), Machine().hash());
}

TEST(Snapshots, AFailedRestoreChangesNothing) {
  const std::string bytes = with_everything().snapshot();
  Machine machine;
  machine.run(put("mine", "1"));
  const std::string before = machine.snapshot();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto status = machine.restore(bytes.substr(0, size));
    ASSERT_FALSE(status) << size;
    EXPECT_EQ(status.error().code, Error::Code::corrupt);
    EXPECT_EQ(machine.snapshot(), before);
  }
  EXPECT_FALSE(machine.restore(bytes + "x"));
  EXPECT_EQ(machine.snapshot(), before);
}

TEST(Snapshots, AnotherVersionIsNamed) {
  std::string bytes = Machine().snapshot();
  bytes[4] = 9;
  EXPECT_NE(Machine().restore(bytes).error().what.find("format 9"), std::string::npos);
}

// A snapshot whose parts are written by hand, to say what snapshot() never does.
struct Parts {
  std::uint64_t applied = 10, time = 100;
  std::vector<std::pair<std::string, std::uint64_t>> keys = {};        // and their revisions
  std::vector<std::pair<std::uint64_t, std::uint64_t>> sessions = {};  // and when last used
  std::string bytes() const {
    std::string out = "PLKV\x01";
    put_number(out, applied);
    put_number(out, time);
    put_number(out, keys.size());
    for (const auto& [key, revision] : keys) {
      put_text(out, key);
      put_number(out, revision);
      put_stored(out, Stored("v"));
    }
    put_number(out, sessions.size());
    for (const auto& [id, used] : sessions) {
      put_number(out, id);
      put_number(out, used);
      put_number(out, 0);
      put_number(out, 0);
    }
    return out;
  }
};

TEST(Snapshots, ThatCannotBeAreRefused) {
  Machine machine;
  EXPECT_TRUE(machine.restore(
      Parts{.keys = {{"a", 1}, {"b", 10}}, .sessions = {{1, 0}, {10, 100}}}.bytes()));
  EXPECT_FALSE(machine.restore(Parts{.keys = {{"b", 1}, {"a", 2}}}.bytes())) << "order";
  EXPECT_FALSE(machine.restore(Parts{.keys = {{"a", 1}, {"a", 2}}}.bytes())) << "twice";
  EXPECT_FALSE(machine.restore(Parts{.keys = {{"a", 11}}}.bytes())) << "from the future";
  EXPECT_FALSE(machine.restore(Parts{.keys = {{"a", 0}}}.bytes())) << "never written";
  EXPECT_FALSE(machine.restore(Parts{.sessions = {{2, 0}, {1, 0}}}.bytes())) << "order";
  EXPECT_FALSE(machine.restore(Parts{.sessions = {{11, 0}}}.bytes())) << "from the future";
  EXPECT_FALSE(machine.restore(Parts{.sessions = {{0, 0}}}.bytes())) << "0 is no session";
  EXPECT_FALSE(machine.restore(Parts{.sessions = {{1, 101}}}.bytes())) << "used in the future";
  EXPECT_FALSE(
      machine.restore(Parts{.time = k_session_lifetime_ms + 1, .sessions = {{1, 0}}}.bytes()))
      << "expired";
}

// ---- Hash ---------------------------------------------------------------------------------------

TEST(Hash, IsTheSameOnEveryMachine) {
  EXPECT_EQ(Machine().hash(), 18331917359114595262U);
  EXPECT_EQ(with_everything().hash(), 5459118242692880307U);
}

TEST(Hash, SeesEveryPartOfTheState) {
  const auto hash_after = [](std::initializer_list<Command> commands) {
    Machine machine;
    for (const Command& command : commands) machine.run(command);
    machine.skip(10);
    return machine.hash();
  };
  const Command open{.op = Op::register_session};
  const std::vector<std::uint64_t> hashes = {
      hash_after({}),
      hash_after({put("a", "1")}),
      hash_after({put("a", "2")}),
      hash_after({put("b", "1")}),
      hash_after({append("a", "1")}),
      hash_after({append("a", "1"), append("a", "2")}),
      hash_after({append("a", "2"), append("a", "1")}),
      hash_after({put("a", "1"), put("a", "1")}),
      hash_after({put("a", "1"), put("b", "2")}),
      hash_after({put("a", "2"), put("b", "1")}),
      hash_after({open}),
      hash_after({open, in_session(remove("n"), 1, 1)}),
      hash_after({open, in_session(remove("n"), 1, 2)}),
      hash_after({open, in_session(remove("n"), 1, 2, 1)}),
      hash_after({{.op = Op::remove, .time_ms = 5}}),
  };
  for (std::size_t i = 0; i < hashes.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(hashes[i], hashes[j]) << i << " and " << j;
}

TEST(Hash, ForgetsWhatWasRemoved) {
  Machine machine;
  machine.run(put("a", "1"));
  machine.run(append("l", "x"));
  machine.run(append("l", "y"));
  machine.run(remove("a"));
  machine.run(remove("l"));
  Machine fresh;
  fresh.skip(machine.applied());
  EXPECT_EQ(machine.hash(), fresh.hash());
}

TEST(StateMachine, HashesAtCommonIndexesAreKeptForComparison) {
  Machine one, other;
  for (std::uint64_t i = 1; i <= 3 * k_hash_interval + 7; ++i) {
    one.run(put(str("k", i % 10), str(i)));
    if (i <= 2 * k_hash_interval + 1)
      other.run(put(i == 300 ? "elsewhere" : str("k", i % 10), str(i)));
  }
  ASSERT_EQ(one.recent_hashes().size(), 3U);
  ASSERT_EQ(other.recent_hashes().size(), 2U);
  EXPECT_EQ(one.recent_hashes().at(k_hash_interval), other.recent_hashes().at(k_hash_interval));
  EXPECT_NE(one.recent_hashes().at(2 * k_hash_interval),
            other.recent_hashes().at(2 * k_hash_interval));
  EXPECT_EQ(one.hash(), [&] {
    Machine copy;
    EXPECT_TRUE(copy.restore(one.snapshot()));
    EXPECT_TRUE(copy.recent_hashes().empty());
    return copy.hash();
  }()) << "the record is no part of the state";
  while (one.applied() < (k_hashes_kept + 9) * k_hash_interval) one.skip(one.applied() + 1);
  EXPECT_EQ(one.recent_hashes().size(), k_hashes_kept);
  EXPECT_EQ(one.recent_hashes().rbegin()->first, one.applied());
}

}  // namespace
}  // namespace plumbline::kv
