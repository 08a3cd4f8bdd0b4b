// Goal: a replica answers each request once and truly, whatever the order of what the world brings.
// Method: one replica with a shell in the test's hand: alone (it elects itself), or as one of three
// whose peers' messages the test makes up.

#include "node/replica/replica.h"

#include <gtest/gtest.h>

#include "node/replica/testing.h"

namespace plumbline::replica {
namespace {

using proto::Code;
using proto::Op;
using raft::Index;
using raft::NodeId;
using raft::Term;
using testing::Answers;
using testing::FakeShell;

class OneReplica : public ::testing::Test {
 protected:
  void start(std::size_t voters, std::uint64_t snapshot_every = 1'000) {
    Options options;
    options.raft.id = NodeId{1};
    for (std::uint64_t id = 1; id <= voters; ++id) options.raft.first.voters.insert(NodeId{id});
    options.snapshot_every = snapshot_every;
    options.waiting_max = 4;
    replica.emplace(options, raft::Restored{}, kv::StateMachine{}, 0, shell);
  }
  void sync() {
    while (!shell.persists.empty()) {
      const auto number = shell.persists.back().number;
      shell.persists.clear();
      replica->persisted(number);
    }
  }
  void lead_alone() {
    shell.time += 1s;
    replica->tick();
    sync();
    ASSERT_EQ(replica->status().role, raft::Role::leader);
  }
  /// As one of three: n2 grants the votes and acknowledges the no-op.
  void lead_three() {
    shell.time += 1s;
    replica->tick();
    const Term term{1};
    receive(term, raft::VoteResponse{.pre_vote = true, .granted = true});
    sync();
    receive(term, raft::VoteResponse{.pre_vote = false, .granted = true});
    sync();
    ASSERT_EQ(replica->status().role, raft::Role::leader);
    acknowledge(1);
  }
  void receive(Term term, decltype(raft::Message::body) body, NodeId from = NodeId{2}) {
    replica->receive({from, NodeId{1}, term, std::move(body)});
  }
  void acknowledge(std::uint64_t index) {
    raft::AppendResponse response;
    response.success = true;
    response.match = Index{index};
    receive(replica->status().term, response);
  }
  std::uint64_t ask(proto::Request request) {
    replica->ask(std::move(request), {answers, ++asked});
    return asked;
  }
  std::uint64_t put(std::string key, std::string value) {
    return ask({.op = Op::put, .key = std::move(key), .value = std::move(value)});
  }
  std::uint64_t get(std::string key) { return ask({.op = Op::get, .key = std::move(key)}); }
  const proto::Reply* reply(std::uint64_t request) const {
    const auto found = answers->replies.find(request);
    if (found == answers->replies.end()) return nullptr;
    EXPECT_EQ(found->second.size(), 1U) << "request " << request << " was answered twice";
    return &found->second.front();
  }
  Code code(std::uint64_t request) const {
    const auto* found = reply(request);
    EXPECT_NE(found, nullptr) << "request " << request << " is not answered";
    return found == nullptr ? Code::invalid : found->code;
  }

