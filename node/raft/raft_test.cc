// Goal: the promises of raft.h that scripts do not show well: bad input, odd disks, limits,
// numbers. Method: one core, fed by hand. What a peer or a disk says never brings a node down.

#include "node/raft/raft.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "node/raft/quorum.h"

namespace plumbline::raft {
namespace {

constexpr NodeId k_self{1};
constexpr NodeId k_peer{2};
constexpr NodeId k_other{3};

EntryPtr entry(std::uint64_t index, std::uint64_t term, std::string data = "x") {
  return std::make_shared<const Entry>(
      Entry{Term{term}, Index{index}, EntryType::command, std::move(data)});
}
AppendRequest append(std::uint64_t previous, std::uint64_t previous_term,
                     std::vector<EntryPtr> entries, std::uint64_t commit = 0) {
  return {Index{previous}, Term{previous_term}, std::move(entries), Index{commit}, Round{1}};
}
Config config_of(std::size_t voters) {
  Config config;
  config.id = k_self;
  for (std::uint64_t i = 1; i <= voters; ++i) config.first.voters.insert(NodeId{i});
  return config;
}
Restored disk_of(std::uint64_t term, const std::vector<std::uint64_t>& terms,
                 SnapshotMeta snapshot = {}, std::uint64_t first = 1) {
  Restored disk;
  disk.hard_state.term = Term{term};
  disk.snapshot = std::move(snapshot);
  for (const auto each : terms) disk.entries.push_back(entry(first++, each));
  return disk;
}

/// One node, its clock, and the number of its last write.
struct Alone {
  explicit Alone(Config with = config_of(3), Restored disk = {})
      : config(with), raft(with, std::move(disk), now) {}

  Effects step(Input input) {
    Effects effects = raft.step(now, std::move(input));
    if (effects.persist) written = effects.persist->number;
    return effects;
  }
  Effects receive(NodeId from, std::uint64_t term, auto body) {
    return step(Receive{Message{from, k_self, Term{term}, std::move(body)}});
  }
  Effects sync() { return step(Persisted{written}); }
  std::uint64_t term() const { return raft.status().term.value; }
  /// With the vote of k_peer, and k_peer's acknowledgement of the no-op.
  void lead() {
    now += config.election_timeout_max;
    step(Tick{});
    receive(k_peer, term() + 1, VoteResponse{true, true});
    sync();
    receive(k_peer, term(), VoteResponse{false, true});
    sync();
    acknowledge(raft.status().last_index.value);
  }
  Effects acknowledge(std::uint64_t match, std::uint64_t round = 1) {
    AppendResponse response;
    response.success = true;
    response.match = Index{match};
    response.round = Round{round};
    return receive(k_peer, term(), response);
  }

