#include "node/replica/reset_points.h"

#include <gtest/gtest.h>

namespace plumbline::replica {
namespace {

raft::Message with(decltype(raft::Message::body) body) {
  return {raft::NodeId(1), raft::NodeId(2), raft::Term(3), std::move(body)};
}

const raft::Message k_vote = with(raft::VoteResponse{.pre_vote = false, .granted = true});
const raft::Message k_append = [] {
  raft::AppendRequest request;
  request.entries = {std::make_shared<const raft::Entry>()};
  return with(std::move(request));
}();
raft::Message snapshot_response(bool installed) {
  raft::SnapshotResponse response;
  response.installed = installed;
  return with(response);
}
const raft::Message k_installed = snapshot_response(true);

bool resets_after(const ResetShares& shares, const raft::Message& message) {
  ResetPoints points(shares, Rng(1));
  points.sent(message);
  const bool due = points.take_due();
  EXPECT_FALSE(points.take_due()) << "it says so once";
  return due;
}

TEST(ResetShares, AreReadFromTheirText) {
  EXPECT_EQ(parse_reset_shares(""), ResetShares{});
  EXPECT_EQ(parse_reset_shares("appended=0.25"), (ResetShares{.appended = 0.25}));
  EXPECT_EQ(parse_reset_shares("voted=1,appended=0.5,installed=0.125"),
            (ResetShares{.voted = 1, .appended = 0.5, .installed = 0.125}));
}

TEST(ResetShares, ThatCannotBeReadAreNamed) {
  for (const char* bad : {"voted", "voted=", "voted=2", "voted=-1", "voted=x", "voted=0.1x",
                          "elected=0.1", "voted=0.1,,", "voted 0.1"}) {
    const auto shares = parse_reset_shares(bad);
    ASSERT_FALSE(shares) << bad;
    EXPECT_EQ(shares.error().code, Error::Code::invalid);
    EXPECT_NE(shares.error().what.find("write voted=0.1"), std::string::npos);
  }
}

TEST(ResetPoints, AreTheMomentsOfTheirKindAndNoOthers) {
  for (const raft::Message* message : {&k_vote, &k_append, &k_installed}) {
    EXPECT_EQ(resets_after({.voted = 1}, *message), message == &k_vote);
    EXPECT_EQ(resets_after({.appended = 1}, *message), message == &k_append);
    EXPECT_EQ(resets_after({.installed = 1}, *message), message == &k_installed);
    EXPECT_FALSE(resets_after({}, *message));
  }
  const ResetShares always{.voted = 1, .appended = 1, .installed = 1};
  EXPECT_FALSE(resets_after(always, with(raft::VoteResponse{.pre_vote = true, .granted = true})));
  EXPECT_FALSE(resets_after(always, with(raft::VoteResponse{.pre_vote = false, .granted = false})));
  EXPECT_FALSE(resets_after(always, with(raft::AppendRequest{})));
  EXPECT_FALSE(resets_after(always, snapshot_response(false)));
  EXPECT_FALSE(resets_after(always, with(raft::Heartbeat{})));
}

TEST(ResetPoints, ComeAsOftenAsTheShareSays) {
  ResetPoints points({.appended = 0.1}, Rng(1));
  int resets = 0;
  for (int i = 0; i < 10'000; ++i) {
    points.sent(k_append);
    resets += points.take_due() ? 1 : 0;
  }
  EXPECT_GT(resets, 900);
  EXPECT_LT(resets, 1100);
}

}  // namespace
}  // namespace plumbline::replica
