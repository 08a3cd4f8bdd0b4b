// Goal: the catalogue is whole, and each of the replica's own bugs breaks a promise that is kept
// without it. Method: for those, one replica of three with a shell in the test's hand.
#include "node/replica/defects.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "node/raft/defects.h"
#include "node/replica/testing.h"

namespace plumbline::replica {
namespace {

using proto::Code;
using proto::Op;
using raft::Index;
using raft::NodeId;
using raft::Term;

TEST(Catalogue, EveryDefectHasOneNameAnAccountASourceAKindAndAHunt) {
  std::set<std::string_view> names;
  for (const PlantedDefect& defect : all_planted_defects()) {
    SCOPED_TRACE(defect.name);
    EXPECT_TRUE(names.insert(defect.name).second);
    EXPECT_EQ(defect.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos);
    EXPECT_FALSE(defect.what.empty());
    EXPECT_FALSE(defect.model.empty());
    EXPECT_FALSE(defect.hunt.workload.empty());
    EXPECT_FALSE(defect.hunt.faults.empty());
    EXPECT_EQ(defect.kind == DefectKind::liveness && defect.visible == Visible::in_history, false);
  }
  EXPECT_EQ(names.empty(), !k_planted_compiled);
}

TEST(Catalogue, EveryKindHasSome) {
  if (!k_planted_compiled) GTEST_SKIP() << "a build without defects";
  std::map<DefectKind, int> count;
  for (const PlantedDefect& defect : all_planted_defects()) ++count[defect.kind];
  EXPECT_EQ(count.size(), 10U);
  for (const auto& [kind, number] : count) EXPECT_GE(number, 3) << to_string(kind);
  EXPECT_GE(all_planted_defects().size(), 60U);
}

TEST(Catalogue, EachPartsDefectsAreInItWithAHuntOfTheirOwn) {
  const auto all = all_planted_defects();
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &PlantedDefect::kind))
      << "a defect that no row of the catalogue names comes last";
  if (!k_planted_compiled) return;
  const auto has = [&](const auto& bugs) {
    for (const auto& bug : bugs)
      EXPECT_TRUE(std::ranges::count(all, std::string_view(bug.name), &PlantedDefect::name) == 1)
          << bug.name;
  };
  has(raft::all_defects());
  has(kv::planted_bugs());
  has(store::planted_bugs());
  has(planted_bugs());
}

TEST(Catalogue, AnUnknownNameIsToldWithTheNearest) {
  const auto status = check_defects({"no-dedupp"});
  ASSERT_FALSE(status);
  if (k_planted_compiled)
    EXPECT_EQ(status.error().what, "no defect is called no-dedupp; did you mean no-dedup?");
  else
    EXPECT_EQ(status.error().code, Error::Code::unavailable);
  EXPECT_TRUE(check_defects({}));
}

TEST(Catalogue, TheCoreIsToldOfItsOwnDefectsOnly) {
  EXPECT_EQ(raft_part_of({"no-dedup", "read-local-leader", "ack-before-commit"}),
            std::set<std::string>{"read-local-leader"});
}

/// One of three, which leads once n2 has voted for it.
struct World {
  explicit World(const std::set<std::string>& defects, raft::Restored restored = {},
                 kv::StateMachine machine = kv::StateMachine{}) {
    Options options;
    options.raft.id = NodeId{1};
    options.raft.first.voters = {NodeId{1}, NodeId{2}, NodeId{3}};
    options.raft.defects = defects;
    options.snapshot_every = 4;
    replica.emplace(options, std::move(restored), std::move(machine), 0, shell);
  }
  void sync() {
    while (!shell.persists.empty()) {
      const auto number = shell.persists.back().number;
      shell.persists.clear();
      replica->persisted(number);
    }
  }
  void lead() {
    shell.time += 1s;
    replica->tick();
    const Term term{replica->raft().status().term.value + 1};
    receive(term, raft::VoteResponse{.pre_vote = true, .granted = true});
    sync();
    receive(term, raft::VoteResponse{.pre_vote = false, .granted = true});
    sync();
    EXPECT_EQ(replica->status().role, raft::Role::leader);
  }
  void receive(Term term, decltype(raft::Message::body) body) {
    replica->receive({NodeId{2}, NodeId{1}, term, std::move(body)});
  }
  void acknowledge_all() {
    raft::AppendResponse response;
    response.success = true;
    response.match = replica->raft().status().last_index;
    receive(replica->status().term, response);
  }
  void echo() {
    for (const raft::Message& message : shell.sent)
      if (const auto* beat = std::get_if<raft::Heartbeat>(&message.body))
        last_round = std::max(last_round, beat->round);
    receive(replica->status().term, raft::HeartbeatResponse{last_round});
  }
  std::uint64_t ask(proto::Request request) {
    replica->ask(std::move(request), {answers, ++asked});
    replica->flush();
    return asked;
  }
  std::uint64_t put(std::string value) {
    return ask({.op = Op::put, .key = "k", .value = std::move(value)});
  }
  const proto::Reply* reply(std::uint64_t request) const {
    const auto found = answers->replies.find(request);
    return found == answers->replies.end() ? nullptr : &found->second.front();
  }
  /// Another leader of a higher term puts `count` entries in place of all after the first one, and
  /// they are committed.
  void deposed_by(std::uint64_t count) {
    const Term term{replica->status().term.value + 1};
    raft::AppendRequest append;
    append.previous_index = Index{1};
    append.previous_term = Term{1};
    for (std::uint64_t i = 0; i < count; ++i)
      append.entries.push_back(std::make_shared<const raft::Entry>(
          raft::Entry{term, Index{2 + i}, raft::EntryType::command,
                      kv::encode({.op = kv::Op::put, .key = "k", .value = "other"})}));
    append.commit = Index{1 + count};
    receive(term, append);
    sync();
  }