  Config config;
  Nanos now{1'000'000'000};
  Raft raft;
  std::uint64_t written = 0;
};

template <class Body>
std::vector<Body> bodies(const Effects& effects) {
  std::vector<Body> found;
  for (const auto& message : effects.messages)
    if (const auto* body = std::get_if<Body>(&message.body)) found.push_back(*body);
  return found;
}

// ---- Peers

TEST(Raft, IgnoresAnswersOfStrangersAndWhatIsNotForIt) {
  Alone node;
  EXPECT_TRUE(node.receive(NodeId{9}, 5, HeartbeatResponse{}).messages.empty());
  EXPECT_TRUE(node.receive(k_nobody, 5, Heartbeat{}).messages.empty());
  EXPECT_TRUE(node.receive(k_self, 5, Heartbeat{}).messages.empty());
  EXPECT_TRUE(node.step(Receive{Message{k_peer, k_other, Term{5}, Heartbeat{}}}).messages.empty());
  EXPECT_EQ(node.term(), 0U);
}

TEST(Raft, IgnoresMalformedAppends) {
  Alone node;
  node.receive(k_peer, 3, append(0, 0, {entry(1, 2)}));
  const auto before = node.raft.status();
  const std::vector<AppendRequest> wrong = {
      append(1, 2, {entry(3, 3)}),               // a hole
      append(1, 2, {entry(2, 3), entry(2, 3)}),  // twice
      append(1, 2, {entry(2, 3), entry(3, 2)}),  // falling terms
      append(1, 2, {entry(2, 1)}),               // falls below the one before
      append(1, 2, {entry(2, 4)}),               // of a term above the message's
      append(1, 2, {nullptr}),
      append(1, 4, {}),
  };
  for (const auto& request : wrong) {
    const Effects effects = node.receive(k_peer, 3, request);
    EXPECT_TRUE(effects.messages.empty());
    EXPECT_EQ(node.raft.status().last_index, before.last_index);
  }
}

TEST(Raft, IgnoresAnAppendThatContradictsWhatIsCommitted) {
  Alone node;
  node.receive(k_peer, 1, append(0, 0, {entry(1, 1), entry(2, 1)}, 2));
  EXPECT_EQ(node.raft.status().commit, Index{2});
  EXPECT_TRUE(node.receive(k_other, 2, append(1, 1, {entry(2, 2)})).messages.empty());
  EXPECT_TRUE(node.receive(k_other, 2, append(2, 2, {})).messages.empty());
  EXPECT_EQ(node.raft.term_at(Index{2}), Term{1});
}

TEST(Raft, AcceptsAnAppendThatReachesBackIntoWhatIsCompacted) {
  Alone node(config_of(3), disk_of(2, {2}, {Index{5}, Term{2}, {}}, 6));
  const Effects effects = node.receive(
      k_peer, 2, append(3, 1, {entry(4, 1), entry(5, 2), entry(6, 2), entry(7, 2)}, 7));
  EXPECT_EQ(node.raft.status().last_index, Index{7});
  EXPECT_EQ(effects.persist->entries.size(), 1U) << "only what was missing is written";
  EXPECT_EQ(effects.committed.size(), 2U);
}

TEST(Raft, LeaderIgnoresAnotherLeaderOfItsTerm) {
  Alone node;
  node.lead();
  const auto term = node.term();
  EXPECT_TRUE(node.receive(k_other, term, append(0, 0, {entry(1, term)})).messages.empty());
  EXPECT_TRUE(node.receive(k_other, term, Heartbeat{}).messages.empty());
  EXPECT_EQ(node.raft.status().role, Role::leader);
}

TEST(Raft, IgnoresAcknowledgementsOfWhatItNeverHad) {
  Alone node;
  node.lead();
  node.acknowledge(1000);
  EXPECT_EQ(node.raft.status().commit, Index{1});
  node.step(Read{ReadId{1}, ReadMode::read_index});
  EXPECT_TRUE(node.acknowledge(1, 1000).reads.empty())
      << "a round that was never started confirms nothing";
  EXPECT_EQ(node.acknowledge(1, 2).reads.size(), 1U);
}

TEST(Raft, CountsAVoterOnce) {
  Alone node(config_of(5));
  node.now += node.config.election_timeout_max;
  node.step(Tick{});
  node.receive(k_peer, 1, VoteResponse{true, true});
  node.receive(k_peer, 1, VoteResponse{true, true});
  EXPECT_EQ(node.raft.status().role, Role::pre_candidate);
  node.receive(k_other, 1, VoteResponse{true, true});
  EXPECT_EQ(node.raft.status().role, Role::candidate);
  node.sync();
  node.receive(k_peer, 1, VoteResponse{false, true});
  node.receive(k_peer, 1, VoteResponse{false, true});
  EXPECT_EQ(node.raft.status().role, Role::candidate);
}

TEST(Raft, DoesNotTakePreVotesForVotesNorOldOnesForNew) {
  Alone node;
  node.now += node.config.election_timeout_max;
  node.step(Tick{});
  node.receive(k_peer, 1, VoteResponse{false, true});
  EXPECT_EQ(node.raft.status().role, Role::follower) << "a vote of term 1 tells of term 1, no more";
  node.now += node.config.election_timeout_max;
  node.step(Tick{});
  node.receive(k_peer, 1, VoteResponse{true, true});
  EXPECT_EQ(node.raft.status().role, Role::pre_candidate) << "it asked for term 2";
  node.receive(k_peer, 2, VoteResponse{true, true});
  node.sync();
  node.receive(k_peer, 2, VoteResponse{true, true});
  EXPECT_EQ(node.raft.status().role, Role::candidate);
}

TEST(Raft, AnswersEveryRequestOfAnOlderTermWithItsOwn) {
  Alone node(config_of(3), disk_of(7, {}));
  const std::vector<Effects> answers = {
      node.receive(k_peer, 3, VoteRequest{}),
      node.receive(k_peer, 3, VoteRequest{true, false, Index{9}, Term{3}}),
      node.receive(k_peer, 3, append(0, 0, {})), node.receive(k_peer, 3, Heartbeat{}),
      node.receive(k_peer, 3, SnapshotChunk{})};
  for (const auto& effects : answers) {
    ASSERT_EQ(effects.messages.size(), 1U);
    EXPECT_EQ(effects.messages[0].term, Term{7});
    EXPECT_TRUE(effects.write_chunks.empty());
  }
  EXPECT_TRUE(node.receive(k_peer, 3, HeartbeatResponse{}).messages.empty())
      << "an answer needs no answer";
}

TEST(Raft, NothingAPeerSaysBringsItDown) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    const auto small = [&] { return rng.below(6); };
    const auto flag = [&] { return rng.chance(0.5); };
    const auto entries = [&] {
      std::vector<EntryPtr> made;
      for (std::uint64_t i = small(), index = small(), term = small(); i > 0; --i)
        made.push_back(entry(++index, term));
      return made;
    };
    const auto body = [&]() -> decltype(Message::body) {
      switch (rng.below(8)) {
        case 0:
          return VoteRequest{flag(), false, Index{small()}, Term{small()}};
        case 1:
          return VoteResponse{flag(), flag()};
        case 2:
          return AppendRequest{Index{small()}, Term{small()}, entries(), Index{small()},
                               Round{small()}};
        case 3:
          return AppendResponse{flag(),         Index{small()}, Term{small()},
                                Index{small()}, Index{small()}, Round{small()}};
        case 4:
          return Heartbeat{Index{small()}, Round{small()}};
        case 5:
          return HeartbeatResponse{Round{small()}};
        case 6:
          return SnapshotChunk{{Index{small()}, Term{small()}, {}}, small(), small(), 0, "data"};
        default:
          return SnapshotResponse{Index{small()}, small(), flag()};
      }
    };
    Config config = config_of(3);
    config.seed = seed;
    Alone node(config);
    for (int i = 0; i < 300; ++i) {
      node.now += Nanos{rng.between(0, 100'000'000)};
      // Terms close to the node's own, or all but a few would be thrown away for their term.
      const auto term = node.term() + rng.below(2) + (rng.chance(0.05) ? 2 : 0);
      node.receive(rng.chance(0.5) ? k_peer : k_other, term, body());
      if (flag()) node.step(Tick{});
      if (flag()) node.sync();
      if (flag()) node.step(Propose{{{1, "p"}}});
      if (flag()) node.step(Read{ReadId{1}, flag() ? ReadMode::lease : ReadMode::read_index});
    }
  }
}

// ---- Disks

TEST(Raft, NumbersItsWritesWithoutAGap) {
  Alone node;
  std::uint64_t expected = 0;
  for (std::uint64_t term = 1; term <= 5; ++term) {
    const Effects effects = node.receive(k_peer, term, append(0, 0, {entry(1, term)}));
    ASSERT_TRUE(effects.persist);
    EXPECT_EQ(effects.persist->number, ++expected);
    EXPECT_FALSE(node.receive(k_peer, term, append(0, 0, {entry(1, term)})).persist)
        << "nothing new, nothing written";
  }
}

TEST(Raft, OneSyncCoversAllTheWritesBeforeIt) {
  Alone node;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::uint64_t term = i == 0 ? 0 : 1;
    EXPECT_TRUE(node.receive(k_peer, 1, append(i, term, {entry(i + 1, 1)})).messages.empty());
  }
  EXPECT_EQ(bodies<AppendResponse>(node.sync()).size(), 3U);
}

