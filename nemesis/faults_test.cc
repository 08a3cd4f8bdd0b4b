// Goal: faults do what they are asked for, say what they did, and are undone whatever came of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nemesis/all.h"
#include "nemesis/perform.h"
#include "nemesis/targets.h"
#include "nemesis/testing.h"

namespace plumbline {
namespace {

using Process = FakeCluster::Process;

Operation asked(const std::string& f, const std::string& spec) {
  return {.f = f, .key = {}, .value = Value(spec)};
}
Operation heal(const std::string& f) { return {.f = "heal-" + f, .key = {}, .value = {}}; }

TEST(Faults, EveryFaultTakesHoldInEveryShapeAndHealsToAWholeCluster) {
  for (const Fault& fault : all_faults())
    for (const std::string& spec : fault.specs)
      for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SCOPED_TRACE(str(fault.name, " ", spec, " seed ", seed));
        FakeCluster cluster(5);
        cluster.leading = {"n4"};
        Rng rng(seed);
        const Deed done = perform(all_faults(), asked(fault.name, spec), cluster, rng);
        ASSERT_EQ(done.error, "");
        EXPECT_TRUE(done.value.is_list());
        // A jump of a clock, a hand-over and a replacement are over when they are done.
        const bool lasts =
            fault.family != "clock" && fault.family != "transfer" && fault.name != "replace";
        EXPECT_TRUE(!lasts || !cluster.whole());
        EXPECT_EQ(perform(all_faults(), heal(fault.name), cluster, rng).error, "");
        EXPECT_TRUE(cluster.whole());
        EXPECT_EQ(perform(all_faults(), heal(fault.name), cluster, rng).error, "");
        EXPECT_TRUE(cluster.whole());
      }
}

TEST(Faults, KillNamesTheNodesThatItKilled) {
  FakeCluster cluster(5);
  cluster.leading = {"n2"};
  Rng rng(1);
  const Deed done = perform(all_faults(), asked("kill-leader", "leader"), cluster, rng);
  EXPECT_EQ(done.value, Value::list("n2"));
  EXPECT_EQ(cluster.processes["n2"], Process::dead);
  EXPECT_EQ(cluster.journal, std::vector<std::string>{"kill n2"});
}

TEST(Faults, APartitionOfTheLeaderNamesBothSides) {
  FakeCluster cluster(3);
  cluster.leading = {"n2"};
  Rng rng(1);
  const Deed done = perform(all_faults(), asked("partition-leader", "leader"), cluster, rng);
  EXPECT_EQ(done.value, Value::list(Value::list("n1", "n3"), Value::list("n2")));
}

TEST(Faults, WithoutALeaderFaultsOnLeadersAreSkippedAndSayWhy) {
  for (const char* name : {"kill-leader", "pause-leader", "partition-leader"}) {
    FakeCluster cluster(3);
    Rng rng(1);
    const Deed done = perform(all_faults(), asked(name, "leader"), cluster, rng);
    EXPECT_THAT(done.error, testing::StartsWith("skipped: no node "));
    EXPECT_FALSE(done.failure);
    EXPECT_EQ(done.value, Value("leader"));
    EXPECT_TRUE(cluster.whole());
  }
}

TEST(Faults, ResumingAProcessThatWasKilledWhilePausedIsNoError) {
  FakeCluster cluster(3);
  Rng rng(1);
  perform(all_faults(), asked("pause-all", "all"), cluster, rng);
  perform(all_faults(), asked("kill-all", "all"), cluster, rng);
  EXPECT_EQ(perform(all_faults(), heal("pause-all"), cluster, rng).error, "");
  EXPECT_EQ(cluster.processes["n1"], Process::dead);
  EXPECT_EQ(perform(all_faults(), heal("kill-all"), cluster, rng).error, "");
  EXPECT_TRUE(cluster.whole());
}

TEST(Faults, PausingLeavesOutWhatIsDeadAlready) {
  FakeCluster cluster(3);
  Rng rng(1);
  cluster.kill({"n2"});
  EXPECT_EQ(perform(all_faults(), asked("pause-all", "all"), cluster, rng).value,
            Value::list("n1", "n3"));
  cluster.kill({"n1", "n3"});
  const Deed nothing = perform(all_faults(), asked("pause-all", "all"), cluster, rng);
  EXPECT_EQ(nothing.error, "skipped: no process runs on n1, n2, n3");
}

TEST(Faults, RestartingDoesNotEndAPause) {
  FakeCluster cluster(3);
  Rng rng(1);
  perform(all_faults(), asked("pause-all", "all"), cluster, rng);
  perform(all_faults(), heal("kill"), cluster, rng);
  EXPECT_EQ(cluster.processes["n1"], Process::paused);
}

TEST(Faults, AFailureNamesTheNodeAndStillHealsLater) {
  FakeCluster cluster(3);
  cluster.broken = {"n2"};
  Rng rng(1);
  const Deed done = perform(all_faults(), asked("kill-all", "all"), cluster, rng);
  EXPECT_EQ(done.error, "n2: no route");
  ASSERT_TRUE(done.failure);
  EXPECT_EQ(done.failure->code, Error::Code::transport);
  EXPECT_EQ(cluster.processes["n3"], Process::dead);
  cluster.broken.clear();
  EXPECT_EQ(perform(all_faults(), heal("kill-all"), cluster, rng).error, "");
  EXPECT_TRUE(cluster.whole());
}

TEST(Faults, FinalHealsResumeThenStartThenHealTheNetwork) {
  const auto faults = parse_faults("partition-ring,kill,partition,pause-one");
  ASSERT_TRUE(faults);
  std::vector<std::string> order;
  for (const Operation& operation : final_heals(*faults)) order.push_back(operation.f);
  EXPECT_THAT(order, testing::ElementsAre("heal-pause-one", "heal-kill", "heal-partition-ring",
                                          "heal-partition"));
}

TEST(Faults, SelectorsHoldWhatTheyPromise) {
  for (std::size_t count = 3; count <= 9; ++count)
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      SCOPED_TRACE(str("nodes ", count, " seed ", seed));
      FakeCluster cluster(count);
      cluster.leading = {"n1", "n3"};
      Rng rng(seed);
      EXPECT_EQ(select("one", cluster, rng)->size(), 1u);
      const auto minority = select("minority", cluster, rng);
      EXPECT_GE(minority->size(), 1u);
      EXPECT_LT(2 * minority->size(), count);
      EXPECT_TRUE(std::is_sorted(minority->begin(), minority->end()));
      EXPECT_GT(2 * select("majority", cluster, rng)->size(), count);
      EXPECT_EQ(*select("all", cluster, rng), cluster.nodes());
      const Nodes leader = *select("leader", cluster, rng);
      EXPECT_TRUE(leader == Nodes{"n1"} || leader == Nodes{"n3"});
    }
}

