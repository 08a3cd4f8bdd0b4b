// Goal: whatever a client, the user or the disk does, the history stays true and the run ends.
// Method: as interpreter_test.cc.

#include "control/interpreter/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "control/interpreter/testing.h"

namespace plumbline {
namespace {

using testing::always;
using testing::calls_of;
using testing::fine;
using testing::Folder;
using testing::FunctionClient;
using testing::Gate;
using ::testing::HasSubstr;
using testing::impatient_options;
using testing::k_read;
using testing::k_write;
using testing::patient_options;
using testing::run;
using testing::run_clients;

TEST(InterpreterFaults, AFailedOpenIsADefiniteFailAfterAPause) {
  auto tries = std::make_shared<std::atomic<int>>(0);
  const Connect connect = [tries](ProcessId, int) -> Result<std::unique_ptr<Client>> {
    if (++*tries % 2 == 0) throw std::runtime_error("no route");
    return fail(Error::Code::transport, "connection refused");
  };
  const auto outcome =
      run_clients(gen::limit(4, gen::repeat(k_write)), patient_options(1), connect);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(*tries, 4) << "each operation tries once";
  EXPECT_EQ(calls[0].error, "connect: connection refused");
  EXPECT_EQ(calls[1].error, "connect: no route");
  for (const Call& call : calls) {
    EXPECT_EQ(call.type, EventType::fail);
    EXPECT_EQ(call.process, 0) << "nothing was sent, so the process goes on";
    EXPECT_GE(call.return_time - call.invoke_time, 5ms);
  }
}

TEST(InterpreterFaults, ConnectingThatUsesUpTheTimeoutSendsNothing) {
  auto asked = std::make_shared<std::atomic<int>>(0);
  const Connect connect = [asked](ProcessId, int) -> Result<std::unique_ptr<Client>> {
    std::this_thread::sleep_for(300ms);
    return std::make_unique<FunctionClient>([asked](const Operation& op, Nanos) {
      ++*asked;
      return fine(op, {});
    });
  };
  InterpreterOptions options = patient_options(1);
  options.operation_timeout = 250ms;
  const auto outcome = run_clients(gen::limit(2, gen::repeat(k_write)), options, connect);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].type, EventType::fail);
  EXPECT_THAT(calls[0].error, HasSubstr("connect: "));
  EXPECT_EQ(calls[1].type, EventType::ok) << "the connection is kept for the next operation";
  EXPECT_EQ(*asked, 1);
}

TEST(InterpreterFaults, AHungClientIsAbandonedAndItsLateAnswerIgnored) {
  auto gate = std::make_shared<Gate>();
  auto number = std::make_shared<std::atomic<int>>(0);
  const auto connect = always([=](const Operation& op, Nanos) {
    const int n = ++*number;
    if (n == 1) gate->pass();
    if (n == 10) {  // the late answer comes in the middle of the run
      gate->open();
      gate->await_passed(1);
    }
    return fine(op, {});
  });
  const auto outcome =
      run_clients(gen::sequence({gen::once(k_write), gen::limit(30, gen::repeat(k_read))}),
                  impatient_options(1), connect);
  ASSERT_TRUE(outcome.status);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 31u);
  EXPECT_EQ(calls[0].type, EventType::info);
  EXPECT_THAT(calls[0].error, HasSubstr("client stuck"));
  EXPECT_GE(calls[0].return_time - calls[0].invoke_time, 500ms) << "timeout + grace";
  for (std::size_t i = 1; i < calls.size(); ++i) {
    ASSERT_EQ(calls[i].process, 1);
    ASSERT_EQ(calls[i].f, "read");
    ASSERT_EQ(calls[i].type, EventType::ok);
  }
}

TEST(InterpreterFaults, AHungOpenIsAbandonedTooAndNeverAsks) {
  auto gate = std::make_shared<Gate>();
  auto asked = std::make_shared<std::atomic<int>>(0);
  const Connect connect = [=](ProcessId process, int) -> Result<std::unique_ptr<Client>> {
    if (process == 0) gate->pass();
    return std::make_unique<FunctionClient>([=](const Operation& op, Nanos) {
      if (process == 0) ++*asked;
      return fine(op, {});
    });
  };
  const auto outcome =
      run_clients(gen::limit(2, gen::repeat(k_write)), impatient_options(1), connect);
  gate->open();
  gate->await_passed(1);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].type, EventType::info);
  EXPECT_EQ(calls[1].type, EventType::ok);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(*asked, 0);
}

TEST(InterpreterFaults, OneHungThreadDoesNotHoldUpTheOthers) {
  auto gate = std::make_shared<Gate>();
  const auto connect = always([gate](const Operation& op, Nanos) {
    if (op.f == "write") gate->pass();
    return fine(op, {});
  });
  const auto outcome =
      run_clients(gen::reserve({{1, gen::once(k_write)}}, gen::limit(500, gen::repeat(k_read))),
                  impatient_options(3), connect);
  gate->open();
  gate->await_passed(1);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 501u);
  const auto write =
      std::ranges::find_if(calls, [](const Call& call) { return call.f == "write"; });
  ASSERT_NE(write, calls.end());
  const auto meanwhile = std::ranges::count_if(calls, [&](const Call& call) {
    return call.invoked > write->invoked && call.return_time < write->return_time;
  });
  EXPECT_GE(meanwhile, 2) << "of the reads";
}

