// Goal: each rule of interpret() on its own. Method: fake systems in memory, real threads and a
// real clock; nothing that is asserted depends on how fast the machine is.

#include "control/interpreter/interpreter.h"

#include <gtest/gtest.h>

#include <ctime>
#include <set>
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
using testing::k_read;
using testing::k_write;
using testing::patient_options;
using testing::Registers;
using testing::run;
using testing::run_clients;

TEST(Interpreter, CarriesOutWhatTheGeneratorSaysAndEndsWithIt) {
  auto registers = std::make_shared<Registers>();
  const auto connect =
      always([registers](const Operation& op, Nanos) { return registers->invoke(op); });
  const auto outcome =
      run_clients(gen::limit(200, gen::mix({gen::repeat(k_read), gen::repeat(k_write)})),
                  patient_options(4), connect);
  ASSERT_TRUE(outcome.status) << outcome.status.error().what;
  const auto calls = calls_of(outcome.history);
  EXPECT_EQ(calls.size(), 200u);
  std::set<ProcessId> processes;
  for (const Call& call : calls) {
    EXPECT_EQ(call.type, EventType::ok);
    processes.insert(call.process);
  }
  EXPECT_EQ(processes, (std::set<ProcessId>{0, 1, 2, 3}));
}

TEST(Interpreter, RecordsTheInvocationBeforeTheRequestAndTheCompletionAfterTheReply) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  std::atomic<int> wrong = 0;
  const auto connect = always([&](const Operation& op, Nanos) {
    const History seen = recorder->snapshot();
    if (seen.empty() || seen.back().type != EventType::invoke) ++wrong;
    return fine(op, {});
  });
  ASSERT_TRUE(interpret(gen::clients(gen::limit(20, gen::repeat(k_write))), patient_options(1),
                        connect, {}, *recorder));
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(recorder->snapshot().size(), 40u);
}

TEST(Interpreter, OverlapsOperationsOfDifferentThreads) {
  // Every client waits until four are inside: with fewer threads at work this would be stuck.
  auto gate = std::make_shared<Gate>();
  auto inside = std::make_shared<std::atomic<int>>(0);
  const auto connect = always([gate, inside](const Operation& op, Nanos) {
    if (++*inside == 4) gate->open();
    gate->pass();
    return fine(op, {});
  });
  const InterpreterOptions options = patient_options(4);
  const auto outcome = run_clients(gen::limit(4, gen::repeat(k_write)), options, connect);
  for (const Call& call : calls_of(outcome.history)) EXPECT_EQ(call.type, EventType::ok);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(outcome.history[i].type, EventType::invoke);
}

TEST(Interpreter, RetiresTheProcessAndItsConnectionAfterInfo) {
  struct Seen {
    std::mutex mutex;
    std::vector<std::pair<ProcessId, int>> opened;
    int closed = 0;
  };
  auto seen = std::make_shared<Seen>();
  struct Crashing final : Client {
    explicit Crashing(std::shared_ptr<Seen> to) : seen(std::move(to)) {}
    ~Crashing() override {
      const std::lock_guard lock(seen->mutex);
      ++seen->closed;
    }
    Completion invoke(const Operation&, Nanos) override { return {EventType::info, {}, "timeout"}; }
    std::shared_ptr<Seen> seen;
  };
  const Connect connect = [seen](ProcessId process, int node) -> Result<std::unique_ptr<Client>> {
    const std::lock_guard lock(seen->mutex);
    seen->opened.emplace_back(process, node);
    return std::make_unique<Crashing>(seen);
  };
  InterpreterOptions options = patient_options(3);
  options.nodes = 2;
  options.node_names = {"alpha", "beta"};
  const auto outcome = run_clients(
      gen::on_threads([](gen::Thread t) { return t == 1; }, gen::limit(3, gen::repeat(k_write))),
      options, connect);
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[0].process, 1);
  EXPECT_EQ(calls[1].process, 4) << "old + concurrency";
  EXPECT_EQ(calls[2].process, 7);
  EXPECT_EQ(calls[0].node, "beta");
  EXPECT_EQ(calls[1].node, "alpha") << "process 4 of 2 nodes";
  EXPECT_EQ(calls[0].error, "timeout");
  EXPECT_EQ(calls[0].arguments, Value(1));
  EXPECT_EQ(seen->opened, (std::vector<std::pair<ProcessId, int>>{{1, 1}, {4, 0}, {7, 1}}));
  EXPECT_EQ(seen->closed, 3);
}

TEST(Interpreter, KeepsProcessAndConnectionAfterFail) {
  auto opened = std::make_shared<std::atomic<int>>(0);
  const Connect connect = [opened](ProcessId, int) -> Result<std::unique_ptr<Client>> {
    ++*opened;
    return std::make_unique<FunctionClient>(
        [](const Operation&, Nanos) { return Completion{EventType::fail, {}, "mismatch"}; });
  };
  const auto outcome =
      run_clients(gen::limit(10, gen::repeat(k_write)), patient_options(1), connect);
  for (const Call& call : calls_of(outcome.history)) {
    EXPECT_EQ(call.type, EventType::fail);
    EXPECT_EQ(call.process, 0);
  }
  EXPECT_EQ(*opened, 1);
}