TEST(Faults, AMinorityOfTwoNodesIsNobody) {
  FakeCluster cluster(2);
  Rng rng(1);
  EXPECT_FALSE(select("minority", cluster, rng));
}

TEST(FaultTable, OnlyStoppingAMajorityLeavesNoQuorum) {
  std::set<std::string> without;
  for (const Fault& fault : all_faults())
    if (leaves_no_quorum(fault)) without.insert(fault.name);
  EXPECT_EQ(without,
            (std::set<std::string>{"kill-all", "kill-majority", "pause-all", "pause-majority",
                                   "power-all", "power-majority", "power-voters"}));
}

TEST(FaultTable, NamesAreUniqueAndEachFamilyHasOneHealOrder) {
  std::set<std::string> names;
  std::map<std::string, int> orders;
  for (const Fault& fault : all_faults()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_FALSE(fault.summary.empty());
    EXPECT_EQ(orders.try_emplace(fault.family, fault.heal_order).first->second, fault.heal_order);
  }
}

TEST(FaultTable, ListsAreParsedOnceEachAndSlipsAreNamed) {
  EXPECT_EQ(parse_faults("none")->size(), 0u);
  EXPECT_EQ(parse_faults("")->size(), 0u);
  EXPECT_EQ(parse_faults("all")->size(), 3u);
  EXPECT_EQ(parse_faults("kill,kill,pause")->size(), 2u);
  const auto slip = parse_faults("kill,partiton");
  ASSERT_FALSE(slip);
  EXPECT_EQ(slip.error().what, "unknown fault 'partiton': did you mean 'partition'?");
  EXPECT_THAT(parse_faults("earthquake").error().what,
              testing::HasSubstr("one of all, everything, none,"));
}

}  // namespace
}  // namespace plumbline
