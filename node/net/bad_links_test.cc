// Goal: bad links do to messages what they are set to, and nothing else.
// Method: messages that "arrive" by hand, on an io_context that is run until they are all through.
#include "node/net/bad_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "node/net/clock.h"
#include "node/net/testing.h"

namespace plumbline::net {
namespace {

constexpr std::uint64_t k_many = 400;

raft::Message message(std::uint64_t round) {
  return {raft::NodeId(2), raft::NodeId(1), raft::Term(1),
          raft::Heartbeat{raft::Index(0), raft::Round(round)}};
}

struct Links {
  asio::io_context io{1};
  std::vector<std::uint64_t> heard;
  BadLinks links;
  explicit Links(const std::string& always, const std::string& file = {})
      : links(io, {.always = parse_link_trouble(always).value(), .file = file, .seed = 1},
              [this](raft::Message got) {
                heard.push_back(std::get<raft::Heartbeat>(got.body).round.value);
              }) {}
  void arrive(std::uint64_t count) {
    for (std::uint64_t i = 1; i <= count; ++i) links.arrived(message(i));
  }
};

TEST(BadLinks, WithoutTroubleDeliverAtOnce) {
  Links good("");
  good.arrive(3);
  EXPECT_THAT(good.heard, testing::ElementsAre(1, 2, 3));
}

TEST(BadLinks, DelayKeepsWhatArrivesUntilItIsDue) {
  Links late("delay=1ms");
  late.arrive(3);
  EXPECT_TRUE(late.heard.empty());
  late.io.run();
  EXPECT_THAT(late.heard, testing::ElementsAre(1, 2, 3));
}

TEST(BadLinks, JitterReorders) {
  Links links("jitter=5ms");
  links.arrive(k_many);
  links.io.run();
  EXPECT_EQ(links.heard.size(), k_many);
  EXPECT_FALSE(std::ranges::is_sorted(links.heard));
}

TEST(BadLinks, LoseSomeAndRepeatSome) {
  Links losing("loss=0.5");
  losing.arrive(k_many);
  EXPECT_GT(losing.heard.size(), k_many / 4);
  EXPECT_LT(losing.heard.size(), k_many * 3 / 4);
  Links repeating("duplicate=0.5");
  repeating.arrive(k_many);
  EXPECT_GT(repeating.heard.size(), k_many * 5 / 4);
  EXPECT_LT(repeating.heard.size(), k_many * 7 / 4);
}

TEST(BadLinks, GoByAFileWhileItIsThere) {
  const TemporaryDirectory directory;
  const std::string file = directory.path("links");
  Links links("", file);
  std::ofstream(file) << "loss=1\n";
  links.links.tick(1s);
  links.arrive(3);
  EXPECT_TRUE(links.heard.empty());
  ASSERT_EQ(std::remove(file.c_str()), 0);
  links.links.tick(2s);
  links.arrive(1);
  EXPECT_THAT(links.heard, testing::ElementsAre(1));
}

TEST(BadLinks, AreSetInWords) {
  const auto all =
      parse_link_trouble("delay=5ms,jitter=1s,slow=0.25,slow-max=600ms,loss=0.1,duplicate=1");
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, (LinkTrouble{5ms, 1s, 0.25, 600ms, 0.1, 1}));
  for (const char* wrong : {"delay", "delay=", "late=5ms", "loss=2", "loss=-0.1", "loss=0.1x"})
    EXPECT_FALSE(parse_link_trouble(wrong)) << wrong;
}

}  // namespace
}  // namespace plumbline::net
