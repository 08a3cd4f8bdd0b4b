// Goal: a node that is taken out and added again is another member in the same place, whatever goes
// wrong on the way; and bad links and power cuts reach the nodes that they are meant for. Method:
// the world in memory, and a system whose members are a map.
#include "control/run/remote_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/run/testing.h"

namespace plumbline {
namespace {

using testing::ElementsAre;

/// Who votes, and in which incarnation.
class MemberSystem : public FakeSystem {
 public:
  explicit MemberSystem(FakeWorld& world) : FakeSystem(world) {
    for (const FakeNode& node : world.nodes) voting[node.access.name] = 0;
  }
  std::map<NodeName, int> voting;
  std::map<NodeName, int> learning;
  bool refuses_changes = false;
  bool removes_late = false;  ///< a removal times out, and comes about all the same
  NodeName asked_to_lead;
  std::vector<std::size_t> changes;  ///< how many nodes each was about

  std::string command_line(const NodeAccess& node, const std::vector<NodeAccess>&) const override {
    return str("/plumb/fake --incarnation ", node.incarnation);
  }
  std::set<Ability> abilities() const override {
    return {Ability::packets, Ability::membership, Ability::transfer};
  }
  std::string link_trouble(const Packets& packets) const override {
    return str("loss=", packets.loss);
  }
  Result<Nodes> voters(const std::vector<NodeAccess>& all, Trust) override {
    Nodes found;
    for (const NodeAccess& node : all)
      if (const auto at = voting.find(node.name);
          at != voting.end() && at->second == node.incarnation)
        found.push_back(node.name);
    return found;
  }
  Status remove_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>&,
                        Nanos) override {
    if (refuses_changes) return fail(Error::Code::timeout, "nobody leads");
    for (const NodeAccess& node : nodes) voting.erase(node.name);
    changes.push_back(nodes.size());
    if (std::exchange(removes_late, false)) return fail(Error::Code::timeout, "not settled");
    return {};
  }
  Status add_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>&,
                     Nanos) override {
    if (refuses_changes) return fail(Error::Code::timeout, "nobody leads");
    for (const NodeAccess& node : nodes) voting[node.name] = node.incarnation;
    changes.push_back(nodes.size());
    return {};
  }
  Status add_learners(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>&,
                      Nanos) override {
    for (const NodeAccess& node : nodes) learning[node.name] = node.incarnation;
    return {};
  }
  Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>&, Nanos) override {
    asked_to_lead = to.name;
    return {};
  }
};

class Members : public testing::Test {
 protected:
  void SetUp() override {
    for (const FakeNode& node : world.nodes) {
      HeldNode one;
      one.access = node.access;
      one.remote = std::make_unique<FakeRemote>(world, node.access.name);
      one.guard = std::make_unique<FakeGuard>(world, node.access.name);
      held.push_back(std::move(one));
    }
    cluster = std::make_unique<RemoteCluster>(held, system, [this](const Action& action) {
      const std::lock_guard lock(world.mutex);
      actions.push_back(action.node + " " + action.verb);
    });
    ASSERT_TRUE(all_ok(cluster->start(cluster->nodes())));
    world.journal.clear();
  }

  FakeWorld world{3};
  MemberSystem system{world};
  std::vector<HeldNode> held;
  std::vector<std::string> actions;
  std::unique_ptr<RemoteCluster> cluster;
};

TEST_F(Members, OneThatIsRemovedIsStoppedAndEmptyAndStaysSo) {
  ASSERT_TRUE(cluster->remove_member("n2"));
  EXPECT_FALSE(world.node("n2").running);
  EXPECT_TRUE(world.was("n2 rm"));
  EXPECT_THAT(cluster->voters(), ElementsAre("n1", "n3"));
  EXPECT_TRUE(all_ok(cluster->start({"n1", "n2"}))) << "there is nothing to start, and that is ok";
  EXPECT_FALSE(world.node("n2").running);
  EXPECT_THAT(cluster->down(), ElementsAre("n2"));
  EXPECT_TRUE(cluster->take_deaths().empty()) << "we did it";
}

TEST_F(Members, OneThatIsAddedIsANewMemberAndIsRestartedAsThat) {
  ASSERT_TRUE(cluster->remove_member("n2"));
  ASSERT_TRUE(cluster->add_member("n2"));
  EXPECT_EQ(system.voting.at("n2"), 1);
  EXPECT_TRUE(world.node("n2").running);
  EXPECT_THAT(cluster->voters(), ElementsAre("n1", "n2", "n3"));
  ASSERT_TRUE(cluster->remove_member("n2"));
  ASSERT_TRUE(cluster->add_member("n2"));
  EXPECT_EQ(system.voting.at("n2"), 2);
  EXPECT_GT(world.last("n2 start"), world.last("n2 rm")) << "it begins with nothing";
  EXPECT_THAT(actions, testing::Contains("n2 add"));
}

