// Goal: what scripts do not show well of members and transfer: bad input, what is shared, what is
// known at which index, when a node that may not lead wants to be woken. Method: one core, by hand.

#include <gtest/gtest.h>

#include "node/raft/configuration.h"
#include "node/raft/raft.h"

namespace plumbline::raft {
namespace {

constexpr NodeId k_one{1};
constexpr NodeId k_two{2};

EntryPtr members_entry(std::uint64_t index, std::string data) {
  return std::make_shared<const Entry>(
      Entry{Term{1}, Index{index}, EntryType::configuration, std::move(data)});
}
Config config_with(std::set<NodeId> voters) {
  Config config;
  config.id = k_one;
  config.first.voters = std::move(voters);
  return config;
}

/// A node and its clock; its disk is always done.
struct Node {
  explicit Node(const Config& config, Restored disk = {}) : raft(config, std::move(disk), now) {}

  Effects step(Input input) {
    Effects effects = raft.step(now, std::move(input));
    if (effects.persist) {
      Effects more = raft.step(now, Persisted{effects.persist->number});
      if (more.persist) raft.step(now, Persisted{more.persist->number});
    }
    return effects;
  }
  Effects append(std::uint64_t previous, std::vector<EntryPtr> entries) {
    const Index at{previous};
    AppendRequest request{at, raft.term_at(at).value_or(Term{0}), std::move(entries), {}, {}};
    return step(Receive{Message{k_two, k_one, Term{1}, std::move(request)}});
  }
  void lead_alone() {
    step(Tick{});
    ASSERT_EQ(raft.status().role, Role::leader);
  }
  Effects change(Configuration wanted) { return step(ChangeMembers{7, std::move(wanted)}); }

