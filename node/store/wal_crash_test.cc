// Goal: what sync() acknowledged is found again, and nothing else than what was appended, whatever
// call was the last one before the power failed, and whichever call failed.
// Method: a random user of a WAL on a simulated disk; the run is repeated once for each file-system
// call, with a crash or an error there; the disk keeps nothing, some or all of what was not synced.
#include <gtest/gtest.h>

#include "node/store/wal_testing.h"

namespace plumbline::store {
namespace {

using testing::WalUser;
using Fate = MemoryFileSystem::Fate;
using Survival = MemoryFileSystem::Survival;

constexpr std::size_t k_steps = 80;  // some 200 calls of the file system

auto fate_of_call(std::uint64_t number, Fate fate) {
  return [=](const MemoryFileSystem::Call& call) {
    return call.number == number ? fate : Fate::perform;
  };
}

std::uint64_t calls_of_a_run(std::uint64_t seed) {
  MemoryFileSystem files;
  WalUser user(files, seed);
  EXPECT_EQ(user.open(), std::nullopt) << "seed " << seed;
  EXPECT_TRUE(user.run(k_steps)) << "seed " << seed;
  return files.calls();
}

// Runs until `call`, where the power fails; what is wrong afterwards, if anything.
std::optional<std::string> crash_at(std::uint64_t seed, std::uint64_t call, Fate fate,
                                    Survival survival, bool forget_directories = false,
                                    bool forget_syncs = false) {
  MemoryFileSystem files;
  files.forget_directory_syncs = forget_directories;
  files.forget_syncs = forget_syncs;
  files.on_call = fate_of_call(call, fate);
  WalUser user(files, seed);
  Rng rng(seed * 1'000'003 + call);
  if (!user.open() && user.run(k_steps)) return std::nullopt;  // a shorter run than counted
  files.on_call = nullptr;
  files.crash(survival, rng);
  if (auto problem = user.open()) return problem;
  // And it goes on from there, with one more crash.
  if (const auto status = user.run(10); !status) return status.error().what;
  files.crash(survival, rng);
  return user.open();
}

TEST(WalCrash, AtAnyCallLosesNothingThatWasAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const std::uint64_t calls = calls_of_a_run(seed);
    for (std::uint64_t call = 1; call <= calls; ++call)
      for (const Fate fate : {Fate::power_off_before, Fate::power_off_after})
        for (const Survival survival :
             {Survival::nothing, Survival::anything, Survival::everything})
          ASSERT_EQ(crash_at(seed, call, fate, survival), std::nullopt)
              << "seed " << seed << " call " << call << " fate " << static_cast<int>(fate)
              << " survival " << static_cast<int>(survival);
  }
}

TEST(WalCrash, AgainAndAgainAlsoWhileRecovering) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Rng rng(seed);
    MemoryFileSystem files;
    WalUser user(files, seed);
    for (int life = 0; life < 8; ++life) {
      const std::uint64_t last = files.calls() + 1 + rng.below(rng.chance(0.5) ? 12 : 150);
      files.on_call =
          fate_of_call(last, rng.chance(0.5) ? Fate::power_off_before : Fate::power_off_after);
      const auto problem = user.open();
      if (problem) {
        ASSERT_FALSE(files.power_is_on()) << "seed " << seed << ": " << *problem;
      }
      if (!problem) (void)user.run(k_steps);
      files.crash(rng.chance(0.7) ? Survival::anything : Survival::nothing, rng);
    }
    files.on_call = nullptr;
    ASSERT_EQ(user.open(), std::nullopt) << "seed " << seed;
  }
}

// The same runs on a disk that forgets to sync must lose something, or the tests above prove
// nothing.
std::size_t losses(bool forget_directories, bool forget_syncs) {
  std::size_t losses = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const std::uint64_t calls = calls_of_a_run(seed);
    for (std::uint64_t call = 1; call <= calls; call += 3)
      losses += crash_at(seed, call, Fate::power_off_before, Survival::nothing, forget_directories,
                         forget_syncs)
                    .has_value();
  }
  return losses;
}

TEST(WalCrash, IsSeenWhenDirectoriesAreNotSynced) { EXPECT_GT(losses(true, false), 0U); }
TEST(WalCrash, IsSeenWhenFilesAreNotSynced) { EXPECT_GT(losses(false, true), 0U); }
TEST(WalCrash, IsHarmlessWhenBothAre) { EXPECT_EQ(losses(false, false), 0U); }

TEST(WalFailure, OfAnyCallIsAnErrorAndRecoveryFindsWhatWasAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const std::uint64_t calls = calls_of_a_run(seed);
    for (std::uint64_t call = 1; call <= calls; ++call) {
      for (const Fate fate : {Fate::fail, Fate::no_space}) {
        const std::string where = str("seed ", seed, " call ", call);
        MemoryFileSystem files;
        files.on_call = fate_of_call(call, fate);
        WalUser user(files, seed);
        Rng rng(seed);
        if (!user.open()) {
          ASSERT_FALSE(user.run(k_steps)) << where << ": the failure was swallowed";
          ASSERT_FALSE(user.wal().sync()) << where << ": a failure is final";
          ASSERT_FALSE(user.wal().append(testing::hard_state_batch(99, 1))) << where;
          ASSERT_FALSE(user.wal().drop_up_to(raft::Index(1))) << where;
        }
        // The process is started again; what it now reads, it must also have on the disk.
        ASSERT_EQ(user.open(), std::nullopt) << where;
        files.crash(Survival::nothing, rng);
        ASSERT_EQ(user.open(), std::nullopt) << where << ", after a crash";
      }
    }
  }
}

TEST(WalFailure, OfASyncIsNotForgottenByTheNextProcess) {
  // Linux: after a failed fsync the page cache shows what the disk does not have, and the next
  // fsync says "done". So open() may not trust what it reads to be durable.
  MemoryFileSystem files;
  WalUser user(files, 1, 1 << 16);
  Rng rng(1);
  ASSERT_EQ(user.open(), std::nullopt);
  ASSERT_TRUE(user.append(testing::entries_batch(1, 3)));
  files.on_call = fate_of_call(files.calls() + 1, Fate::fail);
  ASSERT_FALSE(user.sync());
  files.on_call = nullptr;
  ASSERT_EQ(user.open(), std::nullopt);
  ASSERT_EQ(user.now().entries.size(), 3U) << "read from the page cache";
  files.crash(Survival::nothing, rng);
  ASSERT_EQ(user.open(), std::nullopt);
  EXPECT_EQ(user.now().entries.size(), 3U);
}

}  // namespace
}  // namespace plumbline::store