TEST(Raft, AcknowledgesNothingBeforeTheTermIsDurable) {
  Alone node(config_of(3), disk_of(1, {1}));
  EXPECT_TRUE(node.receive(k_peer, 2, append(1, 1, {})).messages.empty());
  const auto answers = bodies<AppendResponse>(node.sync());
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].match, Index{1});
}

TEST(Raft, AcknowledgesOnlyWhatTheRequestCovered) {
  Alone node(config_of(3), disk_of(1, {1, 1, 1}));
  node.receive(k_peer, 1, append(0, 0, {}));
  const auto answers = bodies<AppendResponse>(node.receive(k_peer, 1, append(0, 0, {entry(1, 1)})));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].match, Index{1}) << "not the end of its own log";
}

TEST(Raft, DropsAHeldAcknowledgementWhenTheTermMovesOn) {
  Alone node;
  node.receive(k_peer, 1, append(0, 0, {entry(1, 1)}));
  node.receive(k_other, 2, Heartbeat{});
  EXPECT_TRUE(bodies<AppendResponse>(node.sync()).empty());
}

TEST(Raft, DoesNotCountAWriteOfEntriesThatWereCutOff) {
  Alone node;
  node.receive(k_peer, 1, append(0, 0, {entry(1, 1), entry(2, 1), entry(3, 1)}));
  const auto old = node.written;
  node.receive(k_other, 2, append(0, 0, {entry(1, 2), entry(2, 2)}));
  node.step(Persisted{old});
  EXPECT_EQ(node.raft.status().durable_index, Index{0});
  node.sync();
  EXPECT_EQ(node.raft.status().durable_index, Index{2});
}

