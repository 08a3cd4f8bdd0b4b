#include "node/replica/pending.h"

#include <gtest/gtest.h>

namespace plumbline::replica {
namespace {

using raft::Index;
using raft::Term;

PendingWrite from(std::uint64_t request) { return {{nullptr, request}, Nanos(0)}; }

TEST(PendingWrites, AWriteIsDoneWhenItsEntryIsCommitted) {
  PendingWrites writes;
  const auto a = writes.add(from(1));
  const auto b = writes.add(from(2));
  writes.accepted({a, Term(1), Index(5)});
  writes.accepted({b, Term(1), Index(6)});
  EXPECT_TRUE(writes.committed(Index(4), Term(1)).empty());
  const auto fates = writes.committed(Index(5), Term(1));
  ASSERT_EQ(fates.size(), 1u);
  EXPECT_TRUE(fates[0].done);
  EXPECT_EQ(fates[0].write.to.request, 1u);
  EXPECT_EQ(writes.size(), 1u);
}

TEST(PendingWrites, AWriteIsLostWhenAnotherTermsEntryIsCommittedInItsPlace) {
  PendingWrites writes;
  writes.accepted({writes.add(from(1)), Term(1), Index(5)});
  const auto fates = writes.committed(Index(5), Term(2));
  ASSERT_EQ(fates.size(), 1u);
  EXPECT_FALSE(fates[0].done);
}

TEST(PendingWrites, TwoTermsMayWaitForOneIndexAndOneOfThemWins) {
  PendingWrites writes;
  writes.accepted({writes.add(from(1)), Term(1), Index(5)});
  writes.leadership_lost(Nanos(100));
  writes.accepted({writes.add(from(2)), Term(3), Index(5)});
  const auto fates = writes.committed(Index(5), Term(3));
  ASSERT_EQ(fates.size(), 2u);
  EXPECT_FALSE(fates[0].done);
  EXPECT_EQ(fates[0].write.to.request, 1u);
  EXPECT_TRUE(fates[1].done);
}

TEST(PendingWrites, OnlyWritesOfALostLeadershipAreGivenUp) {
  PendingWrites writes;
  writes.accepted({writes.add(from(1)), Term(1), Index(5)});
  EXPECT_TRUE(writes.given_up(Nanos(1'000'000)).empty());
  writes.leadership_lost(Nanos(100));
  writes.accepted({writes.add(from(2)), Term(3), Index(6)});
  EXPECT_TRUE(writes.given_up(Nanos(99)).empty());
  const auto over = writes.given_up(Nanos(100));
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].to.request, 1u);
  EXPECT_TRUE(writes.given_up(Nanos(1000)).empty());
  EXPECT_EQ(writes.size(), 1u);
}

TEST(PendingWrites, ASnapshotHidesTheFateOfWhatItCovers) {
  PendingWrites writes;
  writes.accepted({writes.add(from(1)), Term(1), Index(5)});
  writes.accepted({writes.add(from(2)), Term(1), Index(9)});
  const auto hidden = writes.hidden_by_snapshot(Index(8));
  ASSERT_EQ(hidden.size(), 1u);
  EXPECT_EQ(hidden[0].to.request, 1u);
}

TEST(PendingWrites, ARefusedProposalIsGivenBackOnce) {
  PendingWrites writes;
  const auto a = writes.add(from(1));
  EXPECT_TRUE(writes.take(a));
  EXPECT_FALSE(writes.take(a));
  EXPECT_EQ(writes.size(), 0u);
}

TEST(PendingReads, AReadWaitsUntilTheStateIsFarEnough) {
  PendingReads reads;
  const auto a = reads.add({"a", {nullptr, 1}, Nanos(0)});
  const auto b = reads.add({"b", {nullptr, 2}, Nanos(0)});
  const auto c = reads.add({"c", {nullptr, 3}, Nanos(0)});
  EXPECT_EQ(reads.ready({a, Index(5)}, Index(5))->key, "a");
  EXPECT_FALSE(reads.ready({b, Index(7)}, Index(5)));
  EXPECT_EQ(reads.refused(c)->key, "c");
  EXPECT_TRUE(reads.caught_up(Index(6)).empty());
  EXPECT_EQ(reads.caught_up(Index(7)).at(0).key, "b");
  EXPECT_EQ(reads.size(), 0u);
}

}  // namespace
}  // namespace plumbline::replica
