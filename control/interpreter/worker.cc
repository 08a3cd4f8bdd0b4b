#include "control/interpreter/worker.h"

#include <exception>
#include <thread>
#include <utility>

namespace plumbline {
namespace {

class ClientDuty final : public Duty {
 public:
  ClientDuty(Connect connect, const InterpreterOptions& options)
      : connect_(std::move(connect)),
        timeout_(options.operation_timeout),
        pause_(options.open_retry_pause) {}

  Completion perform(const Task& task) override {
    const auto start = std::chrono::steady_clock::now();
    if (auto error = open(task)) {
      std::this_thread::sleep_for(pause_);
      return {EventType::fail, {}, "connect: " + *error};
    }
    const Nanos left = timeout_ - (std::chrono::steady_clock::now() - start);
    if (left <= Nanos::zero()) return {EventType::fail, {}, "connect: no time left to ask"};
    return ask(task.operation, left);
  }
  void recorded(const Completion& completion) override {
    if (completion.type == EventType::info) client_.reset();
  }

 private:
  /// Nothing if there is a client; else why not. Nothing was sent in either case.
  std::optional<std::string> open(const Task& task) try {
    if (client_) return std::nullopt;
    auto opened = connect_(task.process, task.node);
    if (!opened) return opened.error().what;
    client_ = std::move(*opened);
    return client_ ? std::nullopt : std::optional<std::string>("no client was made");
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of no known type";
  }

  Completion ask(const Operation& operation, Nanos left) try {
    Completion completion = client_->invoke(operation, left);
    const bool sensible = completion.type == EventType::ok || completion.type == EventType::fail ||
                          completion.type == EventType::info;
    if (sensible) return completion;
    return {EventType::info, {}, "client answered with an event that is not a completion"};
  } catch (const std::exception& error) {
    return {EventType::info, {}, std::string("client threw: ") + error.what()};
  } catch (...) {
    return {EventType::info, {}, "client threw"};
  }

  const Connect connect_;
  const Nanos timeout_;
  const Nanos pause_;
  std::unique_ptr<Client> client_;
};

class NemesisDuty final : public Duty {
 public:
  explicit NemesisDuty(Nemesis nemesis) : nemesis_(std::move(nemesis)) {}

  Completion perform(const Task& task) override try {
    if (!nemesis_) return {EventType::info, task.operation.value, "there is no nemesis"};
    Completion completion = nemesis_(task.operation);
    completion.type = EventType::info;
    return completion;
  } catch (const std::exception& error) {
    return {EventType::info, task.operation.value, std::string("nemesis threw: ") + error.what()};
  } catch (...) {
    return {EventType::info, task.operation.value, "nemesis threw"};
  }

 private:
  const Nemesis nemesis_;
};

}  // namespace

std::unique_ptr<Duty> client_duty(Connect connect, const InterpreterOptions& options) {
  return std::make_unique<ClientDuty>(std::move(connect), options);
}
std::unique_ptr<Duty> nemesis_duty(Nemesis nemesis) {
  return std::make_unique<NemesisDuty>(std::move(nemesis));
}

void Mailbox::put(Report report) {
  const std::lock_guard lock(mutex_);
  reports_.push_back(std::move(report));
  arrived_.notify_one();
}

std::vector<Report> Mailbox::take(Nanos longest) {
  std::unique_lock lock(mutex_);
  if (longest > Nanos::zero())
    arrived_.wait_for(lock, longest, [this] { return !reports_.empty(); });
  return std::exchange(reports_, {});
}

Worker::Worker(gen::Thread thread, std::unique_ptr<Duty> duty, Recorder& recorder,
               std::shared_ptr<Mailbox> mailbox)
    : thread_(thread), duty_(std::move(duty)), recorder_(recorder), mailbox_(std::move(mailbox)) {}

void Worker::assign(Task task) {
  const std::lock_guard lock(mutex_);
  CHECK(!task_ && !quitting_, "a worker was given a second task");
  task_ = std::move(task);
  invoked_ = false;
  changed_.notify_one();
}

bool Worker::quit() {
  const std::lock_guard lock(mutex_);
  quitting_ = true;
  changed_.notify_one();
  return !task_;
}

std::optional<Result<Event>> Worker::abandon(const std::string& why) {
  const std::lock_guard lock(mutex_);
  quitting_ = true;
  changed_.notify_one();
  if (!task_) return std::nullopt;
  if (!invoked_) {  // a machine so busy that the thread has not even begun
    auto asked = record(EventType::invoke, task_->operation.value, {});
    if (!asked) return asked;
  }
  return record(EventType::info, task_->operation.value, why);
}

Result<Event> Worker::record(EventType type, Value value, std::string error) {
  Event event;
  event.process = task_->process;
  event.type = type;
  event.f = task_->operation.f;
  event.key = task_->operation.key;
  event.value = std::move(value);
  event.error = std::move(error);
  event.node = task_->node_name;
  return recorder_.record(std::move(event));
}

void Worker::run() {
  {
    std::unique_lock lock(mutex_);
    while (step(lock)) {
    }
  }
  duty_.reset();
  left_ = true;
  mailbox_->put({thread_, std::nullopt, false});
}

/// Waits for a task and carries it out. False: leave.
bool Worker::step(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [this] { return task_ || quitting_; });
  if (quitting_) return false;
  if (!invoke()) return false;
  const Task task = *task_;
  lock.unlock();
  const Completion completion = duty_->perform(task);
  lock.lock();
  if (quitting_) return false;
  const bool has_result = completion.type == EventType::ok || thread_ == gen::k_nemesis_thread;
  auto ended = record(completion.type, has_result ? completion.value : task.operation.value,
                      completion.error);
  task_.reset();
  const bool goes_on = ended.has_value();
  mailbox_->put({thread_, std::move(ended), true});
  lock.unlock();  // closing a connection may take a while
  duty_->recorded(completion);
  lock.lock();
  return goes_on;
}

bool Worker::invoke() {
  auto asked = record(thread_ == gen::k_nemesis_thread ? EventType::info : EventType::invoke,
                      task_->operation.value, {});
  invoked_ = true;
  const bool goes_on = asked.has_value();
  mailbox_->put({thread_, std::move(asked), false});
  return goes_on;
}

}  // namespace plumbline