TEST(Raft, StartsInTheTermOfItsLogIfThatIsNewer) {
  // A snapshot file can be durable before the hard state that was on its way when it came.
  Restored disk = disk_of(3, {}, {Index{5}, Term{4}, {}});
  disk.hard_state.vote = k_peer;
  Alone node(config_of(3), disk);
  EXPECT_EQ(node.term(), 4U);
  EXPECT_EQ(node.raft.status().vote, k_nobody);
  const Effects effects = node.step(Tick{});
  EXPECT_EQ(effects.persist->hard_state, (HardState{Term{4}, k_nobody}));
}

TEST(Raft, StartsOverAfterASnapshotThatItsLogDoesNotReach) {
  Alone node(config_of(3), disk_of(4, {1, 1, 2}, {Index{5}, Term{4}, {}}));
  EXPECT_EQ(node.raft.status().first_index, Index{6});
  EXPECT_EQ(node.step(Tick{}).persist->restart_after->index, Index{5});
}

TEST(Raft, StartsOverAfterASnapshotThatItsLogContradicts) {
  Alone node(config_of(3), disk_of(4, {1, 1, 2, 2, 2}, {Index{4}, Term{3}, {}}));
  EXPECT_EQ(node.raft.status().last_index, Index{4});
  EXPECT_EQ(node.step(Tick{}).persist->restart_after->term, Term{3});
}

TEST(Raft, KeepsTheTailThatReachesBackBeforeTheSnapshot) {
  Alone node(config_of(3), disk_of(4, {2, 3, 3, 4}, {Index{4}, Term{3}, {}}, 2));
  const auto status = node.raft.status();
  EXPECT_EQ(status.first_index, Index{3});
  EXPECT_EQ(status.last_index, Index{5});
  EXPECT_EQ(status.commit, Index{4});
  EXPECT_FALSE(node.step(Tick{}).persist);
}

TEST(RaftDeathTest, AGapAfterTheSnapshotIsTheStoresBug) {
  EXPECT_DEATH(Raft(config_of(3), disk_of(4, {4}, {Index{4}, Term{3}, {}}, 6), Nanos{0}), "gap");
}

TEST(RaftDeathTest, ASyncOfWhatWasNeverWrittenIsTheShellsBug) {
  Alone node;
  EXPECT_DEATH(node.step(Persisted{1}), "only what it was given");
}

// ---- Snapshots

TEST(Raft, IgnoresASnapshotMadeWhileANewerOneWasInstalled) {
  Alone node(config_of(3), disk_of(2, {2}, {Index{9}, Term{2}, {}}, 10));
  const Effects effects = node.step(SnapshotMade{{Index{7}, Term{2}, {}}, Index{7}});
  EXPECT_FALSE(effects.compacted_to);
  EXPECT_EQ(node.raft.status().snapshot.index, Index{9});
}

