// Goal: faults of links, clocks, disks, power and membership do what they are asked for, choose
// whom they may, and are undone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nemesis/all.h"
#include "nemesis/testing.h"

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(PacketFaults, EachTroubleIsTheOneAskedForAndLeavesHope) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(str("seed ", seed));
    const auto trouble = [seed](const std::string& spec) {
      FakeCluster cluster(3);
      EXPECT_EQ(inject(cluster, "packets", spec, seed).value, Value::list(spec));
      EXPECT_LT(cluster.packets.delay + cluster.packets.jitter, 300ms) << "an election timeout";
      EXPECT_LT(cluster.packets.loss, 0.5);
      return cluster.packets;
    };
    EXPECT_GT(trouble("delay").delay, 0s);
    EXPECT_GT(trouble("loss").loss, 0.1);
    EXPECT_GT(trouble("duplicate").duplicate, 0.2);
    EXPECT_GT(trouble("reorder").jitter, 50ms);
    EXPECT_EQ(trouble("reorder").loss, 0);
    const Packets flaky = trouble("flaky");
    EXPECT_TRUE(flaky.delay > 0s && flaky.loss > 0 && flaky.duplicate > 0);
  }
}

TEST(ClockFaults, RatesStayWithinWhatLeasesAllowAndJumpsGoBothWays) {
  constexpr double k_lease_share = 0.9;
  bool forth = false;
  bool back = false;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    FakeCluster cluster(5);
    inject(cluster, "clock", "drift", seed);
    for (const auto& [a, one] : cluster.clocks)
      for (const auto& [b, other] : cluster.clocks)
        EXPECT_GT(one.rate / other.rate, k_lease_share) << "seed " << seed;
    cluster.clocks.clear();
    inject(cluster, "clock", "jump", seed);
    for (const auto& [node, trouble] : cluster.clocks) {
      EXPECT_EQ(trouble.rate, 1);
      EXPECT_NE(trouble.jump, 0s);
      forth = forth || trouble.jump > 1h;
      back = back || trouble.jump < -1h;
    }
  }
  EXPECT_TRUE(forth && back);
}

TEST(DiskFaults, ANodeThatEndedOfItsDiskIsStartedOnceTheDiskIsWell) {
  for (const char* spec : {"full", "failing"}) {
    FakeCluster cluster(3);
    const Deed done = inject(cluster, "disk", spec);
    ASSERT_EQ(done.value.as_list().size(), 1u);
    EXPECT_EQ(cluster.down().size(), 1u);
    EXPECT_EQ(undo(cluster, "disk").error, "");
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(DiskFaults, HealingAnotherFaultLeavesANodeWithAFullDiskDown) {
  FakeCluster cluster(3);
  inject(cluster, "disk-full", "full");
  EXPECT_EQ(undo(cluster, "kill").error, "");
  EXPECT_EQ(cluster.down().size(), 1u);
}

TEST(BitFlip, IsAlwaysOnTheSameStoppedNodeWhichIsReplacedIfItRefusesToStart) {
  FakeCluster cluster(5);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(inject(cluster, "bit-flip", "one", seed).value, Value::list("n5"));
    cluster.journal.clear();
    EXPECT_EQ(undo(cluster, "bit-flip").error, "");
    EXPECT_THAT(cluster.journal, ElementsAre("start n5", "remove n5", "add n5"));
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(BitFlip, ANodeThatStartsFromItIsLeft) {
  FakeCluster cluster(5);
  inject(cluster, "bit-flip", "one");
  cluster.damaged.clear();
  cluster.journal.clear();
  undo(cluster, "bit-flip");
  EXPECT_THAT(cluster.journal, ElementsAre("start n5"));
}

TEST(BitFlip, LeavesANodeAloneThatIsNoVoter) {
  FakeCluster cluster(5);
  cluster.members.erase("n5");
  EXPECT_THAT(inject(cluster, "bit-flip", "one").error, HasSubstr("no voter"));
}

TEST(MembershipFaults, OneVoterGoesAndComesBack) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FakeCluster cluster(5);
    EXPECT_EQ(inject(cluster, "membership", "one", seed).error, "");
    EXPECT_EQ(cluster.members.size(), 4u);
    undo(cluster, "membership");
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(PacketFaults, OneWayTroublesWhatIsSentToOneNodeAlone) {
  FakeCluster cluster(3);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "packets-one-way", "leader").value, Value::list("n2"));
  EXPECT_EQ(cluster.packets.to, "n2");
  EXPECT_GE(cluster.packets.delay, 200ms);
  undo(cluster, "packets-one-way");
  EXPECT_EQ(cluster.packets, Packets{});
  cluster.leading.clear();
  EXPECT_EQ(inject(cluster, "packets-one-way", "leader").error, "skipped: no node is leader now");
}

TEST(MembershipFaults, SeveralGoInOneChangeAndComeBack) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FakeCluster cluster(5);
    EXPECT_EQ(inject(cluster, "membership-shrink", "some", seed).error, "");
    EXPECT_LE(cluster.members.size(), 3u);
    EXPECT_GE(cluster.members.size(), 1u);
    undo(cluster, "membership-shrink");
    EXPECT_TRUE(cluster.whole());
  }
  FakeCluster two(2);
  EXPECT_EQ(inject(two, "membership-shrink", "some").error, "skipped: too few nodes vote");
}