  Nanos now{1'000'000'000};
  Raft raft;
};

std::string three_and_a_learner() {
  return encode({.voters = {k_one, k_two, NodeId{3}}, .learners = {NodeId{4}}});
}

TEST(Members, AreSharedByEveryStatus) {
  Node node(config_with({k_one, k_two}));
  EXPECT_EQ(node.raft.status().configuration.get(), node.raft.status().configuration.get());
  EXPECT_EQ(node.raft.status().configuration_index, Index{0});
}

TEST(Members, AreKnownAtEachIndexOfTheLog) {
  Node node(config_with({k_one, k_two}));
  const Effects effects = node.append(
      0, {std::make_shared<const Entry>(Entry{Term{1}, Index{1}, EntryType::command, "x"}),
          members_entry(2, three_and_a_learner())});
  EXPECT_TRUE(effects.members_changed);
  EXPECT_EQ(node.raft.configuration_at(Index{1}).voters.size(), 2U);
  EXPECT_EQ(node.raft.configuration_at(Index{2}).voters.size(), 3U);
  EXPECT_EQ(node.raft.status().configuration_index, Index{2});
  EXPECT_FALSE(node.step(Tick{}).members_changed);
}

TEST(Members, OfAnEntryThatMakesNoSenseAreNotAccepted) {
  Node node(config_with({k_one, k_two}));
  for (const std::string& data : {std::string("nonsense"), encode(Configuration{})}) {
    EXPECT_TRUE(node.append(0, {members_entry(1, data)}).messages.empty());
    EXPECT_EQ(node.raft.status().last_index, Index{0});
  }
}

TEST(Members, ThatADiskGivesBackWithoutSenseAreNotGoneBy) {
  Restored disk;
  disk.hard_state.term = Term{1};
  disk.entries = {members_entry(1, "nonsense"), members_entry(2, three_and_a_learner())};
  Node node(config_with({k_one, k_two}), disk);
  EXPECT_EQ(node.raft.status().configuration_index, Index{2});
  EXPECT_EQ(node.raft.configuration_at(Index{1}).voters.size(), 2U);
}

TEST(Members, OfASnapshotWithoutAnyAreTheFirstOnes) {
  Restored disk;
  disk.hard_state.term = Term{1};
  disk.snapshot = {Index{5}, Term{1}, {}};
  Node node(config_with({k_one, k_two}), disk);
  EXPECT_EQ(node.raft.status().configuration->voters.size(), 2U);
  EXPECT_EQ(node.raft.status().configuration_index, Index{5});
}

TEST(Members, WithAContactThatCannotBeWrittenAreRefused) {
  Node node(config_with({k_one}));
  node.lead_alone();
  Configuration wanted{.voters = {k_one}, .learners = {k_two}};
  wanted.contacts[k_two] = "two\nlines";
  EXPECT_EQ(node.change(wanted).refused.at(0).why, Refusal::invalid);
  wanted.contacts = {{NodeId{9}, "of nobody"}};
  EXPECT_EQ(node.change(wanted).refused.at(0).why, Refusal::invalid);
  wanted.contacts = {{k_two, "two:1"}};
  EXPECT_EQ(node.change(wanted).accepted.size(), 1U);
  EXPECT_EQ(node.raft.status().configuration->contacts.at(k_two), "two:1");
}

TEST(Members, MayNotBeMoreThanThereIsRoomFor) {
  Node node(config_with({k_one}));
  node.lead_alone();
  Configuration wanted{.voters = {k_one}};
  for (std::uint64_t id = 2; id <= k_members_max + 1; ++id) wanted.learners.emplace(id);
  EXPECT_EQ(node.change(wanted).refused.at(0).why, Refusal::invalid);
  wanted.learners.erase(NodeId{2});
  EXPECT_EQ(node.change(wanted).accepted.size(), 1U);
}

TEST(Members, AreChangedByALeaderThatIsAloneAtOnce) {
  Node node(config_with({k_one}));
  node.lead_alone();
  EXPECT_EQ(node.change({.voters = {k_one}, .learners = {k_two}}).accepted.size(), 1U);
  EXPECT_EQ(node.raft.status().commit, node.raft.status().configuration_index);
  EXPECT_EQ(node.change({.voters = {k_two}}).refused.at(0).why, Refusal::invalid);  // silent so far
}

TEST(Members, ANodeThatIsNoneWantsToBeWokenNoMoreOftenThanOthers) {
  Node node(config_with({}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_GT(node.raft.next_deadline(), node.now);
    node.now = node.raft.next_deadline();
    EXPECT_TRUE(node.step(Tick{}).messages.empty());
    EXPECT_EQ(node.raft.status().role, Role::follower);
  }
}

TEST(Members, ANodeThatIsNoneVotesAndFollows) {
  Node node(config_with({}));
  node.now += Config{}.election_timeout_max;
  const Effects asked =
      node.raft.step(node.now, Receive{Message{k_two, k_one, Term{3}, VoteRequest{}}});
  ASSERT_TRUE(asked.persist);
  const Effects voted = node.raft.step(node.now, Persisted{asked.persist->number});
  ASSERT_EQ(voted.messages.size(), 1U);
  EXPECT_TRUE(std::get<VoteResponse>(voted.messages[0].body).granted);
  node.step(Receive{Message{k_two, k_one, Term{3}, Heartbeat{}}});
  EXPECT_EQ(node.raft.status().leader, k_two);
}

TEST(Transfer, IsNotObeyedByANodeThatIsNoVoter) {
  Node node(config_with({}));
  EXPECT_TRUE(node.step(Receive{Message{k_two, k_one, Term{3}, TimeoutNow{}}}).messages.empty());
  EXPECT_EQ(node.raft.status().role, Role::follower);
}

TEST(Transfer, ToALeaderIsIgnoredByIt) {
  Node node(config_with({k_one}));
  node.lead_alone();
  const Term term = node.raft.status().term;
  node.step(Receive{Message{k_two, k_one, term, TimeoutNow{}}});
  EXPECT_EQ(node.raft.status().role, Role::leader);
}

}  // namespace
}  // namespace plumbline::raft
