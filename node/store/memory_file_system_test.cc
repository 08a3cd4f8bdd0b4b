// Goal: the simulated disk keeps what a real one promises, and nothing more.
// Method: one promise, or one treachery, a case.
#include "node/store/memory_file_system.h"

#include <gtest/gtest.h>

namespace plumbline::store {
namespace {

using Call = MemoryFileSystem::Call;
using Fate = MemoryFileSystem::Fate;
using Operation = MemoryFileSystem::Operation;
using Survival = MemoryFileSystem::Survival;

struct Disk {
  MemoryFileSystem files;
  Rng rng{1};
  Disk() { EXPECT_TRUE(files.make_directory("d/e")); }
  std::unique_ptr<File> durable_file(const std::string& path, std::string_view bytes) {
    auto file = files.create(path);
    EXPECT_TRUE((*file)->write_at(0, bytes) && (*file)->sync() && files.sync_directory("d"));
    return std::move(*file);
  }
  void next_call(Fate fate) {
    files.on_call = [number = files.calls() + 1, fate](const Call& call) {
      return call.number == number ? fate : Fate::perform;
    };
  }
};

TEST(MemoryFileSystem, ReadsAndListsWhatWasWritten) {
  Disk disk;
  auto file = disk.durable_file("d/b", "hello");
  ASSERT_TRUE(file->write_at(8, "!"));
  EXPECT_EQ(file->read_at(0, 100), std::string("hello\0\0\0!", 9));
  EXPECT_EQ(file->read_at(1, 3), "ell");
  EXPECT_EQ(file->read_at(50, 3), "");
  EXPECT_EQ(file->size(), 9U);
  ASSERT_TRUE(file->truncate(2));
  EXPECT_EQ(file->read_at(0, 100), "he");
  ASSERT_TRUE(disk.files.create("d/a"));
  ASSERT_TRUE(disk.files.create("d/e/c"));
  EXPECT_EQ(disk.files.list("d"), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(disk.files.rename("d/a", "d/b"));
  EXPECT_EQ(disk.files.contents("d/b"), "");
  EXPECT_FALSE(disk.files.exists("d/a"));
  ASSERT_TRUE(disk.files.remove("d/b"));
  EXPECT_EQ(disk.files.list("d"), std::vector<std::string>{});
  EXPECT_EQ(file->read_at(0, 100), "he") << "an open file outlives its name";
}

TEST(MemoryFileSystem, WhatIsNotThereIsAnError) {
  Disk disk;
  EXPECT_EQ(disk.files.open("d/none").error().code, Error::Code::io);
  EXPECT_FALSE(disk.files.rename("d/none", "d/some"));
  EXPECT_FALSE(disk.files.remove("d/none"));
  EXPECT_FALSE(disk.files.create("nowhere/file"));
  EXPECT_FALSE(disk.files.list("nowhere"));
}

TEST(MemoryFileSystem, UnsyncedBytesAreLost) {
  Disk disk;
  auto file = disk.durable_file("d/f", "old");
  ASSERT_TRUE(file->write_at(0, "new and longer"));
  disk.files.crash(Survival::nothing, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "old");
  EXPECT_FALSE(file->read_at(0, 1)) << "opened before the crash";
  file = disk.files.open("d/f").value();
  ASSERT_TRUE(file->write_at(0, "new") && file->sync());
  ASSERT_TRUE(file->truncate(0));
  disk.files.crash(Survival::nothing, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "new");
}

TEST(MemoryFileSystem, UnsyncedWritesMayBeTornBySectors) {
  constexpr std::size_t k_size = 4 * 512;
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Disk disk;
    Rng rng(seed);
    auto file = disk.durable_file("d/f", std::string(k_size, 'o'));
    ASSERT_TRUE(file->write_at(0, std::string(k_size, 'n')));
    disk.files.crash(Survival::anything, rng);
    const std::string& bytes = disk.files.contents("d/f");
    std::string sectors;
    for (std::size_t at = 0; at < k_size; at += 512) {
      EXPECT_EQ(bytes.substr(at, 512), std::string(512, bytes[at])) << "sectors are whole";
      sectors += bytes[at];
    }
    seen.insert(sectors);
  }
  EXPECT_EQ(seen.size(), 16U) << "every combination occurs";
}

TEST(MemoryFileSystem, NamesVanishUnlessTheirDirectoryIsSynced) {
  Disk disk;
  disk.durable_file("d/old", "1");
  auto file = disk.files.create("d/new");
  ASSERT_TRUE((*file)->write_at(0, "2") && (*file)->sync());
  ASSERT_TRUE(disk.files.remove("d/old"));
  disk.files.crash(Survival::nothing, disk.rng);
  EXPECT_FALSE(disk.files.exists("d/new")) << "its bytes were synced, its name was not";
  EXPECT_EQ(disk.files.contents("d/old"), "1");

  ASSERT_TRUE(disk.files.rename("d/old", "d/renamed"));
  disk.files.crash(Survival::nothing, disk.rng);
  EXPECT_TRUE(disk.files.exists("d/old") && !disk.files.exists("d/renamed"));
  ASSERT_TRUE(disk.files.rename("d/old", "d/renamed") && disk.files.sync_directory("d"));
  disk.files.crash(Survival::nothing, disk.rng);
  EXPECT_TRUE(!disk.files.exists("d/old") && disk.files.exists("d/renamed"));
}

TEST(MemoryFileSystem, SurvivalOfEverythingLosesNothing) {
  Disk disk;
  auto file = disk.files.create("d/f").value();
  ASSERT_TRUE(file->write_at(0, "bytes"));
  disk.files.crash(Survival::everything, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "bytes");
}

TEST(MemoryFileSystem, AFailedSyncLosesWhatItShouldHaveSaved) {
  Disk disk;
  auto file = disk.durable_file("d/f", "old");
  ASSERT_TRUE(file->write_at(0, "new"));
  disk.next_call(Fate::fail);
  EXPECT_FALSE(file->sync());
  EXPECT_TRUE(file->sync()) << "the next one says that all is well";
  EXPECT_EQ(file->read_at(0, 3), "new");
  disk.files.crash(Survival::everything, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "old");
}

TEST(MemoryFileSystem, CallsCanBeMadeToFail) {
  Disk disk;
  auto file = disk.durable_file("d/f", "");
  disk.next_call(Fate::no_space);
  const auto status = file->write_at(0, "123456");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().what.find("No space left"), std::string::npos);
  EXPECT_EQ(file->read_at(0, 10), "123") << "half of it was written";
  disk.next_call(Fate::fail);
  EXPECT_FALSE(file->write_at(0, "abc"));
  EXPECT_EQ(file->read_at(0, 10), "123");
  for (const auto& call : std::vector<std::function<bool()>>{
           [&] { return file->read_at(0, 1).has_value(); },
           [&] { return file->size().has_value(); }, [&] { return file->truncate(0).has_value(); },
           [&] { return disk.files.open("d/f").has_value(); },
           [&] { return disk.files.create("d/g").has_value(); },
           [&] { return disk.files.list("d").has_value(); },
           [&] { return disk.files.rename("d/f", "d/h").has_value(); },
           [&] { return disk.files.remove("d/f").has_value(); },
           [&] { return disk.files.make_directory("x").has_value(); },
           [&] { return disk.files.sync_directory("d").has_value(); }}) {
    disk.next_call(Fate::fail);
    EXPECT_FALSE(call());
  }
  EXPECT_TRUE(disk.files.exists("d/f"));
}

TEST(MemoryFileSystem, WithoutPowerNothingWorks) {
  Disk disk;
  auto file = disk.durable_file("d/f", "old");
  disk.next_call(Fate::power_off_after);
  EXPECT_FALSE(file->write_at(0, "new")) << "it happens, but nobody learns of it";
  EXPECT_FALSE(disk.files.power_is_on());
  EXPECT_FALSE(file->read_at(0, 1));
  EXPECT_FALSE(disk.files.open("d/f"));
  disk.files.crash(Survival::everything, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "new");
  file = disk.files.open("d/f").value();
  disk.next_call(Fate::power_off_before);
  EXPECT_FALSE(file->write_at(0, "abc"));
  disk.files.crash(Survival::everything, disk.rng);
  EXPECT_EQ(disk.files.contents("d/f"), "new");
}

TEST(MemoryFileSystem, CountsItsCalls) {
  Disk disk;
  disk.durable_file("d/f", "x");
  EXPECT_EQ(disk.files.calls_of(Operation::write), 1U);
  EXPECT_EQ(disk.files.calls_of(Operation::sync), 1U);
  EXPECT_EQ(disk.files.calls_of(Operation::rename), 0U);
  EXPECT_EQ(disk.files.calls(), 5U);  // make_directory, create, write, sync, sync_directory
}

}  // namespace
}  // namespace plumbline::store
