#include "control/ssh/held_command.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr Nanos k_let_go_grace = 10s;
constexpr std::size_t k_most_kept = 4096;  ///< of what it prints: only the first words matter

class SshHeldCommand final : public HeldCommand {
 public:
  SshHeldCommand(std::unique_ptr<SshSession> session, std::string script)
      : session_(std::move(session)), script_(std::move(script)), keeper_([this] { keep(); }) {}

  ~SshHeldCommand() override {
    let_go_ = true;
    keeper_.join();
  }

  bool alive() override {
    const std::lock_guard lock(mutex_);
    return !over_;
  }

  Status await(const std::string& ready, Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto known = [&] { return over_ || out_.find('\n') != std::string::npos; };
    if (!changed_.wait_until(lock, deadline, known))
      return fail(Error::Code::timeout, "the held command did not say that it is ready");
    if (const auto end = out_.find('\n'); end != std::string::npos && out_.substr(0, end) == ready)
      return {};
    if (error_) return std::unexpected(*error_);
    return fail(Error::Code::failed, printable(trim(out_.empty() ? err_ : out_), 400));
  }

 private:
  void keep() {
    const auto into = [this](std::string& kept) {
      return [this, &kept](std::string_view bytes) -> Status {
        const std::lock_guard lock(mutex_);
        kept += bytes.substr(0, k_most_kept - std::min(k_most_kept, kept.size()));
        changed_.notify_all();
        return {};
      };
    };
    const auto ended = session_->keep(script_, into(out_), into(err_), let_go_, k_let_go_grace);
    const std::lock_guard lock(mutex_);
    over_ = true;
    if (!ended) error_ = ended.error();
    changed_.notify_all();
  }

  const std::unique_ptr<SshSession> session_;
  const std::string script_;
  std::atomic<bool> let_go_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string out_, err_;
  std::optional<Error> error_;
  bool over_ = false;
  std::thread keeper_;
};

}  // namespace

Result<std::unique_ptr<HeldCommand>> hold_on(std::unique_ptr<SshSession> session,
                                             const std::string& script, const std::string& ready,
                                             Deadline deadline) {
  auto held = std::make_unique<SshHeldCommand>(std::move(session), script);
  TRY(held->await(ready, deadline));
  return held;
}

}  // namespace plumbline