  FakeShell shell;
  std::optional<Replica> replica;
  std::shared_ptr<Answers> answers = std::make_shared<Answers>();
  std::uint64_t asked = 0;
};

TEST_F(OneReplica, AWriteIsAnsweredWhenItIsDurableOnAMajorityAndNotBefore) {
  start(3);
  lead_three();
  const auto write = put("k", "v");
  replica->flush();
  EXPECT_EQ(reply(write), nullptr);
  sync();
  EXPECT_EQ(reply(write), nullptr) << "on one disk of three";
  acknowledge(2);
  EXPECT_EQ(code(write), Code::ok);
  EXPECT_EQ(reply(write)->revision, 2U);
}

TEST_F(OneReplica, AReadWaitsForAQuorumsEcho) {
  start(3);
  lead_three();
  const auto read = get("k");
  EXPECT_EQ(reply(read), nullptr);
  ASSERT_FALSE(shell.sent.empty());
  const auto* beat = std::get_if<raft::Heartbeat>(&shell.sent.back().body);
  ASSERT_NE(beat, nullptr);
  receive(Term{1}, raft::HeartbeatResponse{beat->round});
  EXPECT_EQ(code(read), Code::not_found);
}

TEST_F(OneReplica, AFollowerNamesTheLeader) {
  start(3);
  receive(Term{4}, raft::Heartbeat{});
  const auto write = put("k", "v");
  EXPECT_EQ(code(write), Code::not_leader);
  EXPECT_EQ(reply(write)->leader->id, 2U);
  EXPECT_EQ(reply(write)->leader->client_address, "node2:7001");
  EXPECT_EQ(code(get("k")), Code::not_leader);
}

TEST_F(OneReplica, AWriteWhoseEntryWasReplacedWasCertainlyNotDone) {
  start(3);
  lead_three();
  const auto write = put("k", "v");
  replica->flush();
  raft::AppendRequest append{Index{1}, Term{1}, {}, Index{2}, raft::Round{1}};
  append.entries.push_back(std::make_shared<const raft::Entry>(
      raft::Entry{Term{2}, Index{2}, raft::EntryType::no_op, ""}));
  receive(Term{2}, append);
  EXPECT_EQ(code(write), Code::not_leader);
}

TEST_F(OneReplica, AWriteWhoseFateStaysUnknownIsSaidToBe) {
  start(3);
  lead_three();
  const auto write = put("k", "v");
  replica->flush();
  receive(Term{2}, raft::Heartbeat{});
  EXPECT_EQ(reply(write), nullptr) << "the next leader may still decide it";
  shell.time += 2s;
  replica->tick();
  EXPECT_EQ(code(write), Code::unknown_outcome);
}

TEST_F(OneReplica, TooManyWaitingRequestsAreRefusedAtOnce) {
  start(3);
  lead_three();
  for (int i = 0; i < 4; ++i) put("k", "v");
  EXPECT_EQ(code(put("k", "v")), Code::busy);
  EXPECT_EQ(code(ask({.op = Op::status})), Code::ok) << "status is always told";
}

TEST_F(OneReplica, SnapshotsAreMadeAfterSoManyEntriesAndOneAtATime) {
  start(1, 3);
  lead_alone();
  for (int i = 0; i < 6; ++i) {
    put("k", str(i));
    replica->flush();
    sync();
  }
  ASSERT_EQ(shell.saves.size(), 1U);
  const auto [meta, state] = shell.saves.front();
  EXPECT_EQ(meta.index, Index{3});
  EXPECT_TRUE(meta.configuration.voters.contains(NodeId{1}));
  const auto asked_for = ask({.op = Op::make_snapshot});
  EXPECT_EQ(reply(asked_for), nullptr);
  replica->snapshot_saved(meta);
  EXPECT_EQ(reply(asked_for)->revision, 3U);
  EXPECT_EQ(replica->figures().snapshots_made, 1U);
  kv::StateMachine restored;
  ASSERT_TRUE(restored.restore(state));
  EXPECT_EQ(std::get<std::string>(restored.get("k")->value), "1");
}

TEST_F(OneReplica, AReceivedSnapshotThatMakesNoStateEndsTheReplica) {
  start(3);
  const raft::SnapshotMeta meta{Index{9}, Term{2}, {.voters = {NodeId{1}, NodeId{2}, NodeId{3}}}};
  receive(Term{2}, raft::SnapshotChunk{meta, 0, 4, 0, "????"});
  ASSERT_EQ(shell.chunk_writes.size(), 1U);
  replica->chunk_written(meta, {.next_offset = 4, .accepted = true, .complete = true},
                         store::SnapshotStore::Loaded{meta, "????"});
  EXPECT_NE(shell.gave_up, "");
  shell.time += 5s;
  shell.sent.clear();
  replica->tick();
  EXPECT_TRUE(shell.sent.empty()) << "it does nothing more";
}

TEST_F(OneReplica, AReceivedSnapshotReplacesTheState) {
  start(3);
  kv::StateMachine other;
  other.apply(9, {.op = kv::Op::put, .key = "k", .value = "v"});
  const raft::SnapshotMeta meta{Index{9}, Term{2}, {.voters = {NodeId{1}, NodeId{2}, NodeId{3}}}};
  receive(Term{2}, raft::SnapshotChunk{meta, 0, 4, 0, "part"});
  replica->chunk_written(meta, {.next_offset = 4, .accepted = true, .complete = true},
                         store::SnapshotStore::Loaded{meta, other.snapshot()});
  EXPECT_EQ(replica->machine().applied(), 9U);
  EXPECT_EQ(replica->machine().hash(), other.hash());
  const auto stale = ask({.op = Op::get, .key = "k", .mode = proto::ReadMode::stale});
  EXPECT_EQ(std::get<std::string>(*reply(stale)->value), "v");
}

TEST_F(OneReplica, AskingForAMemberThatIsThereIsAnsweredOk) {
  start(1);
  lead_alone();
  EXPECT_EQ(code(ask({.op = Op::add_member, .node = 1, .contact = "here"})), Code::ok);
  EXPECT_EQ(code(ask({.op = Op::remove_member, .node = 7})), Code::ok) << "it is out already";
  EXPECT_EQ(code(ask({.op = Op::promote_member, .node = 7})), Code::invalid);
}

TEST_F(OneReplica, OnlyALeaderChangesMembersOrHandsOver) {
  start(3);
  receive(Term{4}, raft::Heartbeat{});
  EXPECT_EQ(code(ask({.op = Op::remove_member, .node = 3})), Code::not_leader);
  EXPECT_EQ(code(ask({.op = Op::transfer_leadership, .node = 3})), Code::not_leader);
}

}  // namespace
}  // namespace plumbline::replica
