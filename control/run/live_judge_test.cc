// Goal: the live judge follows a recorder that several threads write to, names the first violation
// while the run goes on, and can be left at any time.
#include "control/run/live_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/base/text.h"

namespace plumbline {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Live : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder);
    auto opened = Recorder::open(folder / "history.jsonl");
    ASSERT_TRUE(opened);
    recorder = std::move(*opened);
  }
  void TearDown() override { fs::remove_all(folder); }

  void record(ProcessId process, EventType type, const std::string& f, Value value = {}) {
    Event event{.process = process, .type = type, .f = f, .value = std::move(value)};
    ASSERT_TRUE(recorder->record(std::move(event)));
  }
  void call(ProcessId process, const std::string& f, const Value& value) {
    record(process, EventType::invoke, f, f == "write" ? value : Value());
    record(process, EventType::ok, f, value);
  }
  /// Waits for what the judge's thread will do.
  template <class Condition>
  void wait_for(const Condition& done) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!done() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(done());
  }

  const fs::path folder = fs::path(testing::TempDir()) / str("plumbline_live_", ::getpid());
  std::unique_ptr<Recorder> recorder;
};

TEST_F(Live, TellsOfTheFirstViolationOnce) {
  std::atomic<int> told = 0;
  LiveJudge judge(*recorder, {.model = "register"},
                  [&](const LiveJudge::Violation& violation) { told += violation.event == 5; });
  call(0, "write", 1);
  call(1, "read", 1);
  wait_for([&] { return judge.line().starts_with("judged 4 events"); });
  EXPECT_THAT(judge.line(), HasSubstr("valid so far"));
  EXPECT_FALSE(judge.violation());
  call(1, "read", 2);
  call(1, "read", 3);
  wait_for([&] { return told > 0; });
  EXPECT_EQ(judge.violation()->event, 5);
  EXPECT_THAT(judge.line(), HasSubstr("INVALID"));
  call(1, "read", 4);
  EXPECT_EQ(told, 1);
}

TEST_F(Live, FollowsWhoeverRecordsAndMayBeLeftAtAnyTime) {
  constexpr int k_threads = 4, k_calls = 1'000;
  LiveJudge judge(*recorder, {.model = "register"}, [](const auto&) { FAIL() << "it is valid"; });
  {
    LiveJudge left(*recorder, {.model = "register"}, [](const auto&) {});
    std::vector<std::jthread> threads;
    for (int t = 0; t < k_threads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < k_calls; ++i) call(t, "read", {});
        judge.line();
      });
  }
  wait_for([&] { return judge.line().starts_with(str("judged ", 2 * k_threads * k_calls, " ")); });
  wait_for([&] { return judge.line().ends_with("lag 0.00 s, valid so far"); });
}

TEST_F(Live, AModelThatIsNotKnownIsNotJudged) {
  const LiveJudge judge(*recorder, {.model = "regster"}, [](const auto&) {});
  call(0, "read", 1);
  EXPECT_FALSE(judge.violation());
}

}  // namespace
}  // namespace plumbline
