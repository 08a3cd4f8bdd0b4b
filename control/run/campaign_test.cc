// Goal: campaigns and hunts as a user runs them: a small campaign of the clean node finds nothing,
// planted defects are found, and the command that is printed shows the same again.
// Method: run the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/text.h"
#include "core/base/time.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct Said {
  int code = -1;
  std::string out;
};

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return std::move(text).str();
}

class Campaigns : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder); }
  void TearDown() override { fs::remove_all(folder); }

  /// `words` begins with "plumbline".
  Said say(const std::string& words) {
    const std::string command =
        str("cd ", folder.string(), " && env -u PLUMBLINE_RESULTS ", PLUMBLINE_PROGRAM,
            words.substr(std::string("plumbline").size()), " >out 2>err");
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), text_of(folder / "out")};
  }

  const fs::path folder = fs::path(testing::TempDir()) /
                          str("plumbline_campaign_", ::getpid(), "_",
                              testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Campaigns, TheCleanNodeSurvives300SeedsOfEverything) {
  const Said said = say("plumbline sim --seeds 1..300 --jobs 2 --name small");
  EXPECT_EQ(said.code, 0) << said.out;
  const auto report =
      nlohmann::json::parse(text_of(folder / "results/campaigns/small/campaign.json"));
  EXPECT_EQ(report["runs"], 300);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_GT(report["valid"], 200);
  EXPECT_GT(report["states"]["leader-elected"]["runs"], 290) << report["states"];
}

TEST_F(Campaigns, TheCommandOfAFailureShowsItAgain) {
  const Said found =
      say("plumbline sim --seeds 1..400 --jobs 2 --workload register --faults partition,pause "
          "--defect=read-local-leader --stop-on-failure");
  ASSERT_EQ(found.code, 1) << found.out;
  const std::size_t at = found.out.find("\n  plumbline test ");
  ASSERT_NE(at, std::string::npos) << found.out;
  const std::string command = found.out.substr(at + 3, found.out.find('\n', at + 3) - at - 3);
  const std::size_t seed = found.out.find("seed ");
  const std::string what =
      found.out.substr(found.out.find(": ", seed) + 2, at - found.out.find(": ", seed) - 2);
  const Said again = say(command);
  EXPECT_EQ(again.code, 1) << command << "\n" << again.out;
  EXPECT_THAT(again.out, HasSubstr(what)) << command;
}

TEST_F(Campaigns, ShardsMakeTheWhole) {
  for (const char* shard : {"1/3", "2/3", "3/3"})
    EXPECT_LE(say(str("plumbline sim --seeds 1..30 --name cut --shard ", shard)).code, 0);
  const Said merged = say("plumbline sim merge results/campaigns/cut/shard-*.jsonl");
  const Said whole = say("plumbline sim --seeds 1..30 --name whole");
  EXPECT_EQ(merged.code, whole.code);
  const auto states = [&](const char* name) {
    return nlohmann::json::parse(
        text_of(folder / "results/campaigns" / name / "campaign.json"))["states"];
  };
  EXPECT_EQ(states("cut"), states("whole"));
}

TEST_F(Campaigns, CtrlCEndsItWithWhatThereIs) {
  std::thread interrupting([&] {
    for (int i = 0; i < 200 && text_of(folder / "pid").empty(); ++i)
      std::this_thread::sleep_for(50ms);
    std::this_thread::sleep_for(2s);
    if (const auto pid = parse_int(trim(text_of(folder / "pid"))))
      ::kill(static_cast<pid_t>(*pid), SIGINT);
  });
  const std::string command =
      str("cd ", folder.string(), " && { ", PLUMBLINE_PROGRAM,
          " sim --seeds 1..1000000 --name long >out 2>err & } && echo $! >pid && wait $!");
  const int status = std::system(("exec bash -c '" + command + "'").c_str());
  interrupting.join();
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_THAT(text_of(folder / "out"), HasSubstr(" runs: "));
  const Said merged = say("plumbline sim merge results/campaigns/long/shard-1-of-1.jsonl");
  EXPECT_EQ(merged.code, 2) << merged.out;
}

TEST_F(Campaigns, SomeOfTheZooIsFound) {
  const Said said =
      say("plumbline zoo --jobs 2 --budget-seeds 400 --clean-seeds 60 --defect read-local-leader "
          "--defect ack-before-commit --defect cas-ignores-expected --defect stale-follower-read");
  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_THAT(said.out, HasSubstr("read-local-leader  found by history"));
  EXPECT_TRUE(fs::exists(folder / "results/zoo/sim-ack-before-commit.json"));
}

TEST_F(Campaigns, SlipsAreUsageErrors) {
  EXPECT_EQ(say("plumbline sim --seeds 9..1").code, 254);
  EXPECT_EQ(say("plumbline sim --shard 1/3").code, 254) << "without a name";
  EXPECT_EQ(say("plumbline sim --faults partiton").code, 254);
  EXPECT_EQ(say("plumbline sim --weather rain=1").code, 254);
  EXPECT_EQ(say("plumbline sim --defect no-such").code, 254);
  EXPECT_EQ(say("plumbline zoo --defect no-such").code, 254);
  EXPECT_EQ(say("plumbline sim merge /no/such/file").code, 254);
  EXPECT_EQ(say("plumbline test --weather loss=0.1").code, 254);
  EXPECT_EQ(say("plumbline test --target sim --nodes a,b").code, 254);
  EXPECT_EQ(say("plumbline heal --target sim").code, 0);
  EXPECT_EQ(say("plumbline doctor --target sim").code, 0);
}

}  // namespace
}  // namespace plumbline
