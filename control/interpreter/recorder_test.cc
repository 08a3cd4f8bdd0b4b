// Goal: what is recorded is on disk, in order, whatever happens to the process. Method: real files,
// and a child process that is killed while it records.

#include "control/interpreter/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "control/interpreter/testing.h"
#include "core/base/text.h"
#include "core/files/history_file.h"

namespace plumbline {
namespace {

using testing::Folder;

Event event_of(ProcessId process, EventType type, Value value) {
  Event event;
  event.process = process;
  event.type = type;
  event.f = "write";
  event.value = std::move(value);
  return event;
}

TEST(Recorder, GivesIndexAndTimeAndWritesALineAtOnce) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  for (int i = 0; i < 3; ++i) {
    const auto recorded = recorder->record(event_of(i, EventType::invoke, i));
    ASSERT_TRUE(recorded);
    EXPECT_EQ(recorded->index, i);
    const auto on_disk = read_history(folder / "h");
    ASSERT_TRUE(on_disk);
    ASSERT_EQ(on_disk->events.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(on_disk->events.back(), *recorded);
  }
  EXPECT_EQ(recorder->last_process(), 2);
}

TEST(Recorder, NeverOverwritesAHistory) {
  const Folder folder;
  {
    ASSERT_TRUE((*Recorder::open(folder / "h"))->record(event_of(0, EventType::invoke, 1)));
  }
  const auto again = Recorder::open(folder / "h");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::exists);
  EXPECT_EQ(read_history(folder / "h")->events.size(), 1u);
}

TEST(Recorder, SaysWhereItCannotWrite) {
  const Folder folder;
  const auto nowhere = Recorder::open(folder / "no-such-folder/h");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Error::Code::io);
  EXPECT_THAT(nowhere.error().what, ::testing::HasSubstr("no-such-folder"));
}

TEST(Recorder, ManyThreadsGiveOneOrder) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  std::vector<std::int64_t> heard;
  recorder->on_event = [&](const Event& event) {
    heard.push_back(event.index);
    EXPECT_LE(event.time, recorder->now());
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i)
        if (!recorder->record(event_of(t, i % 2 == 0 ? EventType::invoke : EventType::ok, i)))
          return;
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(recorder->close());
  const auto on_disk = read_history(folder / "h");
  ASSERT_TRUE(on_disk);
  EXPECT_EQ(on_disk->events, recorder->snapshot());
  EXPECT_EQ(recorder->since(1597, 2),
            History(on_disk->events.end() - 3, on_disk->events.end() - 1));
  EXPECT_TRUE(recorder->since(1600, 5).empty());
  ASSERT_EQ(heard.size(), 1600u);
  for (std::size_t i = 0; i < heard.size(); ++i) ASSERT_EQ(heard[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 1; i < on_disk->events.size(); ++i)
    ASSERT_GE(on_disk->events[i].time, on_disk->events[i - 1].time);
  EXPECT_TRUE(pair_calls(on_disk->events));
}

TEST(Recorder, CloseIsIdempotentAndKeepsTheHistory) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  ASSERT_TRUE(recorder->record(event_of(0, EventType::invoke, 1)));
  EXPECT_TRUE(recorder->close());
  EXPECT_TRUE(recorder->close());
  EXPECT_EQ(recorder->snapshot().size(), 1u);
}

TEST(Recorder, KillNineLosesNothingThatWasRecorded) {
  const Folder folder;
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto recorder = Recorder::open(folder / "h");
    for (int i = 0; recorder; ++i) {
      if (!(*recorder)->record(event_of(i, EventType::invoke, i))) break;
      if (::write(told[1], "x", 1) != 1) break;  // only now is it said to be safe
    }
    ::_exit(1);
  }
  ::close(told[1]);
  char byte = 0;
  for (int i = 0; i < 500; ++i) ASSERT_EQ(::read(told[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::size_t safe = 500;
  while (::read(told[0], &byte, 1) == 1) ++safe;
  ::close(told[0]);
  const auto on_disk = read_history(folder / "h");
  ASSERT_TRUE(on_disk) << on_disk.error().what;
  EXPECT_GE(on_disk->events.size(), safe);
  for (std::size_t i = 0; i < on_disk->events.size(); ++i)
    ASSERT_EQ(on_disk->events[i].value, Value(static_cast<std::int64_t>(i)));
}

}  // namespace
}  // namespace plumbline
