// Goal: the operating system's files do what file_system.h says, and the WAL and the snapshots work
// on them.
// Method: a directory of its own for each case.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/text.h"
#include "node/store/file_system.h"
#include "node/store/snapshot_file.h"
#include "node/store/wal_testing.h"

namespace plumbline::store {
namespace {

class PosixFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "plumbline-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<FileSystem> files_ = real_file_system();
  std::string root_;
};

TEST_F(PosixFiles, AreReadAndWrittenAtAnyOffset) {
  auto file = files_->create(root_ + "/f").value();
  ASSERT_TRUE(file->write_at(3, "world") && file->write_at(0, "my ") && file->sync());
  EXPECT_EQ(file->size(), 8U);
  EXPECT_EQ(file->read_at(0, 100), "my world");
  EXPECT_EQ(file->read_at(3, 2), "wo");
  EXPECT_EQ(file->read_at(9, 2), "");
  EXPECT_EQ(file->read_at(0, SIZE_MAX), "my world") << "a wild size costs nothing";
  ASSERT_TRUE(file->truncate(2));
  EXPECT_EQ(files_->open(root_ + "/f").value()->read_at(0, 9), "my");
  EXPECT_EQ(files_->create(root_ + "/f").value()->size(), 0U) << "create makes it empty";
}

TEST_F(PosixFiles, AreListedRenamedAndRemoved) {
  ASSERT_TRUE(files_->create(root_ + "/b") && files_->create(root_ + "/a"));
  EXPECT_EQ(files_->list(root_), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(files_->rename(root_ + "/a", root_ + "/c") && files_->remove(root_ + "/b"));
  ASSERT_TRUE(files_->sync_directory(root_));
  EXPECT_EQ(files_->list(root_), std::vector<std::string>{"c"});
  EXPECT_TRUE(files_->exists(root_ + "/c"));
  EXPECT_FALSE(files_->exists(root_ + "/b"));
}

TEST_F(PosixFiles, DirectoriesAreMadeWithTheirParents) {
  ASSERT_TRUE(files_->make_directory(root_ + "/x/y/z"));
  ASSERT_TRUE(files_->make_directory(root_ + "/x/y/z")) << "it is there already";
  ASSERT_TRUE(files_->make_directory(root_ + "/x/w/"));
  EXPECT_TRUE(std::filesystem::is_directory(root_ + "/x/y/z"));
  ASSERT_TRUE(files_->create(root_ + "/file"));
  EXPECT_FALSE(files_->make_directory(root_ + "/file"));
  EXPECT_FALSE(files_->make_directory(root_ + "/file/below"));
}

TEST_F(PosixFiles, ErrorsNameTheFileAndTheReason) {
  for (const Error& error :
       {files_->open(root_ + "/none").error(), files_->remove(root_ + "/none").error(),
        files_->list(root_ + "/none").error(), files_->sync_directory(root_ + "/none").error(),
        files_->rename(root_ + "/none", root_ + "/x").error()}) {
    EXPECT_EQ(error.code, Error::Code::io);
    EXPECT_NE(error.what.find("/none"), std::string::npos) << error.what;
    EXPECT_NE(error.what.find("No such file"), std::string::npos) << error.what;
  }
}

TEST_F(PosixFiles, CarryAWal) {
  const std::string directory = root_ + "/wal";
  std::uint64_t next = 1;
  for (int life = 0; life < 5; ++life) {
    auto opened = Wal::open(*files_, directory, {8192});
    ASSERT_TRUE(opened) << opened.error().what;
    EXPECT_EQ(opened->repaired, "");
    EXPECT_EQ(next > 1 ? opened->entries.back()->index.value : 0, next - 1);
    for (int i = 0; i < 40; ++i, next += 3) {
      ASSERT_TRUE(opened->wal->append(testing::entries_batch(next, 3, 1, 100)));
      ASSERT_TRUE(i % 10 != 0 || opened->wal->sync());
    }
    ASSERT_TRUE(opened->wal->drop_up_to(raft::Index(next - 20)));
  }
}

TEST_F(PosixFiles, CarrySnapshots) {
  auto store = SnapshotStore::open(*files_, root_ + "/snapshots").value();
  const raft::SnapshotMeta meta{raft::Index(5), raft::Term(2), {.voters = {raft::NodeId(1)}}};
  const std::string state(3'000'000, 's');
  ASSERT_TRUE(store.save(meta, state));
  auto again = SnapshotStore::open(*files_, root_ + "/snapshots").value();
  const auto loaded = again.load_newest().value();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->meta, meta);
  EXPECT_TRUE(loaded->state == state);
}

}  // namespace
}  // namespace plumbline::store
