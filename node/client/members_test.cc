// What can be told of a cluster from the statuses of its nodes, and that a cluster that is not
// there is said to be so in time. With real nodes: node/net/raftkvd_test.cc.

#include "node/client/members.h"

#include <gtest/gtest.h>

#include <chrono>

namespace plumbline::kv_client {
namespace {

proto::Status status(std::uint64_t applied, std::uint64_t hash,
                     std::map<std::uint64_t, std::uint64_t> hashes) {
  return {.applied = applied, .hash = hash, .hashes = std::move(hashes)};
}

TEST(Compare, TakesTheGreatestIndexThatAllHaveAHashOf) {
  const auto compared = compare({status(700, 7, {{256, 1}, {512, 2}}), status(512, 2, {{256, 1}}),
                                 status(800, 8, {{256, 9}, {512, 2}, {768, 3}})});
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->index, 512U);
  EXPECT_TRUE(compared->equal());
}

TEST(Compare, SaysWhenOneDiffers) {
  const auto compared = compare({status(300, 7, {{256, 1}}), status(400, 8, {{256, 2}})});
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->index, 256U);
  EXPECT_FALSE(compared->equal());
  EXPECT_EQ(compared->hashes, (std::vector<std::uint64_t>{1, 2}));
}

TEST(Compare, IdleNodesAreComparedWhereTheyAre) {
  EXPECT_TRUE(compare({status(5, 7, {}), status(5, 7, {})})->equal());
  EXPECT_FALSE(compare({status(5, 7, {}), status(6, 7, {})})) << "there is no common index";
}

TEST(ChangeMembers, EndsInTimeWhereNobodyLeads) {
  const auto begin = std::chrono::steady_clock::now();
  const auto done =
      change_members({"127.0.0.1:1"}, [](const proto::Status&) { return std::nullopt; }, 200ms);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Error::Code::timeout);
  EXPECT_NE(done.error().what.find("nobody leads"), std::string::npos) << done.error().what;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace plumbline::kv_client