  testing::FakeShell shell;
  std::optional<Replica> replica;
  std::shared_ptr<testing::Answers> answers = std::make_shared<testing::Answers>();
  std::uint64_t asked = 0;
  raft::Round last_round;
};

using Names = std::set<std::string>;
struct Promise {
  const char* defect;
  bool (*is_kept)(const Names&);
};

bool a_write_is_answered_when_it_is_committed(const Names& defects) {
  World world(defects);
  world.lead();
  world.acknowledge_all();
  return world.reply(world.put("v")) == nullptr;
}

bool a_read_sees_what_earlier_leaders_committed(const Names& defects) {
  raft::Restored restored;
  restored.hard_state = {Term{1}, NodeId{1}};
  restored.entries.push_back(std::make_shared<const raft::Entry>(
      raft::Entry{Term{1}, Index{1}, raft::EntryType::command,
                  kv::encode({.op = kv::Op::put, .key = "k", .value = "v"})}));
  World world(defects, restored);
  world.lead();
  const auto read = world.ask({.op = Op::get, .key = "k"});
  world.acknowledge_all();
  world.echo();
  const auto* reply = world.reply(read);
  EXPECT_NE(reply, nullptr);
  return reply != nullptr && reply->code == Code::ok;
}

bool what_may_still_be_done_is_not_denied(const Names& defects) {
  World world(defects);
  world.lead();
  world.acknowledge_all();
  const auto write = world.put("v");
  world.receive(Term{9}, raft::Heartbeat{});
  world.sync();
  return world.reply(write) == nullptr;
}

bool what_another_leader_replaced_is_not_ok(const Names& defects) {
  World world(defects);
  world.lead();
  world.acknowledge_all();
  const auto write = world.put("v");
  world.deposed_by(1);
  const auto* reply = world.reply(write);
  EXPECT_NE(reply, nullptr);
  return reply != nullptr && reply->code == Code::not_leader;
}

bool nobody_reads_from_a_node_that_just_started(const Names& defects) {
  World world(defects);
  const auto* reply = world.reply(world.ask({.op = Op::get, .key = "k"}));
  return reply != nullptr && reply->code == Code::not_leader;
}

bool a_follower_reads_nothing_from_itself(const Names& defects) {
  World world(defects);
  world.receive(Term{4}, raft::Heartbeat{});
  world.sync();
  const auto* reply = world.reply(world.ask({.op = Op::get, .key = "k"}));
  return reply != nullptr && reply->code == Code::not_leader;
}

/// Whether the snapshot made after nine entries holds what its label says: then a node that goes
/// on from it applies each entry once.
bool a_snapshot_is_what_its_label_says(const Names& defects) {
  World world(defects);
  world.lead();
  world.deposed_by(9);
  EXPECT_FALSE(world.shell.saves.empty());
  if (world.shell.saves.empty()) return false;
  const auto& [meta, state] = world.shell.saves.front();
  kv::StateMachine machine{kv::Defects(defects)};
  EXPECT_TRUE(machine.restore(state));
  return machine.applied() == meta.index.value;
}

class EachReplicaDefect : public ::testing::TestWithParam<Promise> {};

TEST_P(EachReplicaDefect, BreaksItsPromise) {
  const auto [defect, is_kept] = GetParam();
  EXPECT_TRUE(is_kept({}));
  EXPECT_EQ(is_kept({defect}), !k_planted_compiled);
}

INSTANTIATE_TEST_SUITE_P(
    Replica, EachReplicaDefect,
    ::testing::Values(Promise{"ack-before-commit", a_write_is_answered_when_it_is_committed},
                      Promise{"read-before-apply", a_read_sees_what_earlier_leaders_committed},
                      Promise{"definite-error-for-lost-proposal",
                              what_may_still_be_done_is_not_denied},
                      Promise{"reply-mixed-up", what_another_leader_replaced_is_not_ok},
                      Promise{"serve-before-catchup", nobody_reads_from_a_node_that_just_started},
                      Promise{"stale-follower-read", a_follower_reads_nothing_from_itself},
                      Promise{"snapshot-ahead-of-state", a_snapshot_is_what_its_label_says},
                      Promise{"reapply-on-restart", a_snapshot_is_what_its_label_says}),
    [](const auto& promise) {
      std::string name = promise.param.defect;
      for (char& c : name)
        if (c == '-') c = '_';
      return name;
    });

}  // namespace
}  // namespace plumbline::replica
