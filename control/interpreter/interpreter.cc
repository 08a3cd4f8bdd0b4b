#include "control/interpreter/interpreter.h"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "control/interpreter/worker.h"
#include "core/base/check.h"
#include "core/base/text.h"
#include "core/generator/roster.h"

namespace plumbline {
namespace {

// The longest nap: how soon a stop, or a generator that waits for the clock without saying till
// when, is noticed.
constexpr Nanos k_a_while = 20ms;
// The shortest, so that a generator that says "ask again now" does not keep a core busy.
constexpr Nanos k_shortest_wait = 1ms;

/// Empty if the options make sense.
std::string what_is_wrong(const InterpreterOptions& options) {
  if (options.concurrency < 1) return "concurrency must be 1 or more";
  if (options.nodes < 1) return "a run needs a node";
  if (options.operation_timeout <= Nanos::zero()) return "the operation timeout must be above 0";
  const std::size_t names = options.node_names.size();
  if (names == 0 || names == static_cast<std::size_t>(options.nodes)) return "";
  return str("there are ", options.nodes, " nodes but ", names, " names");
}

/// The first process of a run that goes on with a history whose highest is `last`.
ProcessId first_process(ProcessId last, int concurrency) {
  return last < 0 ? 0 : (last / concurrency + 1) * concurrency;
}

class Interpreter {
 public:
  Interpreter(gen::GenPtr generator, const InterpreterOptions& options, const Connect& connect,
              const Nemesis& nemesis, Recorder& recorder)
      : generator_(std::move(generator)),
        options_(options),
        connect_(connect),
        nemesis_(nemesis),
        recorder_(recorder),
        rng_(options.seed),
        roster_(options.concurrency, rng_,
                first_process(recorder.last_process(), options.concurrency)),
        mailbox_(std::make_shared<Mailbox>()) {
    posts_.resize(static_cast<std::size_t>(options.concurrency) + 1);
  }
  ~Interpreter() { dismiss_all(); }
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  Status run() {
    for (const gen::Thread thread : roster_.at(recorder_.now()).threads) TRY(hire(thread));
    tell_of_the_past();
    bool drains = false;
    Nanos nap{};
    for (;;) {
      // Completions first: an operation is never given out on the strength of an old view.
      TRY(read_reports(nap));
      TRY(replace_stuck());
      const int stop = options_.stop ? options_.stop->load() : k_run_on;
      if (stop >= k_leave_at_once) return {};
      drains = drains || stop != k_run_on;
      if (drains && roster_.idle()) return {};
      nap = std::min(k_a_while, first_deadline() - recorder_.now());
      if (!drains) drains = !ask(nap);
    }
  }

 private:
  /// The place of one thread.
  struct Post {
    std::shared_ptr<Worker> worker;
    std::thread thread;
    Nanos deadline = k_never;  // of the task at hand
  };

  Post& post(gen::Thread thread) { return posts_[static_cast<std::size_t>(thread + 1)]; }

  Status hire(gen::Thread thread) try {
    auto duty =
        thread == gen::k_nemesis_thread ? nemesis_duty(nemesis_) : client_duty(connect_, options_);
    auto worker = std::make_shared<Worker>(thread, std::move(duty), recorder_, mailbox_);
    post(thread) = {worker, std::thread([worker] { worker->run(); }), k_never};
    return {};
  } catch (const std::system_error& error) {
    return fail(Error::Code::unavailable,
                str("cannot start a thread for each of ", options_.concurrency,
                    " clients: ", error.what(), "; lower the concurrency"));
  }

  void tell_of_the_past() {
    for (const Event& event : recorder_.snapshot()) {
      const gen::Thread thread =
          event.process == k_nemesis
              ? gen::k_nemesis_thread
              : static_cast<gen::Thread>(event.process % options_.concurrency);
      generator_ = generator_->update(roster_.at(recorder_.now()), thread, event);
    }
  }