TEST(Interpreter, TellsTheGeneratorOfEveryEvent) {
  // until_ok ends only if it hears of the completion, and only of the one that is ok.
  auto number = std::make_shared<std::atomic<int>>(0);
  const auto connect = always([number](const Operation&, Nanos) {
    const int n = ++*number;
    return Completion{n == 3 ? EventType::ok : n == 2 ? EventType::info : EventType::fail, {}, {}};
  });
  const auto outcome =
      run_clients(gen::clients(gen::until_ok(gen::repeat(k_read))), patient_options(1), connect);
  EXPECT_EQ(calls_of(outcome.history).size(), 3u);
}

TEST(Interpreter, ReadsCompletionsBeforeItGivesOutTheNextOperation) {
  // The second question is held up until the first call has been answered and recorded; by the
  // third, the generator must see its thread free again.
  struct Watch final : gen::Gen {
    Watch(const Recorder& r, int asked) : recorder(r), number(asked) {}
    gen::Answer next(const gen::Context& context) const override {
      const auto again = std::make_shared<Watch>(recorder, number + 1);
      if (number == 0) return gen::Next{{k_write, 0, context.time, {}}, again};
      if (number == 1) {
        while (recorder.snapshot().size() < 2) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(50ms);  // between recording it and reporting it
        return gen::Pending{again, context.time};
      }
      EXPECT_TRUE(context.is_free(0));
      return gen::Exhausted{};
    }
    const Recorder& recorder;
    const int number;
  };
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  EXPECT_TRUE(interpret(std::make_shared<Watch>(*recorder, 0), patient_options(2), always(fine), {},
                        *recorder));
}

TEST(Interpreter, ARegisterUnderManyThreadsGivesAHistoryThatFitsRealTime) {
  // Each write is unique; a read that began after a write had ended, with no other write in
  // between, must see it. This fails if an event is recorded on the wrong side of its request.
  auto registers = std::make_shared<Registers>();
  const auto connect =
      always([registers](const Operation& op, Nanos) { return registers->invoke(op); });
  const auto write = gen::numbered([](std::int64_t n) { return Operation{"write", {}, n}; });
  const auto outcome =
      run_clients(gen::limit(2000, gen::reserve({{4, gen::repeat(k_read)}}, write)),
                  patient_options(5), connect);
  const auto calls = calls_of(outcome.history);
  std::vector<Call> writes;
  for (const Call& call : calls)
    if (call.f == "write") writes.push_back(call);  // one thread writes: they do not overlap
  ASSERT_GT(writes.size(), 50u);
  for (const Call& read : calls) {
    if (read.f != "read") continue;
    std::int64_t lowest = -1;
    std::int64_t highest = -1;
    for (const Call& other : writes) {
      if (other.returned < read.invoked) lowest = other.arguments.as_int();
      if (other.invoked < read.returned) highest = other.arguments.as_int();
    }
    const std::int64_t seen = read.result.is_nil() ? -1 : read.result.as_int();
    ASSERT_GE(seen, lowest) << describe(read);
    ASSERT_LE(seen, highest) << describe(read);
  }
}

TEST(Interpreter, NemesisOperationsArePairsOfInfoInAThreadOfTheirOwn) {
  std::atomic<std::thread::id> nemesis_thread;
  const Nemesis nemesis = [&](const Operation& op) -> Completion {
    nemesis_thread = std::this_thread::get_id();
    if (op.f == "kill") throw std::runtime_error("ssh is gone");
    return {EventType::ok, Value::list("n1"), op.f == "pause" ? "skipped" : ""};
  };
  const auto fault = [](const char* f) { return gen::once({f, {}, "leader"}); };
  const auto outcome =
      run(gen::nemesis(gen::sequence({fault("partition"), fault("kill"), fault("pause")})),
          patient_options(2), always(fine), nemesis);
  ASSERT_EQ(outcome.history.size(), 6u);
  for (const Event& event : outcome.history) {
    EXPECT_EQ(event.process, k_nemesis) << "the nemesis never retires";
    EXPECT_EQ(event.type, EventType::info);
  }
  EXPECT_EQ(outcome.history[0].f, "partition");
  EXPECT_EQ(outcome.history[0].value, Value("leader"));
  EXPECT_EQ(outcome.history[1].value, Value::list("n1"));
  EXPECT_EQ(outcome.history[3].error, "nemesis threw: ssh is gone");
  EXPECT_EQ(outcome.history[5].error, "skipped");
  EXPECT_NE(nemesis_thread.load(), std::this_thread::get_id());
}