TEST(RaftDeathTest, ASnapshotOfWhatWasNotAppliedIsTheShellsBug) {
  Alone node(config_of(3), disk_of(2, {2, 2}));
  EXPECT_DEATH(node.step(SnapshotMade{{Index{1}, Term{2}, {}}, Index{1}}), "only what was applied");
}

TEST(Raft, TellsTheLeaderWhereARefusedChunkHasToGoOn) {
  Alone node;
  const SnapshotMeta meta{Index{5}, Term{1}, {}};
  EXPECT_EQ(node.receive(k_peer, 1, SnapshotChunk{meta, 8, 100, 0, "data"}).write_chunks.size(),
            1U);
  const auto answers = bodies<SnapshotResponse>(node.step(ChunkRefused{meta, 4}));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0], (SnapshotResponse{Index{5}, 4, false}));
}

TEST(Raft, DoesNotGoBackWhenTheLogOvertookTheSnapshot) {
  Alone node;
  const SnapshotMeta meta{Index{1}, Term{1}, {}};
  node.receive(k_peer, 1, SnapshotChunk{meta, 0, 4, 0, "data"});
  node.receive(k_peer, 1, append(0, 0, {entry(1, 1), entry(2, 1)}, 2));
  const Effects effects = node.step(ChunkWritten{meta, 4, true});
  EXPECT_FALSE(effects.restore);
  EXPECT_EQ(node.raft.status().commit, Index{2});
  EXPECT_EQ(node.raft.status().snapshot.index, Index{1}) << "it is what a restart would load";
}

TEST(Raft, StartsOverWithTheNewestSnapshotWhenTheFileIsGone) {
  Alone node(config_of(3), disk_of(2, {}, {Index{9}, Term{2}, {}}));
  node.lead();  // k_peer acknowledges the no-op; k_other refuses it
  AppendResponse refusal;
  refusal.previous_index = Index{9};
  refusal.conflict_index = Index{1};
  const Effects asked = node.receive(k_other, node.term(), refusal);
  ASSERT_EQ(asked.read_chunks.size(), 1U);
  EXPECT_EQ(asked.read_chunks[0].snapshot.index, Index{9});
  node.step(SnapshotMade{{Index{10}, node.raft.status().term, {}}, Index{10}});
  SnapshotChunk gone;
  gone.snapshot = asked.read_chunks[0].snapshot;
  const Effects again = node.step(ChunkRead{k_other, gone});
  ASSERT_EQ(again.read_chunks.size(), 1U);
  EXPECT_EQ(again.read_chunks[0].snapshot.index, Index{10});
}

// ---- Proposals, limits, time
// ------------------------------------------------------------------------------------

TEST(Raft, NamesTermAndIndexOfAProposal) {
  Alone node;
  node.lead();
  const Effects effects = node.step(Propose{{{7, "a"}, {8, "b"}}});
  ASSERT_EQ(effects.accepted.size(), 2U);
  EXPECT_EQ(effects.accepted[1].proposal, 8U);
  EXPECT_EQ(effects.accepted[1].index, Index{3});
  EXPECT_EQ(effects.accepted[1].term.value, node.term());
  EXPECT_EQ(effects.persist->entries.size(), 2U) << "one write for all";
  const auto requests = bodies<AppendRequest>(effects);
  ASSERT_EQ(requests.size(), 1U) << "k_other has not answered its probe";
  EXPECT_EQ(requests[0].entries.size(), 2U);
}

TEST(Raft, LetsOneLargeProposalInAloneAndRefusesTheRestInOrder) {
  Config config = config_of(3);
  config.max_uncommitted_bytes = 100;
  Alone node(config);
  node.lead();
  const Effects effects = node.step(Propose{{{1, std::string(500, 'x')}, {2, "a"}, {3, "b"}}});
  EXPECT_EQ(effects.accepted.size(), 1U);
  ASSERT_EQ(effects.refused.size(), 2U);
  EXPECT_EQ(effects.refused[0].why, Refusal::busy);
  EXPECT_GE(node.raft.status().uncommitted_bytes, 500U);
  node.sync();
  node.acknowledge(2);
  EXPECT_EQ(node.raft.status().uncommitted_bytes, 0U);
}

