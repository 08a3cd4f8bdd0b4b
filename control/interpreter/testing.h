#pragma once
/// Fake systems for the interpreter's tests: all in memory, each with one way to misbehave.

#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "control/interpreter/interpreter.h"

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

}  // namespace plumbline::testing
