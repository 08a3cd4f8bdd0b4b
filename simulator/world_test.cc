// Goal: the parts of the simulated world keep their promises: what a kill keeps and a power failure
// loses, what a pause holds back, who hears whom, what clocks show, and that ticks that would do
// nothing can be left out.

#include <gtest/gtest.h>

#include <algorithm>

#include "simulator/sim_cluster.h"
#include "simulator/streams.h"
#include "simulator/testing.h"
#include "simulator/world.h"

namespace plumbline::simulator {
namespace {

/// A world whose clients are the test's.
class Calm : public testing::Test, protected Caller {
 protected:
  explicit Calm(WorldSetup setup = {.invariants = true})
      : world_(setup),
        me_(world_.introduce(*this)),
        cluster_(world_, [this](Nanos limit) { turn(limit); }) {}

  void turn(Nanos limit) {
    if (world_.next_event() <= limit)
      world_.step();
    else
      world_.advance_to(limit);
  }
  void pass(Nanos time) {
    cluster_.wait(world_.now() + time, [] { return false; });
  }
  NodeName leader() {
    EXPECT_TRUE(cluster_.wait(world_.now() + 10s, [this] { return !cluster_.leaders().empty(); }));
    return cluster_.leaders().empty() ? "" : cluster_.leaders().front();
  }
  std::size_t place_of(const NodeName& name) const {
    return static_cast<std::size_t>(name.back() - '1');
  }
  /// The reply, or nothing if it did not come in time.
  std::optional<proto::Reply> ask(const NodeName& node, proto::Request request,
                                  Nanos patience = 1s) {
    reply_.reset();
    const auto call = world_.call(me_, place_of(node), std::move(request), 100us, 100us);
    cluster_.wait(world_.now() + patience, [this] { return reply_.has_value(); });
    world_.forget(call);
    return reply_;
  }
  bool put(const NodeName& node, const std::string& value) {
    const auto reply = ask(node, {.op = proto::Op::put, .key = "k", .value = value});
    return reply && reply->code == proto::Code::ok;
  }
  void answered(std::uint64_t, const proto::Reply& reply) override { reply_ = reply; }
  void lost(std::uint64_t, bool) override { ++lost_; }
  void timer(std::uint64_t) override {}

