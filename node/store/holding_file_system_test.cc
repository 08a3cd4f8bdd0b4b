// Goal: a process that is killed loses what it had not synced, and nothing else; until then it sees
// files like any others.
// Method: the same random calls on held files and on the simulated disk, which keeps only what was
// synced; after each crash both must hold the same. The WAL's random user for what is torn.
#include "node/store/holding_file_system.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "node/store/wal_testing.h"

namespace plumbline::store {
namespace {

using Survival = MemoryFileSystem::Survival;

/// Files of a process that can be killed and started again on the same disk. What the disk was
/// given it keeps: it is not its power that fails.
class Process : public FileSystem {
 public:
  explicit Process(const Holding& holding = {}, std::shared_ptr<FileSystem> disk = {})
      : holding_(holding),
        disk_(disk ? std::move(disk) : std::make_shared<MemoryFileSystem>()),
        files_(holding_file_system(disk_, holding_)) {}

  void kill() {
    ++holding_.seed;
    files_ = holding_file_system(disk_, holding_);
  }

  Status make_directory(const std::string& path) override { return files_->make_directory(path); }
  Result<std::vector<std::string>> list(const std::string& directory) const override {
    return files_->list(directory);
  }
  Result<std::unique_ptr<File>> create(const std::string& path) override {
    return files_->create(path);
  }
  Result<std::unique_ptr<File>> open(const std::string& path) override {
    return files_->open(path);
  }
  Status rename(const std::string& from, const std::string& to) override {
    return files_->rename(from, to);
  }
  Status remove(const std::string& path) override { return files_->remove(path); }
  Status sync_directory(const std::string& path) override { return files_->sync_directory(path); }
  bool exists(const std::string& path) const override { return files_->exists(path); }

 private:
  Holding holding_;
  std::shared_ptr<FileSystem> disk_;
  std::unique_ptr<FileSystem> files_;
};

std::string content(FileSystem& files, const std::string& path) {
  auto file = files.open(path);
  return file ? (*file)->read_at(0, 1 << 20).value() : file.error().what;
}

/// Name and content of each file, in words.
std::string picture(FileSystem& files) {
  std::string said;
  const auto names = files.list("d").value();
  for (const std::string& name : names) said += str(name, " = ", content(files, "d/" + name), "\n");
  return said;
}

TEST(HeldFiles, AreLostUnlessFileAndDirectoryWereSynced) {
  Process process;
  ASSERT_TRUE(process.make_directory("d"));
  auto kept = process.create("d/kept").value();
  ASSERT_TRUE(kept->write_at(0, "synced") && kept->sync() && process.sync_directory("d"));
  auto nameless = process.create("d/nameless").value();
  ASSERT_TRUE(nameless->write_at(0, "synced") && nameless->sync());
  auto late = process.create("d/late").value();
  ASSERT_TRUE(late->write_at(0, "x") && kept->write_at(6, " and not"));
  EXPECT_EQ(picture(process), "kept = synced and not\nlate = x\nnameless = synced\n");
  process.kill();
  EXPECT_EQ(picture(process), "kept = synced\n");
}

TEST(HeldFiles, NamesChangeWhenTheirDirectoryIsSynced) {
  Process process;
  ASSERT_TRUE(process.make_directory("d"));
  auto file = process.create("d/aside").value();
  ASSERT_TRUE(file->write_at(0, "whole") && file->sync() && process.rename("d/aside", "d/real"));
  EXPECT_FALSE(process.exists("d/aside"));
  EXPECT_EQ(content(process, "d/real"), "whole");
  ASSERT_TRUE(process.sync_directory("d") && process.remove("d/real"));
  EXPECT_FALSE(process.exists("d/real"));
  EXPECT_FALSE(process.open("d/real"));
  process.kill();
  EXPECT_EQ(picture(process), "real = whole\n") << "that it was removed was not durable";
}

TEST(HeldFiles, WhatIsNotThereIsAnError) {
  Process process;
  ASSERT_TRUE(process.make_directory("d"));
  EXPECT_FALSE(process.open("d/none"));
  EXPECT_FALSE(process.rename("d/none", "d/some"));
  EXPECT_FALSE(process.remove("d/none"));
  EXPECT_FALSE(process.create("nowhere/file"));
  EXPECT_FALSE(process.list("nowhere"));
}

/// The same call on both, drawn from `rng`; each must answer as the other does.
void call_both(FileSystem& held, FileSystem& model, Rng& rng) {
  const std::string path = str("d/", rng.below(4));
  const std::string other = str("d/", rng.below(4));
  const std::uint64_t what = rng.below(10);
  const std::uint64_t offset = rng.below(40);
  const std::string bytes(rng.below(20), static_cast<char>('a' + rng.below(26)));
  const bool synced = rng.chance(0.4);
  for (FileSystem* files : {&held, &model}) {
    if (what == 0) {
      ASSERT_TRUE(files->sync_directory("d"));
    } else if (what == 1) {
      (void)files->rename(path, other);
    } else if (what == 2) {
      (void)files->remove(path);
    } else {
      auto file = what == 3 ? files->create(path) : files->open(path);
      if (!file) continue;
      const Status done = what == 4   ? (*file)->truncate(offset)
                          : what == 3 ? Status{}
                                      : (*file)->write_at(offset, bytes);
      ASSERT_TRUE(done && (!synced || (*file)->sync()));
      ASSERT_EQ((*file)->size().value(), (*file)->read_at(0, 1 << 20).value().size());
    }
  }
}

TEST(HeldFiles, HoldWhatTheSimulatedDiskHoldsAfterAnyCallsAndCrashes) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    Process held;
    MemoryFileSystem model;
    ASSERT_TRUE(held.make_directory("d") && model.make_directory("d"));
    for (int step = 0; step < 120; ++step) {
      ASSERT_NO_FATAL_FAILURE(call_both(held, model, rng)) << "seed " << seed;
      if (rng.chance(0.05)) {
        held.kill();
        model.crash(Survival::nothing, rng);
      }
      ASSERT_EQ(picture(held), picture(model)) << "seed " << seed << " step " << step;
    }
  }
}