TEST(MembershipFaults, OneThatLingersIsVotedOutByItself) {
  FakeCluster cluster(4);
  EXPECT_EQ(inject(cluster, "membership-linger", "one").error, "");
  EXPECT_EQ(cluster.members.size(), 3u);
  undo(cluster, "membership-linger");
  EXPECT_TRUE(cluster.whole());
}

TEST(MembershipFaults, NobodyGoesWhereTooFewWouldBeUp) {
  FakeCluster cluster(5);
  cluster.kill({"n1", "n2"});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::size_t before = cluster.members.size();
    const Deed done = inject(cluster, "membership", "one", seed);
    if (done.error.empty()) {
      EXPECT_THAT(done.value, testing::AnyOf(Value::list("n1"), Value::list("n2")));
      cluster.members.insert(done.value.as_list()[0].as_text());
    } else {
      EXPECT_THAT(done.error, HasSubstr("too few voters are up"));
      EXPECT_EQ(cluster.members.size(), before);
    }
  }
  cluster.leading = {"n3"};
  EXPECT_THAT(inject(cluster, "membership", "leader").error, StartsWith("skipped: without n3"));
  EXPECT_EQ(inject(cluster, "membership-unsafe", "leader").error, "");
}

TEST(MembershipFaults, TheLastVoterStaysEvenWithoutCare) {
  FakeCluster cluster(1);
  EXPECT_THAT(inject(cluster, "membership-unsafe", "one").error, HasSubstr("the last voter stays"));
}

TEST(MembershipFaults, ReplaceTakesOutAndAddsAtOnce) {
  FakeCluster cluster(5);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "replace", "leader").value, Value::list("n2"));
  EXPECT_THAT(cluster.journal, ElementsAre("remove n2", "add n2"));
  EXPECT_TRUE(cluster.whole());
}

TEST(MembershipFaults, AChangeThatIsNotDoneInTimeIsDoneByTheNextHeal) {
  FakeCluster cluster(5);
  inject(cluster, "membership", "one");
  cluster.no_change = Error{Error::Code::timeout, "no leader did it"};
  EXPECT_EQ(undo(cluster, "membership").error, "");
  EXPECT_FALSE(cluster.whole());
  EXPECT_EQ(inject(cluster, "membership", "one").error, "") << "it may still come about";
  cluster.no_change.reset();
  undo(cluster, "membership");
  EXPECT_TRUE(cluster.whole());
}

TEST(MembershipFaults, WhereNobodyLeadsNothingIsDone) {
  FakeCluster cluster(5);
  cluster.members.clear();
  EXPECT_EQ(inject(cluster, "membership", "one").error, "skipped: nobody knows who votes");
  EXPECT_EQ(undo(cluster, "membership").error, "");
}