  World world_;
  const std::uint16_t me_;
  SimCluster cluster_;
  std::optional<proto::Reply> reply_;
  int lost_ = 0;
};

class OneNode : public Calm {
 protected:
  OneNode() : Calm({.nodes = 1, .weather = {.sync_min = 20ms, .sync_max = 20ms, .torn = 0}}) {}
  std::uint64_t last_index() { return world_.node(0).replica().raft().status().last_index.value; }
  /// A put that has been written, but not yet synced.
  void put_unsynced() { ask("n1", {.op = proto::Op::put, .key = "k", .value = "unsynced"}, 5ms); }
};

TEST_F(OneNode, LosesNothingThatWasWrittenWhenItIsKilled) {
  ASSERT_TRUE(put(leader(), "1"));
  pass(100ms);
  const std::uint64_t before = last_index();
  put_unsynced();
  ASSERT_TRUE(all_ok(cluster_.kill({"n1"})));
  EXPECT_EQ(cluster_.down(), Nodes{"n1"});
  ASSERT_TRUE(all_ok(cluster_.start({"n1"})));
  EXPECT_EQ(last_index(), before + 1);
}

TEST_F(OneNode, LosesWhatWasNotSyncedWhenItsPowerFails) {
  ASSERT_TRUE(put(leader(), "1"));
  pass(100ms);
  const std::uint64_t before = last_index();
  put_unsynced();
  ASSERT_TRUE(all_ok(cluster_.cut_power({"n1"})));
  ASSERT_TRUE(all_ok(cluster_.start({"n1"})));
  EXPECT_EQ(last_index(), before);
  leader();
  const auto read = ask("n1", {.op = proto::Op::get, .key = "k"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->value, proto::Value("1"));
}

class ThreeNodesThatReset : public Calm {
 protected:
  ThreeNodesThatReset() : Calm({.nodes = 3, .weather = {.reset_voted = 0.5}, .invariants = true}) {}
};

/// The leader is killed again and again: each election has a vote, after which its giver may lose
/// power; and it comes back.
TEST_F(ThreeNodesThatReset, LosePowerAfterAVoteAndServeAgain) {
  for (int round = 0; round < 10; ++round) {
    const NodeName leads = leader();
    ASSERT_TRUE(all_ok(cluster_.kill({leads})));
    pass(1s);
    ASSERT_TRUE(all_ok(cluster_.start({leads})));
    pass(1s);
  }
  std::size_t resets = 0;
  for (std::size_t place = 0; place < 3; ++place)
    resets += static_cast<std::size_t>(std::ranges::count_if(
        world_.node(place).lines(),
        [](const std::string& line) { return line.ends_with("info reset"); }));
  EXPECT_GE(resets, 2u);
  EXPECT_TRUE(put(leader(), "1"));
}

TEST_F(OneNode, DoesNothingWhilePausedAndEverythingAfterwards) {
  leader();
  ASSERT_TRUE(all_ok(cluster_.pause({"n1"})));
  EXPECT_FALSE(ask("n1", {.op = proto::Op::put, .key = "k", .value = "1"}, 3s));
  world_.call(me_, 0, {.op = proto::Op::put, .key = "k", .value = "2"}, 100us, 100us);
  pass(1s);
  EXPECT_FALSE(reply_);
  ASSERT_TRUE(all_ok(cluster_.resume({"n1"})));
  EXPECT_TRUE(cluster_.wait(world_.now() + 5s, [this] { return reply_.has_value(); }));
}

TEST_F(OneNode, TellsClientsWhetherADeadNodeMayHaveGotTheirRequest) {
  leader();
  put_unsynced();
  world_.call(me_, 0, {.op = proto::Op::put, .key = "k", .value = "1"}, 100us, 100us);
  pass(2ms);
  ASSERT_TRUE(all_ok(cluster_.kill({"n1"})));
  pass(2ms);
  EXPECT_EQ(lost_, 1);
  EXPECT_FALSE(ask("n1", {.op = proto::Op::get, .key = "k"}));
  EXPECT_EQ(lost_, 2);
}

TEST_F(OneNode, EndsOfADiskThatIsFullAndThatIsNoDeathOfItsOwn) {
  leader();
  ASSERT_TRUE(all_ok(cluster_.set_disk({"n1"}, DiskTrouble::full)));
  EXPECT_FALSE(put("n1", "1"));
  EXPECT_EQ(cluster_.down(), Nodes{"n1"});
  EXPECT_TRUE(world_.deaths().empty());
  ASSERT_TRUE(cluster_.heal_and_verify());
  EXPECT_TRUE(put(leader(), "2"));
}

TEST_F(OneNode, EndsOfASyncThatFails) {
  leader();
  ASSERT_TRUE(all_ok(cluster_.set_disk({"n1"}, DiskTrouble::failing)));
  EXPECT_FALSE(put("n1", "1"));
  EXPECT_EQ(cluster_.down(), Nodes{"n1"});
  EXPECT_EQ(world_.watch().coverage().of(State::disk_failed), 1U);
}

class FiveNodes : public Calm {};

TEST_F(FiveNodes, HearsNothingAcrossACutInOneDirection) {
  const NodeName old = leader();
  Cut cut;
  for (const NodeName& node : cluster_.nodes())
    if (node != old) cut[node] = {old};
  ASSERT_TRUE(cluster_.set_cut(cut));
  EXPECT_TRUE(cluster_.wait(world_.now() + 10s, [&] {
    const Nodes leaders = cluster_.leaders();
    return leaders.size() == 1 && leaders.front() != old;
  }));
}

TEST_F(FiveNodes, TakesAMemberOutAndInUnderANewId) {
  leader();
  const raft::NodeId before = world_.node(2).id();
  ASSERT_TRUE(cluster_.remove_member("n3"));
  EXPECT_EQ(cluster_.voters(), (Nodes{"n1", "n2", "n4", "n5"}));
  EXPECT_FALSE(world_.node(2).is_member());
  EXPECT_FALSE(world_.node(2).has_process());
  ASSERT_TRUE(cluster_.add_member("n3"));
  EXPECT_EQ(cluster_.voters(), cluster_.nodes());
  EXPECT_GT(world_.node(2).id(), before);
  EXPECT_TRUE(put(leader(), "1"));
}

TEST_F(FiveNodes, HandsLeadershipOver) {
  const NodeName old = leader();
  const NodeName to = old == "n1" ? "n2" : "n1";
  pass(500ms);
  ASSERT_TRUE(cluster_.transfer_leadership(to));
  EXPECT_TRUE(cluster_.wait(world_.now() + 1s, [&] { return cluster_.leaders() == Nodes{to}; }));
}

TEST_F(FiveNodes, RefusesToStartFromADiskOnWhichABitChanged) {
  ASSERT_TRUE(put(leader(), "1"));
  ASSERT_TRUE(all_ok(cluster_.kill({"n2"})));
  ASSERT_FALSE(all_ok(cluster_.flip_bit({"n1"}))) << "it runs";
  ASSERT_TRUE(all_ok(cluster_.flip_bit({"n2"})));
  ASSERT_TRUE(all_ok(cluster_.start({"n2"})));
  EXPECT_TRUE(world_.deaths().empty());
}

TEST_F(FiveNodes, FlipsBitsOnAMinorityOfDisksOnly) {
  ASSERT_TRUE(put(leader(), "1"));
  pass(100ms);
  ASSERT_TRUE(all_ok(cluster_.kill({"n1", "n2", "n3"})));
  const PerNode flipped = cluster_.flip_bit({"n1", "n2", "n3"});
  EXPECT_TRUE(flipped.at("n1"));
  EXPECT_TRUE(flipped.at("n2"));
  EXPECT_FALSE(flipped.at("n3"));
}

// ---- Ticks, clocks, weather ---------------------------------------------------------------------

TEST(Ticks, ThatWouldDoNothingCanBeLeftOut) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::vector<std::string> logs[2];
    for (const bool every : {false, true}) {
      Rng weather_rng = stream(seed, Purpose::weather);
      World world({.seed = seed, .weather = draw_weather(weather_rng), .every_tick = every});
      while (world.now() < 20s) world.step();
      for (const auto& node : world.nodes())
        for (const std::string& line : node->lines()) logs[every ? 1 : 0].push_back(line);
    }
    EXPECT_EQ(logs[0], logs[1]) << "seed " << seed;
  }
}

TEST(NodeClock, RunsAtItsRateAndKeepsWhatItHasGained) {
  NodeClock clock;
  clock.set_rate(0s, 1'100'000);
  EXPECT_EQ(clock.steady(10s), 11s);
  clock.set_rate(10s, NodeClock::k_true_rate);
  EXPECT_EQ(clock.steady(20s), 21s);
  const auto before = clock.wall_ms(20s);
  clock.jump_wall(-5s);
  EXPECT_EQ(clock.wall_ms(20s), before - 5000);
  EXPECT_EQ(clock.steady(20s), 21s);
}

TEST(NodeClock, KnowsWhenItWillShowATime) {
  for (const std::int64_t rate : {10'000, 999'983, 1'000'000, 1'000'007, 3'000'000}) {
    NodeClock clock;
    clock.set_rate(5s, rate);
    for (const Nanos wanted : {6s + 0ns, 6s + 1ns, 6s + 999'999'999ns}) {
      const Nanos at = clock.world_at(wanted);
      EXPECT_GE(clock.steady(at), wanted);
      EXPECT_LT(clock.steady(at - 1ns), wanted);
    }
  }
}

TEST(Weather, IsReadBackFromItsText) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const Weather weather = draw_weather(rng);
    const auto read = parse_weather(to_text(weather));
    ASSERT_TRUE(read) << to_text(weather) << ": " << read.error().what;
    EXPECT_EQ(*read, weather) << to_text(weather);
  }
  EXPECT_EQ(to_text(Weather()), "");
  EXPECT_EQ(to_text(Weather{.delay_max = 20ms, .loss = 0.1}), "delay-max=20ms,loss=0.1");
  EXPECT_EQ(parse_weather("reset-voted=0.5,reset-appended=0.01,reset-installed=1"),
            (Weather{.reset_voted = 0.5, .reset_appended = 0.01, .reset_installed = 1}));
}