TEST(Raft, CutsAppendsAtTheirLimit) {
  Config config = config_of(3);
  config.max_append_bytes = 300;
  Alone node(config);
  node.lead();
  Propose propose;
  for (std::uint64_t i = 1; i <= 6; ++i) propose.commands.push_back({i, std::string(100, 'x')});
  const auto requests = bodies<AppendRequest>(node.step(std::move(propose)));
  EXPECT_EQ(requests.size(), 3U);
  for (const auto& request : requests) EXPECT_EQ(request.entries.size(), 2U);
}

TEST(Raft, KeepsNoMoreBytesInFlightThanAllowed) {
  Config config = config_of(3);
  config.max_inflight_bytes = 250;
  Alone node(config);
  node.lead();
  std::size_t sent = 0;
  for (std::uint64_t i = 1; i <= 6; ++i)
    sent += bodies<AppendRequest>(node.step(Propose{{{i, std::string(100, 'x')}}})).size();
  EXPECT_EQ(sent, 2U);
}

TEST(Raft, CommitsAHundredThousandProposalsInOrder) {
  Alone node;
  node.lead();
  std::uint64_t applied = node.raft.status().applied.value;
  constexpr std::uint64_t k_batch = 100;
  for (std::uint64_t round = 0; round < 1000; ++round) {
    Propose propose;
    for (std::uint64_t i = 0; i < k_batch; ++i) propose.commands.push_back({i, "value"});
    node.step(std::move(propose));
    node.sync();
    for (const auto& each : node.acknowledge(node.raft.status().last_index.value).committed)
      ASSERT_EQ(each->index.value, ++applied);
  }
  EXPECT_EQ(applied, 1000 * k_batch + 1);
}

TEST(Raft, SaysWhenItsNextDeadlineIs) {
  Alone node;
  const auto wait = node.raft.next_deadline() - node.now;
  EXPECT_GE(wait, node.config.election_timeout_min);
  EXPECT_LE(wait, node.config.election_timeout_max);
  node.now = node.raft.next_deadline() - Nanos{1};
  EXPECT_TRUE(node.step(Tick{}).messages.empty());
  node.now += Nanos{1};
  EXPECT_EQ(bodies<VoteRequest>(node.step(Tick{})).size(), 2U);
  node.lead();
  EXPECT_EQ(node.raft.next_deadline() - node.now, node.config.heartbeat_interval);
}

TEST(Raft, DrawsItsTimeoutsFromItsSeed) {
  std::set<Nanos> deadlines;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Config config = config_of(3);
    config.seed = seed;
    deadlines.insert(Raft(config, {}, Nanos{0}).next_deadline());
    EXPECT_EQ(Raft(config, {}, Nanos{0}).next_deadline(),
              Raft(config, {}, Nanos{0}).next_deadline());
  }
  EXPECT_GT(deadlines.size(), 15U);
}

TEST(Raft, AClockThatGoesBackStandsStill) {
  Alone node;
  node.lead();
  const Nanos later = node.now;
  node.now = Nanos{0};
  node.step(Tick{});
  EXPECT_EQ(node.raft.status().role, Role::leader);
  EXPECT_GT(node.raft.next_deadline(), later);
}

TEST(Quorum, IsTheLargestValueThatAMajorityReached) {
  EXPECT_EQ(majority_of(1), 1U);
  EXPECT_EQ(majority_of(4), 3U);
  EXPECT_EQ(majority_of(5), 3U);
  const auto reached = [](std::initializer_list<int> values, std::size_t voters) {
    Tally<int> tally;
    for (const int value : values) tally.add(value);
    return tally.reached_by(majority_of(voters));
  };
  EXPECT_EQ(reached({7}, 1), 7);
  EXPECT_EQ(reached({1, 9}, 2), 1);
  EXPECT_EQ(reached({1, 5, 9}, 3), 5);
  EXPECT_EQ(reached({9, 1, 9, 1}, 4), 1);
  EXPECT_EQ(reached({3, 1, 2, 5, 4}, 5), 3);
  EXPECT_EQ(reached({8, 9}, 3), 8);  // a leader that is no voter has no value of its own
  EXPECT_EQ(reached({9}, 3), 0);
  EXPECT_EQ(reached({}, 0), 0);
}

}  // namespace
}  // namespace plumbline::raft
