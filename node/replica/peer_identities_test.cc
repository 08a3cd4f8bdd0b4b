#include "node/replica/peer_identities.h"

#include <gtest/gtest.h>

namespace plumbline::replica {
namespace {

using raft::NodeId;

/// A node with a data directory of its own; `store` 0 stands for nothing, so tests count from 1.
PeerIdentities node(std::uint64_t id, std::uint64_t store, const std::string& origin = "1,2,3") {
  return {"c", NodeId(id), StoreId(store), origin};
}

/// What `callee` says to a call of `caller`.
std::string call(const PeerIdentities& caller, PeerIdentities& callee, std::uint64_t callee_id) {
  return callee.meet(caller.introduce_to(NodeId(callee_id))).refusal;
}

TEST(PeerIdentities, NodesThatMeetForTheFirstTimeRememberEachOther) {
  PeerIdentities one = node(1, 11), two = node(2, 22);
  const auto first = two.meet(one.introduce_to(NodeId(2)));
  EXPECT_EQ(first.refusal, "");
  EXPECT_TRUE(first.news);
  const auto again = two.meet(one.introduce_to(NodeId(2)));
  EXPECT_EQ(again.refusal, "");
  EXPECT_FALSE(again.news);
  EXPECT_EQ(two.introduce_to(NodeId(1)).to_store, StoreId(11));
  EXPECT_EQ(one.introduce_to(NodeId(2)).to_store, k_unknown_store);
}

TEST(PeerIdentities, AWipedNodeIsRefusedByWhoeverMetItAndToldWhyWhicheverCalls) {
  PeerIdentities one = node(1, 11), three = node(3, 33), wiped = node(3, 44);
  ASSERT_EQ(call(three, one, 1), "");
  EXPECT_NE(call(wiped, one, 1).find("node 3 lost its data: remove it and add it again"),
            std::string::npos);
  EXPECT_NE(call(one, wiped, 3).find("node 3 lost its data"), std::string::npos);
  EXPECT_EQ(call(three, one, 1), "") << "the one that was met is still welcome";
}

TEST(PeerIdentities, ANodeThatComesBackUnderANewIdIsWelcome) {
  PeerIdentities one = node(1, 11), three = node(3, 33);
  ASSERT_EQ(call(three, one, 1), "");
  EXPECT_EQ(call(node(4, 44, ""), one, 1), "");
}

TEST(PeerIdentities, WhenTheOneThatRemembersIsWipedTheOthersStillRefuse) {
  PeerIdentities one = node(1, 11), two = node(2, 22), three = node(3, 33);
  for (const PeerIdentities* caller : {&two, &three}) ASSERT_EQ(call(*caller, one, 1), "");
  for (const PeerIdentities* caller : {&one, &three}) ASSERT_EQ(call(*caller, two, 2), "");
  for (const PeerIdentities* caller : {&one, &two}) ASSERT_EQ(call(*caller, three, 3), "");
  PeerIdentities wiped_one = node(1, 99), wiped_two = node(2, 98);
  EXPECT_EQ(call(wiped_one, wiped_two, 2), "") << "neither remembers anybody";
  EXPECT_NE(call(wiped_one, three, 3), "");
  EXPECT_NE(call(three, wiped_one, 1), "");
}

TEST(PeerIdentities, AForeignClusterIsRefusedByNameAndByItsFirstNodes) {
  PeerIdentities one = node(1, 11);
  PeerIdentities other_name("d", NodeId(2), StoreId(22), "1,2,3");
  EXPECT_NE(call(other_name, one, 1).find("cluster 'd'"), std::string::npos);
  EXPECT_NE(call(node(2, 22, "1,2"), one, 1).find("began with nodes 1,2"), std::string::npos);
  EXPECT_NE(call(node(2, 22), one, 3).find("check the addresses"), std::string::npos);
  EXPECT_NE(call(node(1, 22), one, 1), "");
  EXPECT_NE(call(node(2, 0), one, 1), "");
}

TEST(PeerIdentities, ANodeThatJoinsLearnsWhichClusterItIsOf) {
  PeerIdentities joined = node(4, 44, "");
  EXPECT_EQ(call(node(1, 11), joined, 4), "");
  EXPECT_EQ(joined.introduce_to(NodeId(2)).origin, "1,2,3");
  EXPECT_NE(call(node(2, 22, "1,2"), joined, 4), "");
}

TEST(PeerIdentities, WhatIsRememberedSurvivesARestart) {
  PeerIdentities joined = node(4, 44, "");
  ASSERT_EQ(call(node(1, 11), joined, 4), "");
  PeerIdentities again = node(4, 44, "");
  ASSERT_TRUE(again.restore(joined.encode()));
  EXPECT_EQ(again.encode(), joined.encode());
  EXPECT_NE(call(node(1, 12), again, 4), "");
}

TEST(PeerIdentities, AListThatIsDamagedIsNotTaken) {
  const std::string good = "origin 1,2,3\n2 00000000000000ff\n";
  PeerIdentities one = node(1, 11);
  EXPECT_TRUE(one.restore(good));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    const bool list_of_nobody = cut == good.find('\n') + 1;
    EXPECT_EQ(one.restore(good.substr(0, cut)).has_value(), list_of_nobody) << cut;
  }
  EXPECT_TRUE(one.restore(good));
  for (const char* bad : {"", "\n", "origin 1,2\n", "origin 1,2,3\n0 00000000000000ff\n",
                          "origin 1,2,3\n2 0000000000000000\n", "origin 1,2,3\n2 xx\n"})
    EXPECT_FALSE(one.restore(bad)) << bad;
  EXPECT_EQ(one.encode(), good) << "and nothing was changed";
}

TEST(PeerIdentities, AStoreIdIsSixteenHexDigits) {
  EXPECT_EQ(to_hex(StoreId(0xfeedULL)), "000000000000feed");
  EXPECT_EQ(store_from_hex("000000000000feed"), StoreId(0xfeedULL));
  for (const char* bad : {"", "feed", "000000000000FEED", "00000000000000000", "000000000000000g"})
    EXPECT_FALSE(store_from_hex(bad)) << bad;
}

}  // namespace
}  // namespace plumbline::replica
