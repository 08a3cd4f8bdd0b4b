#include "control/ssh/ssh_remote.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "control/ssh/held_command.h"
#include "control/ssh/session.h"
#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// Servers refuse the eleventh session by default; with a held command we stay well below.
constexpr int k_most_sessions = 5;
constexpr Nanos k_connect_timeout = 10s;
/// Idle sessions answer the server's keepalive questions this often (a node asks every 2 s).
constexpr Nanos k_tend_every = 1s;
/// More output than this is a mistake in run(): stream() has no limit.
constexpr std::size_t k_most_output = 64u << 20;

Sink collect(std::string& into) {
  return [&into](std::string_view bytes) -> Status {
    if (into.size() + bytes.size() > k_most_output)
      return fail(Error::Code::failed, "the command printed more than 64 MiB");
    into += bytes;
    return {};
  };
}

class SshRemote final : public Remote {
 public:
  SshRemote(NodeName node, SshAccess access)
      : node_(std::move(node)),
        access_(std::move(access)),
        rng_(std::hash<std::string>{}(node_)),
        tender_([this](const std::stop_token& stop) { tend(stop); }) {}

  Status connect(Nanos timeout) {
    return retry(deadline_after(timeout), [](SshSession&) -> Status { return {}; });
  }

  Result<CommandResult> run(const std::string& script, std::string_view input,
                            Nanos timeout) override {
    const Deadline deadline = deadline_after(timeout);
    CommandResult result;
    TRY(retry(deadline, [&](SshSession& session) -> Status {
      result = {};
      TRY_ASSIGN(result.exit_code,
                 session.run(script, input, collect(result.out), collect(result.err), deadline));
      return {};
    }));
    return result;
  }

  Result<CommandResult> stream(const std::string& script, const Sink& sink,
                               Nanos timeout) override {
    const Deadline deadline = deadline_after(timeout);
    CommandResult result;
    bool given = false;  // what the sink has got cannot be taken back: no second try after that
    TRY(retry(deadline, [&](SshSession& session) -> Status {
      result = {};
      const Sink pass = [&](std::string_view bytes) {
        given = true;
        return sink(bytes);
      };
      auto code = session.run(script, {}, pass, collect(result.err), deadline);
      if (code) result.exit_code = *code;
      if (code) return {};
      if (given && code.error().code == Error::Code::transport) code.error().code = Error::Code::io;
      return std::unexpected(std::move(code).error());
    }));
    return result;
  }

  Result<std::unique_ptr<HeldCommand>> hold(const std::string& script,
                                            const std::string& ready) override {
    const Deadline deadline = deadline_after(k_connect_timeout);
    TRY_ASSIGN(auto session, SshSession::open(node_, access_, deadline));
    return hold_on(std::move(session), script, ready, deadline);
  }

 private:
  /// Does `work` on a session of ours, again on a new one as long as the connection is to blame.
  Status retry(Deadline deadline, const std::function<Status(SshSession&)>& work) {
    for (int tries = 1;; ++tries) {
      const Status done = attempt(deadline, work);
      if (done || done.error().code != Error::Code::transport) return done;
      const Nanos pause = jittered_pause();
      if (std::chrono::steady_clock::now() + pause >= deadline)
        return context(done.error(), str("gave up after ", tries, tries == 1 ? " try" : " tries"));
      std::this_thread::sleep_for(pause);
    }
  }

  Status attempt(Deadline deadline, const std::function<Status(SshSession&)>& work) {
    TRY_ASSIGN(auto session, take(deadline));
    Status done = session ? work(*session) : Status();
    if (!done) session.reset();  // after an Error a session is of no more use
    give_back(std::move(session));
    return done;
  }

  /// A session for this thread alone: an idle one that still lives, else a new one.
  Result<std::unique_ptr<SshSession>> take(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto free = [&] { return in_use_ < k_most_sessions; };
    if (!freed_.wait_until(lock, std::min(deadline, deadline_after(24h)), free))
      return fail(Error::Code::timeout,
                  str("node ", node_, ": ", k_most_sessions, " commands are still running there"));
    ++in_use_;
    while (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      if (session->pump()) return session;
    }
    lock.unlock();
    auto made =
        SshSession::open(node_, access_, std::min(deadline, deadline_after(k_connect_timeout)));
    if (!made) give_back(nullptr);
    return made;
  }

  void give_back(std::unique_ptr<SshSession> session) {
    {
      const std::lock_guard lock(mutex_);
      --in_use_;
      if (session) idle_.push_back(std::move(session));
    }
    freed_.notify_all();  // the tender waits on it too
  }

  Nanos jittered_pause() {
    const std::lock_guard lock(mutex_);
    return std::chrono::milliseconds(rng_.between(50, 150));
  }

  void tend(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      freed_.wait_for(lock, stop, k_tend_every, [] { return false; });
      std::erase_if(idle_, [](const auto& session) { return !session->pump(); });
    }
  }

  const NodeName node_;
  const SshAccess access_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::vector<std::unique_ptr<SshSession>> idle_;
  int in_use_ = 0;
  Rng rng_;
  std::jthread tender_;  // last: it starts when all else is there, and stops before it goes
};

}  // namespace

Result<std::unique_ptr<Remote>> connect_ssh(const NodeName& node, const SshAccess& access,
                                            Nanos timeout) {
  // libssh writes to sockets without MSG_NOSIGNAL: a node that goes away would end the program.
  static std::once_flag once;
  std::call_once(once, [] { (void)signal(SIGPIPE, SIG_IGN); });
  auto remote = std::make_unique<SshRemote>(node, access);
  TRY(remote->connect(timeout));
  return remote;
}

}  // namespace plumbline