TEST_F(Members, SeveralLeaveAndComeBackInOneChange) {
  ASSERT_TRUE(cluster->remove_members({"n1", "n3"}));
  EXPECT_THAT(cluster->voters(), ElementsAre("n2"));
  EXPECT_TRUE(world.node("n1").running && world.node("n3").running) << "nobody stops them";
  EXPECT_FALSE(world.was("n1 rm"));
  ASSERT_TRUE(cluster->add_members({"n1", "n3"}));
  EXPECT_THAT(cluster->voters(), ElementsAre("n1", "n2", "n3"));
  EXPECT_EQ(system.voting.at("n3"), 1) << "with nothing, as another member";
  EXPECT_TRUE(world.was("n1 rm") && world.was("n3 rm"));
  EXPECT_THAT(system.changes, ElementsAre(2, 2, 2)) << "out, out for certain, in";
}

TEST_F(Members, LearnersBeginWithNothingAndDoNotVote) {
  ASSERT_TRUE(cluster->remove_members({"n3"}));
  ASSERT_TRUE(cluster->add_learners({"n3"}));
  EXPECT_TRUE(world.was("n3 rm"));
  EXPECT_TRUE(world.node("n3").running);
  EXPECT_EQ(system.learning.at("n3"), 1);
  EXPECT_THAT(cluster->voters(), ElementsAre("n1", "n2"));
  EXPECT_THAT(actions, testing::Contains("n3 learn"));
}

TEST_F(Members, WhoDoNotComeBackAreTheSystemsDoing) {
  ASSERT_TRUE(cluster->remove_member("n2"));
  system.refuses_changes = true;
  cluster->patience = {.change = 10ms, .heal = 10ms};
  const Status healed = cluster->heal_and_verify();
  ASSERT_FALSE(healed);
  EXPECT_EQ(healed.error().code, Error::Code::unavailable) << healed.error().what;
}

TEST_F(Members, WhoseRemovalIsNotCertainKeepsItsDataAndRunsOn) {
  system.refuses_changes = true;
  const Status removed = cluster->remove_member("n2");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Error::Code::timeout);
  EXPECT_FALSE(cluster->add_member("n2"));
  EXPECT_TRUE(world.node("n2").running);
  EXPECT_FALSE(world.was("n2 rm"));
}

TEST_F(Members, HealingBringsEveryNodeBackAsAVoter) {
  ASSERT_TRUE(cluster->remove_member("n3"));
  system.removes_late = true;
  ASSERT_FALSE(cluster->remove_member("n1"));
  const Status healed = cluster->heal_and_verify();
  EXPECT_TRUE(healed) << healed.error().what;
  EXPECT_THAT(cluster->voters(), ElementsAre("n1", "n2", "n3"));
  EXPECT_EQ(system.voting.at("n1"), 1) << "it had lost its place, though not yet its data";
  EXPECT_EQ(system.voting.at("n2"), 0);
}

TEST_F(Members, TheirLinksGoBadAllOrOneAndAreHealed) {
  ASSERT_TRUE(cluster->set_packets({.loss = 0.5}));
  EXPECT_TRUE(world.node("n1").bad_links && world.node("n3").bad_links);
  ASSERT_TRUE(cluster->set_packets({.delay = 1s, .to = "n2"}));
  EXPECT_TRUE(world.node("n2").bad_links);
  EXPECT_FALSE(world.node("n1").bad_links || world.node("n3").bad_links);
  ASSERT_TRUE(cluster->set_packets({}));
  EXPECT_TRUE(world.whole());
  ASSERT_TRUE(cluster->set_packets({.loss = 0.5}));
  EXPECT_TRUE(cluster->heal_and_verify());
  EXPECT_TRUE(world.whole());
}

TEST_F(Members, WithoutPowerTheirProcessesAreGone) {
  ASSERT_TRUE(all_ok(cluster->cut_power({"n1", "n2"})));
  EXPECT_THAT(cluster->down(), ElementsAre("n1", "n2"));
  EXPECT_THAT(actions, testing::Contains("n2 power"));
  EXPECT_TRUE(cluster->take_deaths().empty()) << "we did it";
}

TEST_F(Members, LeadershipIsHandedOverBySystem) {
  EXPECT_TRUE(cluster->abilities().contains(Ability::transfer));
  EXPECT_TRUE(cluster->transfer_leadership("n2"));
  EXPECT_EQ(system.asked_to_lead, "n2");
}

}  // namespace
}  // namespace plumbline