/// Changes are not done in time, and n2 leads too after a while.
class FailingOver : public FakeCluster {
 public:
  FailingOver() : FakeCluster(4) {
    leading = {"n1"};
    no_change = Error{Error::Code::timeout, "no leader did it"};
  }
  Status remove_members(const Nodes& nodes) override {
    asked.push_back(nodes.front());
    return FakeCluster::remove_members(nodes);
  }
  void pass(Nanos time) override {
    FakeCluster::pass(time);
    if (passed > 1s) leading = {"n1", "n2"};
  }
  std::vector<NodeName> asked;
};

TEST(MembershipFaults, ChangesOfSeveralDoNotComeWhileANodeIsDown) {
  for (const char* fault :
       {"membership-shrink", "membership-linger", "membership-torn", "membership-learners"}) {
    FakeCluster cluster(5);
    cluster.leading = {"n1"};
    cluster.kill({"n3"});
    EXPECT_EQ(inject(cluster, fault, "one").error, "skipped: a node is down") << fault;
    EXPECT_EQ(cluster.members.size(), 5U);
  }
}

TEST(MembershipFaults, ALeaderThatIsCutOffAndTheNextAreAskedForAChangeAndThenTheCutMoves) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    FailingOver cluster;
    EXPECT_EQ(inject(cluster, "membership-torn", "leader", seed).error, "");
    EXPECT_EQ(cluster.asked, (std::vector<NodeName>{cluster.asked.front(), "n1"}))
        << "each leader is asked once, the new one to take out the other";
    EXPECT_NE(cluster.asked.front(), "n1");
    EXPECT_EQ(cluster.journal.front(), "cut");
    EXPECT_THAT(cluster.journal.back(), testing::AnyOf("start n3", "start n4"))
        << "of those who voted one was killed";
    ASSERT_EQ(cluster.cut.size(), 4u);
    for (const auto& [node, unheard] : cluster.cut) EXPECT_EQ(unheard.size(), 2u) << "halves";
    EXPECT_TRUE(cluster.cut.at("n1").contains("n2")) << "the leaders are parted";
    cluster.no_change.reset();
    undo(cluster, "membership-torn");
    EXPECT_TRUE(cluster.whole());
  }
  FakeCluster nobody(4);
  EXPECT_THAT(inject(nobody, "membership-torn", "leader").error,
              StartsWith("skipped: no node leads"));
  EXPECT_TRUE(nobody.cut.empty());
}

TEST(MembershipFaults, AMinorityLearnsAnewAloneWithTheLeaderAndTheOtherVotersAreAMajority) {
  for (const std::size_t count : {4U, 5U, 6U, 7U})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      FakeCluster cluster(count);
      cluster.leading = {"n1"};
      const Deed done = inject(cluster, "membership-learners", "leader", seed);
      ASSERT_EQ(done.error, "");
      const std::size_t learners = done.value.as_list().size();
      EXPECT_EQ(cluster.members.size(), count - learners);
      EXPECT_TRUE(cluster.members.contains("n1"));
      const std::size_t unheard = cluster.cut.at("n1").size();
      EXPECT_EQ(unheard, count - learners - 1) << "it hears its learners alone";
      EXPECT_GT(2 * unheard, cluster.members.size()) << "they can elect another";
      EXPECT_GE(2 * (1 + learners), cluster.members.size() + 1) << "a majority, if learners count";
      undo(cluster, "membership-learners");
      EXPECT_TRUE(cluster.whole());
    }
  FakeCluster small(3);
  small.leading = {"n1"};
  EXPECT_THAT(inject(small, "membership-learners", "leader").error, StartsWith("skipped"));
}

TEST(PowerFaults, ItFailsOnAllWhoHaveJustElectedALeader) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    FakeCluster cluster(3);
    cluster.leading = {"n1"};
    const Deed done = inject(cluster, "power-voters", "all", seed);
    ASSERT_EQ(done.value.as_list().size(), 2u) << done.error;
    EXPECT_THAT(cluster.journal.front(), testing::AnyOf("transfer n2", "transfer n3"));
    EXPECT_EQ(cluster.processes[cluster.leading.front()], FakeCluster::Process::running);
    EXPECT_EQ(cluster.down().size(), 2u);
    undo(cluster, "power-voters");
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(PowerFaults, WhereLeadershipDoesNotMoveNothingFails) {
  FakeCluster cluster(3);
  EXPECT_EQ(inject(cluster, "power-voters", "all").error, "skipped: no node leads another");
  cluster.leading = {"n1"};
  cluster.no_transfer = Error{Error::Code::failed, "it did not take over"};
  EXPECT_EQ(inject(cluster, "power-voters", "all").error, "skipped: it did not take over");
  EXPECT_TRUE(cluster.whole());
}