TEST(HeldFiles, KeepALogWhateverIsTorn) {
  for (const double torn : {0.0, 0.3, 1.0})
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      Process process({.torn = torn, .seed = seed});
      testing::WalUser user(process, seed);
      for (int life = 0; life < 6; ++life) {
        ASSERT_EQ(user.open(), std::nullopt) << "seed " << seed << " life " << life;
        ASSERT_TRUE(user.run(40));
        process.kill();
      }
    }
}

TEST(HeldFiles, SomeOfWhatIsTornIsLeft) {
  const std::string block(4096, 'b');
  Process process({.torn = 1});
  ASSERT_TRUE(process.make_directory("d"));
  auto file = process.create("d/f").value();
  ASSERT_TRUE(file->sync() && process.sync_directory("d") && file->write_at(0, block));
  EXPECT_EQ(content(process, "d/f"), block);
  process.kill();
  const std::string left = content(process, "d/f");
  EXPECT_NE(left, "");
  EXPECT_NE(left, block);
}

TEST(HeldFiles, OfARealDirectoryAreWrittenWhenTheyAreSynced) {
  std::string root = (std::filesystem::temp_directory_path() / "plumbline-XXXXXX").string();
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  {
    Process process({}, real_file_system());
    auto file = process.create(root + "/f").value();
    ASSERT_TRUE(file->write_at(0, "synced") && file->sync());
    EXPECT_FALSE(std::filesystem::exists(root + "/f"));
    ASSERT_TRUE(process.sync_directory(root) && file->write_at(6, "!"));
    EXPECT_EQ(std::filesystem::file_size(root + "/f"), 6U);
    ASSERT_TRUE(file->sync());
    EXPECT_EQ(std::filesystem::file_size(root + "/f"), 7U);
    process.kill();
    EXPECT_EQ(process.list(root), std::vector<std::string>{"f"});
  }
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace plumbline::store