TEST(InterpreterFaults, AClientThatThrowsOrAnswersNonsenseIsInfo) {
  auto number = std::make_shared<std::atomic<int>>(0);
  const auto connect = always([number](const Operation& op, Nanos) -> Completion {
    switch (++*number) {
      case 1:
        throw std::runtime_error("broken pipe");
      case 2:
        throw 7;
      case 3:
        return {EventType::invoke, {}, {}};
      case 4:
        return {static_cast<EventType>(99), {}, {}};
      default:
        return fine(op, {});
    }
  });
  const auto outcome =
      run_clients(gen::limit(5, gen::repeat(k_write)), patient_options(1), connect);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 5u);
  EXPECT_THAT(calls[0].error, HasSubstr("broken pipe"));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(calls[i].type, EventType::info);
    EXPECT_FALSE(calls[i].error.empty());
    EXPECT_EQ(calls[i].process, static_cast<ProcessId>(i));
  }
  EXPECT_EQ(calls[4].type, EventType::ok);
}

TEST(InterpreterFaults, AConnectionThatHangsWhileClosingHoldsNothingUp) {
  auto gate = std::make_shared<Gate>();
  struct HangsOnClose final : Client {
    explicit HangsOnClose(std::shared_ptr<Gate> g) : gate(std::move(g)) {}
    ~HangsOnClose() override { gate->pass(); }
    Completion invoke(const Operation& op, Nanos) override { return {EventType::ok, op.value, {}}; }
    std::shared_ptr<Gate> gate;
  };
  const Connect connect = [gate](ProcessId, int) -> Result<std::unique_ptr<Client>> {
    return std::make_unique<HangsOnClose>(gate);
  };
  const auto outcome =
      run_clients(gen::limit(10, gen::repeat(k_write)), impatient_options(1), connect);
  EXPECT_EQ(calls_of(outcome.history).size(), 10u);
  gate->open();
  gate->await_passed(1);
}

TEST(InterpreterFaults, StopDrainsTheOpenCalls) {
  auto gate = std::make_shared<Gate>();
  const auto connect = always([gate](const Operation& op, Nanos) {
    gate->pass();
    return fine(op, {});
  });
  std::atomic<int> stop = k_run_on;
  InterpreterOptions options = patient_options(3);
  options.stop = &stop;
  std::thread user([&] {
    gate->await_waiting(3);
    stop = k_stop_and_drain;
    std::this_thread::sleep_for(50ms);
    gate->open();
  });
  const auto outcome = run_clients(gen::repeat(k_write), options, connect);
  user.join();
  ASSERT_TRUE(outcome.status);
  const auto calls = calls_of(outcome.history);
  EXPECT_EQ(calls.size(), 3u);
  for (const Call& call : calls) EXPECT_EQ(call.type, EventType::ok);
}

TEST(InterpreterFaults, TheSecondStopLeavesOpenCallsOpen) {
  auto gate = std::make_shared<Gate>();
  const auto hang = [gate](const Operation& op) {
    gate->pass();
    return Completion{EventType::ok, op.value, {}};
  };
  std::atomic<int> stop = k_run_on;
  InterpreterOptions options = patient_options(2);
  options.stop = &stop;
  std::thread user([&] {
    gate->await_waiting(3);
    stop = k_leave_at_once;
  });
  const auto outcome =
      run(gen::clients_and_nemesis(gen::repeat(k_write), gen::once({"kill", {}, {}})), options,
          always([hang](const Operation& op, Nanos) { return hang(op); }), hang);
  user.join();
  ASSERT_TRUE(outcome.status);
  EXPECT_EQ(outcome.history.size(), 3u) << "three began, none ended";
  gate->open();
  gate->await_passed(3);
  std::this_thread::sleep_for(20ms);  // their threads end by themselves and touch nothing
}

TEST(InterpreterFaults, AFullDiskStopsTheRunAndTheEventsStay) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  const rlimit tiny{2000, RLIM_INFINITY};
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &tiny);
  const Status status = interpret(gen::clients(gen::repeat(k_write)), patient_options(3),
                                  always(fine), {}, *recorder);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Error::Code::io);
  EXPECT_THAT(status.error().what, HasSubstr("cannot write"));
  const auto on_disk = read_history(folder / "h");
  ASSERT_TRUE(on_disk);
  EXPECT_EQ(on_disk->warning, "") << "the torn line was taken back";
  ASSERT_GE(recorder->snapshot().size(), on_disk->events.size());
  EXPECT_GT(on_disk->events.size(), 10u);
  EXPECT_FALSE(recorder->record({})) << "the error is sticky";
  EXPECT_FALSE(recorder->close());
}

TEST(InterpreterFaults, RefusesOptionsThatMakeNoSense) {
  const auto refused = [](const std::function<void(InterpreterOptions&)>& change) {
    InterpreterOptions options = patient_options(1);
    change(options);
    const auto outcome = run_clients(gen::nothing(), options, always(fine));
    return !outcome.status && outcome.status.error().code == Error::Code::invalid;
  };
  EXPECT_TRUE(refused([](auto& o) { o.concurrency = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.nodes = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.operation_timeout = 0s; }));
  EXPECT_TRUE(refused([](auto& o) { o.node_names = {"a", "b"}; }));
  EXPECT_FALSE(refused([](auto&) {}));
}

}  // namespace
}  // namespace plumbline
