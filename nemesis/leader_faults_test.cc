// Goal: faults that follow who leads, from one leader to the next, do their steps in order, and are
// undone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nemesis/cuts.h"
#include "nemesis/testing.h"

namespace plumbline {
namespace {

using testing::StartsWith;

/// Whoever hears a majority, and was not its leader before, leads after a while.
class Electing : public FakeCluster {
 public:
  explicit Electing(std::size_t count) : FakeCluster(count) { leading = {"n1"}; }
  void pass(Nanos time) override {
    FakeCluster::pass(time);
    if (passed < due_) return;
    for (const NodeName& node : nodes())
      if (2 * (nodes().size() - cut[node].size()) > nodes().size() && !has_led_[node]++) {
        leading = {node};
        due_ = passed + 100ms;
        journal.push_back("leads " + node);
        return;
      }
  }

 private:
  std::map<NodeName, int> has_led_{{"n1", 1}};
  Nanos due_ = 100ms;
};

TEST(SuccessionFault, EachLeaderFallsAtItsTurn) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Electing cluster(5);
    const Deed done = inject(cluster, "succession", "leader", seed);
    ASSERT_EQ(done.error, "");
    const auto fallen = done.value.as_list();
    ASSERT_EQ(fallen.size(), 2U);
    EXPECT_EQ(fallen[0], Value("n1"));
    const NodeName second = fallen[1].as_text();
    EXPECT_THAT(cluster.journal, testing::Contains("leads " + second));
    EXPECT_THAT(cluster.down(), testing::IsEmpty()) << "who voted runs again";
    EXPECT_EQ(cluster.cut.at("n1").size(), 3U) << "the first one is among few";
    EXPECT_EQ(cluster.cut.at(second).size(), 2U) << "and the second among the others";
    undo(cluster, "succession");
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(SuccessionFault, WhereNobodyElseComesToLeadItIsACut) {
  FakeCluster cluster(3);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "succession", "leader").value, Value::list("n2"));
  EXPECT_EQ(cluster.cut.at("n2").size(), 2U);
  EXPECT_GT(cluster.passed, 1s) << "it was waited for";
  cluster.leading.clear();
  EXPECT_THAT(inject(cluster, "succession", "leader").error, StartsWith("skipped: no node leads"));
}

/// After a while all believe to lead.
class Split : public FakeCluster {
 public:
  Split() : FakeCluster(5) { leading = {"n3"}; }
  void pass(Nanos time) override {
    FakeCluster::pass(time);
    leading = nodes();
  }
};

TEST(ContestedVoteFault, TheVoterIsAwayAndThenHearsTwoHalvesLate) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Electing cluster(5);
    const Deed done = inject(cluster, "contested-vote", "leader", seed);
    ASSERT_EQ(done.error, "");
    EXPECT_EQ(done.value, Value::list("n1"));
    EXPECT_THAT(cluster.cut["n1"], testing::IsEmpty()) << "the voter hears both halves";
    for (const char* node : {"n2", "n3", "n4", "n5"})
      EXPECT_EQ(cluster.cut[node].size(), 2U) << "no half hears the other";
    EXPECT_THAT(cluster.down(), testing::IsEmpty());
    EXPECT_EQ(cluster.packets, Packets{}) << "in the end it hears them well";
    std::vector<std::string> steps;
    for (const std::string& line : cluster.journal)
      if (!line.starts_with("leads")) steps.push_back(line.substr(0, line.find(' ')));
    EXPECT_THAT(steps, testing::ElementsAre("cut", "packets", "kill", "cut", "start", "packets"));
    undo(cluster, "contested-vote");
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(ContestedVoteFault, TwoWhoLeadAreLeftALittleWhile) {
  Split cluster;
  ASSERT_EQ(inject(cluster, "contested-vote", "leader").error, "");
  EXPECT_GE(cluster.passed, 600ms);
}

TEST(ContestedVoteFault, NeedsAnOddNumberOfNodes) {
  FakeCluster cluster(4);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "contested-vote", "leader").error,
            "skipped: half of an even number of nodes is no majority");
  EXPECT_TRUE(cluster.whole());
}

TEST(ContestedVoteFault, WhereNobodyElseComesToLeadItIsACut) {
  FakeCluster cluster(3);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "contested-vote", "leader").value, Value::list("n2"));
  EXPECT_EQ(cluster.cut.at("n2").size(), 2U);
  cluster.leading.clear();
  EXPECT_THAT(inject(cluster, "contested-vote", "leader").error,
              StartsWith("skipped: no node leads"));
}

/// Another leads where the leader hears no majority.
class Replacing : public FakeCluster {
 public:
  Replacing() : FakeCluster(5) { leading = {"n1"}; }
  void pass(Nanos time) override {
    FakeCluster::pass(time);
    const auto led = std::ranges::find(nodes(), leading.front());
    if (cut[*led].size() > 1) leading = {led + 1 == nodes().end() ? nodes().front() : *(led + 1)};
  }
};

TEST(RollingPartition, EachLeaderIsAloneAsTheOneBeforeComesBack) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Replacing cluster;
    const Deed done = inject(cluster, "partition-rolling", "leader", seed);
    ASSERT_EQ(done.error, "");
    const auto alone = done.value.as_list();
    ASSERT_EQ(alone.size(), 4U);
    EXPECT_EQ(std::set<Value>(alone.begin(), alone.end()).size(), 4U);
    EXPECT_EQ(alone[0], Value("n1"));
    EXPECT_THAT(cluster.journal, testing::Not(testing::Contains("heal network")));
    EXPECT_EQ(cluster.cut, cut_off(cluster.nodes(), alone.back().as_text()));
    undo(cluster, "partition-rolling");
    EXPECT_TRUE(cluster.whole());
  }
}

/// Who comes back says for a while that it leads still.
class SlowToLearn : public Replacing {
 public:
  Nodes leaders() override { return passed < learns_at_ ? Nodes{back_, leading.front()} : leading; }
  Status set_cut(const Cut& wanted) override {
    for (const NodeName& node : nodes())
      if (cut[node].size() > 1) back_ = node;
    learns_at_ = passed + 10ms;
    return Replacing::set_cut(wanted);
  }

 private:
  NodeName back_ = "n1";
  Nanos learns_at_{};
};

TEST(RollingPartition, WhoComesBackIsNotTakenForTheNextLeader) {
  int aright = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SlowToLearn cluster;
    const Deed done = inject(cluster, "partition-rolling", "leader", seed);
    ASSERT_EQ(done.error, "");
    const auto alone = done.value.as_list();
    aright += std::set<Value>(alone.begin(), alone.end()).size() == 4;
  }
  EXPECT_GE(aright, 18) << "but where a turn is no time at all";
}

TEST(RollingPartition, OneNodeHasNobodyToBeCutOffFrom) {
  FakeCluster cluster(1);
  cluster.leading = {"n1"};
  EXPECT_EQ(inject(cluster, "partition-rolling", "leader").error, "skipped: one node has no links");
}

TEST(RollingPartition, EndsWithTheLastLeaderThatThereWas) {
  FakeCluster cluster(3);
  cluster.leading = {"n2"};
  EXPECT_EQ(inject(cluster, "partition-rolling", "leader").value, Value::list("n2"));
  EXPECT_EQ(cluster.cut, cut_off(cluster.nodes(), "n2"));
  cluster.leading.clear();
  EXPECT_EQ(inject(cluster, "partition-rolling", "leader").error, "skipped: no node leads");
}

}  // namespace
}  // namespace plumbline
