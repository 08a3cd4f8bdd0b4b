#pragma once
/// Worker: one thread that carries out one operation at a time and records both of its events, so
/// that what the history says of an operation is as tight as it can be. Private to
/// control/interpreter. Threads: assign() and abandon() by the interpreter; an abandoned worker
/// touches nothing but itself.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "control/interpreter/interpreter.h"

namespace plumbline {

struct Task {
  Operation operation;
  ProcessId process = 0;
  int node = 0;
  std::string node_name;
};

/// What a worker is there for. Used by its thread only, and ends there.
class Duty {
 public:
  virtual ~Duty() = default;
  /// Never throws.
  virtual Completion perform(const Task& task) = 0;
  /// Called when the completion has been recorded.
  virtual void recorded(const Completion&) {}
};

/// Speaks to one node through a client, which it opens when there is none.
std::unique_ptr<Duty> client_duty(Connect connect, const InterpreterOptions& options);
std::unique_ptr<Duty> nemesis_duty(Nemesis nemesis);

/// What workers tell the interpreter.
struct Report {
  gen::Thread thread = 0;
  std::optional<Result<Event>> recorded;  ///< nothing: the worker's thread has left
  bool completes = false;                 ///< the event ends the thread's operation
};

class Mailbox {
 public:
  void put(Report report);
  /// All that came, in order; waits for the first, `longest` at most.
  std::vector<Report> take(Nanos longest);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Report> reports_;
};

class Worker {
 public:
  Worker(gen::Thread thread, std::unique_ptr<Duty> duty, Recorder& recorder,
         std::shared_ptr<Mailbox> mailbox);

  void assign(Task task);  ///< Requires: the task before has been reported complete.
  /// Leave for good and record nothing more. False: a task is at hand, so that may take for ever.
  bool quit();
  /// As quit(), but if a task is at hand its end is recorded as info, for `why`; gives that event.
  std::optional<Result<Event>> abandon(const std::string& why);

  void run();                          ///< the thread's body
  bool left() const { return left_; }  ///< run() is as good as over

 private:
  bool step(std::unique_lock<std::mutex>& lock);
  Result<Event> record(EventType type, Value value, std::string error);
  bool invoke();

  const gen::Thread thread_;
  std::unique_ptr<Duty> duty_;  // used by the worker's thread only
  Recorder& recorder_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::atomic<bool> left_ = false;
  std::mutex mutex_;  // guards all below; held while recording
  std::condition_variable changed_;
  std::optional<Task> task_;
  bool invoked_ = false;   // the task's first event is recorded
  bool quitting_ = false;  // nothing is recorded any more
};

}  // namespace plumbline