TEST(TransferFaults, LeadershipGoesToAVoterThatRunsAndDoesNotLead) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FakeCluster cluster(5);
    cluster.leading = {"n1"};
    cluster.kill({"n2"});
    cluster.members.erase("n3");
    const Deed done = inject(cluster, "transfer", "random", seed);
    EXPECT_THAT(done.value, testing::AnyOf(Value::list("n4"), Value::list("n5")));
  }
}

TEST(TransferFaults, OneThatIsBehindIsStoppedWhileItIsAsked) {
  FakeCluster cluster(2);
  cluster.leading = {"n1"};
  cluster.no_transfer = Error{Error::Code::failed, "the other node did not take over"};
  const Deed done = inject(cluster, "transfer", "behind");
  EXPECT_EQ(done.error, "") << "that it does not take over is what was to be tried";
  EXPECT_THAT(cluster.journal, ElementsAre("pause n2", "transfer n2", "resume n2"));
  EXPECT_TRUE(cluster.whole());
  EXPECT_THAT(inject(cluster, "transfer", "random").error, StartsWith("skipped: the other node"));
}

TEST(TransferFaults, OneThatIsUnheardHearsTheOthersLateWhileItHandsOver) {
  FakeCluster cluster(3);
  cluster.leading = {"n1"};
  EXPECT_THAT(inject(cluster, "transfer-unheard", "random").value,
              testing::AnyOf(Value::list("n2"), Value::list("n3")));
  EXPECT_EQ(cluster.packets.to, "n1");
  EXPECT_GE(cluster.packets.delay, 200ms);
  EXPECT_LE(cluster.packets.delay, 400ms);
  undo(cluster, "transfer-unheard");
  EXPECT_TRUE(cluster.whole());
}

TEST(TransferFaults, WithoutALeaderItIsSkipped) {
  FakeCluster cluster(3);
  EXPECT_THAT(inject(cluster, "transfer", "random").error, StartsWith("skipped: no node leads"));
}

TEST(FaultsFor, EverythingIsOneFaultOfEachFamilyThatTheTargetCanDo) {
  const auto names = [](const std::set<Ability>& abilities) {
    std::vector<std::string> found;
    const auto faults = faults_for("everything", abilities, "sim");
    for (const Fault& fault : *faults) found.push_back(fault.name);
    return found;
  };
  EXPECT_THAT(names({}), ElementsAre("partition", "kill", "pause"));
  EXPECT_THAT(names({Ability::packets, Ability::membership}),
              ElementsAre("partition", "kill", "pause", "packets", "membership"));
  EXPECT_THAT(names(FakeCluster(1).abilities()),
              ElementsAre("partition", "kill", "pause", "packets", "clock", "disk", "power",
                          "bit-flip", "membership", "transfer"));
}

TEST(FaultsFor, AFaultThatTheTargetCannotDoIsRefusedByName) {
  const auto refused = faults_for("kill,bit-flip", {Ability::membership}, "local");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "the fault bit-flip needs disks and membership, but the target local has membership");
  EXPECT_THAT(faults_for("clock", {}, "ssh").error().what, HasSubstr("only processes and cuts"));
  EXPECT_EQ(faults_for("all", {}, "local")->size(), 3u);
}

TEST(FaultTable, WithoutTheirAbilitiesFaultsFailAsUnavailable) {
  class Plain : public FakeCluster {
   public:
    using FakeCluster::FakeCluster;
    Status set_packets(const Packets& p) override { return Cluster::set_packets(p); }
    PerNode cut_power(const Nodes& n) override { return Cluster::cut_power(n); }
  };
  Plain cluster(3);
  EXPECT_EQ(inject(cluster, "packets", "loss").failure->code, Error::Code::unavailable);
  EXPECT_EQ(inject(cluster, "power", "one").failure->code, Error::Code::unavailable);
}

}  // namespace
}  // namespace plumbline
