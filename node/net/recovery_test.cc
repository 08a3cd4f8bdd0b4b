// The data directory and what is recovered from it, on the real file system.

#include "node/replica/recovery.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/net/data_directory.h"
#include "node/net/testing.h"

namespace plumbline::net {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Term;

const Identity k_identity{
    .cluster = "c",
    .id = NodeId(1),
    .first_nodes = {{.id = NodeId(1), .host = "a"}, {.id = NodeId(2), .host = "::1"}}};

class Recovery : public testing::Test {
 protected:
  Result<DataDirectory> open(const Identity& identity = k_identity) {
    return DataDirectory::open(*files, directory.path("data"), identity);
  }
  Result<replica::Recovered> recovered() {
    return replica::recover(*files, directory.path("data"), {1 << 20});
  }
  static raft::Persist entries(std::uint64_t from, std::uint64_t to, std::uint64_t term) {
    raft::Persist batch;
    for (std::uint64_t i = from; i <= to; ++i)
      batch.entries.push_back(std::make_shared<raft::Entry>(
          raft::Entry{Term(term), Index(i), raft::EntryType::no_op, ""}));
    return batch;
  }
  void write(const raft::Persist& batch) {
    auto now = recovered();
    ASSERT_TRUE(now) << now.error().what;
    ASSERT_TRUE(now->wal->append(batch));
    ASSERT_TRUE(now->wal->sync());
  }
  void save_snapshot(std::uint64_t index, std::uint64_t term) {
    kv::StateMachine machine;
    machine.apply(1, {.op = kv::Op::put, .key = "k", .value = "v"});
    for (std::uint64_t i = 2; i <= index; ++i) machine.skip(i);
    auto store = store::SnapshotStore::open(*files, directory.path("data/snapshots"));
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->save({Index(index), Term(term), {.voters = {NodeId(1), NodeId(2)}}},
                            machine.snapshot()));
  }

  std::unique_ptr<store::FileSystem> files = store::real_file_system();
  TemporaryDirectory directory;
};

TEST_F(Recovery, ADirectoryIsHeldByOneProcessAndFreeAgainAfterIt) {
  {
    const auto first = open();
    ASSERT_TRUE(first) << first.error().what;
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Error::Code::exists);
  }
  EXPECT_TRUE(open());
}

TEST_F(Recovery, ADirectoryOfAnotherNodeIsRefused) {
  ASSERT_TRUE(open());
  for (const Identity& other :
       {Identity{.cluster = "d", .id = NodeId(1), .first_nodes = k_identity.first_nodes},
        Identity{.cluster = "c", .id = NodeId(2), .first_nodes = k_identity.first_nodes}}) {
    const auto refused = open(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Error::Code::invalid);
    EXPECT_EQ(refused.error().what.find('\n'), std::string::npos);
  }
  EXPECT_TRUE(open());
}

TEST_F(Recovery, WhatANodeBeganWithStaysWhateverItsFlagsSayLater) {
  replica::StoreId store;
  {
    const auto first = open();
    ASSERT_TRUE(first) << first.error().what;
    store = first->identity().store;
    EXPECT_NE(store, replica::k_unknown_store);
  }
  const auto again = open({.cluster = "c", .id = NodeId(1)});
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->identity().store, store);
  EXPECT_EQ(again->identity().first_nodes, k_identity.first_nodes);
  const auto other = DataDirectory::open(*files, directory.path("other"), k_identity);
  ASSERT_TRUE(other);
  EXPECT_NE(other->identity().store, store) << "each directory draws its own";
}

TEST_F(Recovery, WhomANodeMetIsKeptAndADamagedMarkIsRefused) {
  {
    auto now = open();
    ASSERT_TRUE(now);
    EXPECT_EQ(*now->load_met(), "");
    ASSERT_TRUE(now->save_met("one"));
    ASSERT_TRUE(now->save_met("two"));
  }
  EXPECT_EQ(*open()->load_met(), "two");
  std::ofstream(directory.path("data/identity")) << "format = 2\ncluster = c\nnode = 1\n";
  EXPECT_FALSE(open());
}

TEST_F(Recovery, ADirectoryWithSomethingElseInItIsRefused) {
  std::filesystem::create_directory(directory.path("data"));
  std::ofstream(directory.path("data/thesis.txt")) << "mine";
  EXPECT_FALSE(open());
}

TEST_F(Recovery, ADirectoryThatCannotBeMadeIsRefused) {
  std::ofstream(directory.path("data")) << "a file";
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::invalid);
}

TEST_F(Recovery, AnEmptyDirectoryGivesAnEmptyNode) {
  const auto now = recovered();
  ASSERT_TRUE(now) << now.error().what;
  EXPECT_TRUE(now->restored.entries.empty());
  EXPECT_EQ(now->restored.snapshot.index, Index(0));
  EXPECT_EQ(now->machine.applied(), 0u);
}

TEST_F(Recovery, TheSnapshotAndTheLogAfterItArePutTogether) {
  write(entries(1, 9, 1));
  save_snapshot(6, 1);
  const auto now = recovered();
  ASSERT_TRUE(now) << now.error().what;
  EXPECT_EQ(now->restored.snapshot.index, Index(6));
  EXPECT_EQ(now->machine.applied(), 6u);
  EXPECT_TRUE(now->machine.get("k"));
  EXPECT_EQ(now->restored.entries.back()->index, Index(9));
}

TEST_F(Recovery, ALogThatTheSnapshotHasOvertakenBeginsAnew) {
  write(entries(1, 9, 1));
  save_snapshot(20, 2);
  {
    const auto now = recovered();
    ASSERT_TRUE(now) << now.error().what;
    EXPECT_TRUE(now->restored.entries.empty());
  }
  write(entries(21, 22, 3));
  const auto now = recovered();
  ASSERT_TRUE(now) << now.error().what;
  EXPECT_EQ(now->restored.entries.front()->index, Index(21));
  EXPECT_EQ(now->restored.entries.size(), 2u);
}

TEST_F(Recovery, ALogThatContradictsTheSnapshotBeginsAnew) {
  write(entries(1, 9, 1));
  save_snapshot(6, 2);  // a later leader's entry 6
  const auto now = recovered();
  ASSERT_TRUE(now) << now.error().what;
  EXPECT_TRUE(now->restored.entries.empty());
}

TEST_F(Recovery, ALogWhoseSnapshotIsGoneIsRefused) {
  raft::Persist batch = entries(21, 22, 3);
  batch.restart_after = raft::SnapshotMeta{Index(20), Term(2), {.voters = {NodeId(1), NodeId(2)}}};
  write(batch);
  const auto now = recovered();
  ASSERT_FALSE(now);
  EXPECT_EQ(now.error().code, Error::Code::corrupt);
}

TEST_F(Recovery, ALogWhoseTermsFallIsRefused) {
  write(entries(1, 3, 2));
  write(entries(4, 5, 1));
  const auto now = recovered();
  ASSERT_FALSE(now);
  EXPECT_EQ(now.error().code, Error::Code::corrupt);
  EXPECT_NE(now.error().what.find("entry 3 is of term 2"), std::string::npos) << now.error().what;
}

}  // namespace
}  // namespace plumbline::net
