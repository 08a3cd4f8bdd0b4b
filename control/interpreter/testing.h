#pragma once
/// For the interpreter's tests: fake systems, all in memory, each with one way to misbehave; and a
/// run whose history is checked on disk.

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "control/interpreter/interpreter.h"
#include "core/files/history_file.h"
#include "core/generator/combinators.h"
#include "core/generator/validate.h"

namespace plumbline::testing {

/// A folder of its own for a test, removed with what is in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr, "a temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Makes clients from a function.
using Answer = std::function<Completion(const Operation&, Nanos timeout)>;
class FunctionClient final : public Client {
 public:
  explicit FunctionClient(Answer answer) : answer_(std::move(answer)) {}
  Completion invoke(const Operation& operation, Nanos timeout) override {
    return answer_(operation, timeout);
  }

 private:
  Answer answer_;
};
inline Connect always(Answer answer) {
  return [answer = std::move(answer)](ProcessId, int) -> Result<std::unique_ptr<Client>> {
    return std::make_unique<FunctionClient>(answer);
  };
}

/// Linearizable registers, one a key.
class Registers {
 public:
  Completion invoke(const Operation& operation) {
    const std::lock_guard lock(mutex_);
    Value& value = values_[to_string(operation.key)];
    if (operation.f == "read") return {EventType::ok, value, {}};
    if (operation.f == "cas") {
      const auto& pair = operation.value.as_list();
      if (value != pair[0]) return {EventType::fail, {}, "mismatch"};
      value = pair[1];
    } else {
      value = operation.value;
    }
    return {EventType::ok, operation.value, {}};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Value> values_;
};

/// Closed until it is opened: what a hung client waits at.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    ++passed_;
    changed_.notify_all();
  }
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void await_passed(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return passed_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
  int passed_ = 0;
};

inline const Operation k_read{"read", {}, {}};
inline const Operation k_write{"write", {}, 1};

/// Nothing of a healthy run takes so long, however busy the machine is.
inline InterpreterOptions patient_options(int concurrency) {
  InterpreterOptions options;
  options.concurrency = concurrency;
  options.nodes = concurrency;
  options.operation_timeout = 30s;
  options.open_retry_pause = 5ms;
  return options;
}

/// For what hangs: it is given up after 500 ms.
inline InterpreterOptions impatient_options(int concurrency) {
  InterpreterOptions options = patient_options(concurrency);
  options.operation_timeout = 200ms;
  options.stuck_grace = 300ms;
  return options;
}

inline Completion fine(const Operation& operation, Nanos) {
  return {EventType::ok, operation.value, {}};
}

struct Outcome {
  Status status;
  History history;
};

/// Runs `gen`, its contract checked, into a file that must then read back as what is in memory.
inline Outcome run(const gen::GenPtr& generator, const InterpreterOptions& options,
                   const Connect& connect, const Nemesis& nemesis = {}) {
  const Folder folder;
  auto recorder = Recorder::open(folder / "history.jsonl");
  CHECK(recorder.has_value(), "a recorder");
  Outcome outcome;
  outcome.status = interpret(gen::validate(generator), options, connect, nemesis, **recorder);
  outcome.history = (*recorder)->snapshot();
  EXPECT_TRUE((*recorder)->close());
  const auto read = read_history(folder / "history.jsonl");
  EXPECT_TRUE(read && read->warning.empty());
  EXPECT_EQ(read.value_or(ReadHistory{}).events, outcome.history);
  for (std::size_t i = 0; i < outcome.history.size(); ++i) {
    EXPECT_EQ(outcome.history[i].index, static_cast<std::int64_t>(i));
    EXPECT_GE(outcome.history[i].time, outcome.history[i > 0 ? i - 1 : 0].time);
  }
  EXPECT_TRUE(pair_calls(outcome.history)) << "a process has one call open at most";
  return outcome;
}

/// As run(), with every operation for the clients.
inline Outcome run_clients(const gen::GenPtr& generator, const InterpreterOptions& options,
                           const Connect& connect) {
  return run(gen::clients(generator), options, connect);
}

inline std::vector<Call> calls_of(const History& history) {
  auto calls = pair_calls(history);
  EXPECT_TRUE(calls);
  return calls ? *calls : std::vector<Call>{};
}

}  // namespace plumbline::testing