TEST(Interpreter, ASlowNemesisDoesNotHoldUpTheClients) {
  auto gate = std::make_shared<Gate>();
  const Nemesis nemesis = [gate](const Operation& op) -> Completion {
    gate->pass();
    return {EventType::info, op.value, {}};
  };
  auto number = std::make_shared<std::atomic<int>>(0);
  const auto connect = always([=](const Operation& op, Nanos) {
    if (++*number == 100) gate->open();
    return fine(op, {});
  });
  const auto outcome = run(gen::clients_and_nemesis(gen::limit(100, gen::repeat(k_write)),
                                                    gen::once({"partition", {}, {}})),
                           patient_options(2), connect, nemesis);
  ASSERT_TRUE(outcome.status);
  EXPECT_EQ(outcome.history.size(), 202u);
}

TEST(Interpreter, WithoutANemesisItsOperationsSaySo) {
  const auto outcome =
      run(gen::nemesis(gen::once({"kill", {}, {}})), patient_options(1), always(fine));
  ASSERT_EQ(outcome.history.size(), 2u);
  EXPECT_EQ(outcome.history[1].error, "there is no nemesis");
}

TEST(Interpreter, WaitsForTheClockWithoutUsingIt) {
  const std::clock_t before = std::clock();  // processor time, of all threads
  const auto outcome =
      run_clients(gen::sequence({gen::once(k_write), gen::sleep(500ms), gen::once(k_write)}),
                  patient_options(8), always(fine));
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 2u);
  // From the run's start, not from the first invocation: that is recorded a hand-over after the
  // moment from which the sleep counts.
  EXPECT_GE(calls[1].invoke_time, 500ms);
  EXPECT_LT(used, 0.2) << "a busy wait";
}

TEST(Interpreter, KeepsToPlannedTimes) {
  const auto outcome = run_clients(gen::delay(20ms, gen::limit(6, gen::repeat(k_write))),
                                   patient_options(2), always(fine));
  const auto calls = calls_of(outcome.history);
  ASSERT_EQ(calls.size(), 6u);
  EXPECT_GE(calls.back().invoke_time, 100ms);  // from the run's start, as above
}

TEST(Interpreter, ASynchronizedPhaseWaitsForAllCalls) {
  const auto connect = always([](const Operation& op, Nanos) {
    std::this_thread::sleep_for(5ms);
    return fine(op, {});
  });
  const auto outcome = run_clients(
      gen::phases({gen::limit(5, gen::repeat(k_write)), gen::limit(5, gen::repeat(k_read))}),
      patient_options(3), connect);
  ASSERT_EQ(outcome.history.size(), 20u);
  for (std::size_t i = 0; i < 20; ++i)
    EXPECT_EQ(outcome.history[i].f, i < 10 ? "write" : "read") << "at " << i;
}

TEST(Interpreter, NotesAreToldAndNotRecorded) {
  std::vector<std::string> notes;
  InterpreterOptions options = patient_options(1);
  options.on_note = [&](const std::string& text) { notes.push_back(text); };
  const auto outcome =
      run_clients(gen::sequence({gen::log("begin"), gen::once(k_write), gen::log("end")}), options,
                  always(fine));
  EXPECT_EQ(notes, (std::vector<std::string>{"begin", "end"}));
  EXPECT_EQ(outcome.history.size(), 2u);
}

TEST(Interpreter, ASecondRunOnARecorderGoesOnWithNewProcessesAndToldOfThePast) {
  const Folder folder;
  const auto recorder = *Recorder::open(folder / "h");
  const auto crash = always([](const Operation&, Nanos) { return Completion{}; });
  ASSERT_TRUE(interpret(gen::clients(gen::limit(4, gen::repeat(k_write))), patient_options(2),
                        crash, {}, *recorder));

  struct CountsEvents final : gen::Gen {
    explicit CountsEvents(std::int64_t n) : heard(n) {}
    gen::Answer next(const gen::Context& context) const override {
      return gen::once({"heard", {}, Value(heard)})->next(context);
    }
    gen::GenPtr update(const gen::Context&, gen::Thread, const Event&) const override {
      return std::make_shared<CountsEvents>(heard + 1);
    }
    std::int64_t heard;
  };
  ASSERT_TRUE(interpret(gen::clients(std::make_shared<CountsEvents>(0)), patient_options(2),
                        always(fine), {}, *recorder));
  const History history = recorder->snapshot();
  ASSERT_EQ(history.size(), 10u);
  EXPECT_EQ(history[8].value, Value(8));
  ProcessId highest = -1;
  for (std::size_t i = 0; i < 8; ++i) highest = std::max(highest, history[i].process);
  EXPECT_GT(history[8].process, highest);
  EXPECT_TRUE(pair_calls(history));
}

}  // namespace
}  // namespace plumbline