TEST(Weather, SaysWhatIsWrongWithItsText) {
  EXPECT_EQ(parse_weather("los=0.1").error().what, "weather has no 'los': did you mean 'loss'?");
  EXPECT_FALSE(parse_weather("loss=1.5"));
  EXPECT_FALSE(parse_weather("loss"));
  EXPECT_FALSE(parse_weather("delay-max=1us"));
  EXPECT_FALSE(parse_weather("heartbeat=1s"));
}

TEST(Network, DrawsForEachLinkByItself) {
  const Weather weather{.loss = 0.5};
  Network one(1, 3, weather), other(1, 3, weather);
  for (int i = 0; i < 50; ++i) one.send(0, 1);  // must not shift what 0 -> 2 draws
  for (int i = 0; i < 50; ++i) {
    const auto a = one.send(0, 2), b = other.send(0, 2);
    EXPECT_EQ(a.copies, b.copies);
    EXPECT_EQ(a.delays, b.delays);
  }
}

TEST(EventQueue, GivesWhatIsDueFirstAndAmongEqualsWhatCameFirst) {
  EventQueue queue;
  for (const std::uint64_t which : {3, 1, 2, 1, 3, 2})
    queue.post({.at = Nanos(which), .which = which});
  Nanos last{};
  std::uint64_t order = 0;
  while (!queue.empty()) {
    const Due due = queue.take();
    EXPECT_GE(due.at, last);
    EXPECT_TRUE(due.at > last || due.order > order);
    last = due.at;
    order = due.order;
  }
}

}  // namespace
}  // namespace plumbline::simulator