  /// Asks the generator once and does what it says; shortens `nap` to what must not be slept
  /// through. False: it is exhausted.
  bool ask(Nanos& nap) {
    const Nanos now = recorder_.now();
    gen::Answer answer = generator_->next(roster_.at(now));
    if (auto* next = std::get_if<gen::Next>(&answer)) {
      nap = std::min(nap, next->planned.time - now);
      if (next->planned.time > now) return true;
      generator_ = std::move(next->then);
      carry_out(next->planned);
      return true;
    }
    auto* pending = std::get_if<gen::Pending>(&answer);
    nap = std::min(nap, pending ? std::max(pending->until - now, k_shortest_wait) : Nanos::zero());
    if (pending && pending->then) generator_ = std::move(pending->then);
    return pending;
  }

  void carry_out(gen::Planned& planned) {
    if (!planned.note.empty()) {
      if (options_.on_note) options_.on_note(planned.note);
      return;
    }
    Task task{std::move(planned.operation), roster_.process(planned.thread), 0, {}};
    if (planned.thread != gen::k_nemesis_thread) {
      task.node = static_cast<int>(task.process % options_.nodes);
      if (!options_.node_names.empty())
        task.node_name = options_.node_names[static_cast<std::size_t>(task.node)];
      post(planned.thread).deadline = recorder_.now() + options_.operation_timeout +
                                      options_.open_retry_pause + options_.stuck_grace;
    }
    roster_.invoked(planned.thread);
    post(planned.thread).worker->assign(std::move(task));
  }

  Status read_reports(Nanos longest) {
    for (Report& report : mailbox_->take(longest)) {
      if (!report.recorded) continue;  // one that was replaced has come back at last
      TRY_ASSIGN(const Event event, std::move(*report.recorded));
      take_event(report.thread, event, report.completes);
    }
    return {};
  }

  void take_event(gen::Thread thread, const Event& event, bool completes) {
    if (completes) {
      roster_.completed(thread, event.type);
      post(thread).deadline = k_never;
    }
    generator_ = generator_->update(roster_.at(recorder_.now()), thread, event);
  }

  Nanos first_deadline() const {
    Nanos first = k_never;
    for (const Post& post : posts_) first = std::min(first, post.deadline);
    return first;
  }

  Status replace_stuck() {
    const Nanos now = recorder_.now();
    for (gen::Thread thread = 0; thread < options_.concurrency; ++thread) {
      if (post(thread).deadline > now) continue;
      auto ended = post(thread).worker->abandon("client stuck: no answer in " +
                                                format_duration(options_.operation_timeout));
      post(thread).thread.detach();
      post(thread) = {};
      TRY(hire(thread));
      if (!ended) continue;  // it came in at the last moment; its report is in the mailbox
      TRY_ASSIGN(const Event event, std::move(*ended));
      take_event(thread, event, true);
    }
    return {};
  }

  /// Those at rest leave, and are waited for; those with a call open are left behind.
  void dismiss_all() {
    std::erase_if(posts_, [](const Post& post) { return !post.worker; });  // never hired
    std::vector<Worker*> leaving;
    for (Post& post : posts_)
      if (post.worker->quit()) leaving.push_back(post.worker.get());
    // Closing a connection may hang as well.
    const Nanos patience = recorder_.now() + options_.stuck_grace;
    const auto still_here = [](const Worker* worker) { return !worker->left(); };
    while (recorder_.now() < patience && std::ranges::any_of(leaving, still_here))
      mailbox_->take(k_a_while);
    for (Post& post : posts_) {
      if (post.worker->left())
        post.thread.join();
      else
        post.thread.detach();
    }
  }

  gen::GenPtr generator_;
  const InterpreterOptions& options_;
  const Connect& connect_;
  const Nemesis& nemesis_;
  Recorder& recorder_;
  Rng rng_;
  gen::Roster roster_;
  const std::shared_ptr<Mailbox> mailbox_;
  std::vector<Post> posts_;
};

}  // namespace

Status interpret(gen::GenPtr generator, const InterpreterOptions& options, const Connect& connect,
                 const Nemesis& nemesis, Recorder& recorder) {
  if (std::string wrong = what_is_wrong(options); !wrong.empty())
    return fail(Error::Code::invalid, std::move(wrong));
  return Interpreter(std::move(generator), options, connect, nemesis, recorder).run();
}

}  // namespace plumbline
