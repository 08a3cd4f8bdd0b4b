#include "control/run/live_judge.h"

#include <cstdio>

#include "core/base/text.h"

namespace plumbline {

namespace {

/// A batch is copied out of the recorder under its lock: long enough to be worth it, short enough
/// not to be felt.
constexpr std::size_t k_batch = 1024;
constexpr Nanos k_nap = 10ms;
/// How often keys whose last events wait for more of them are judged all the same.
constexpr Nanos k_catch_up = 1s;

}  // namespace

std::string judged_line(const OnlineStatus& status, std::optional<Nanos> lag) {
  std::string text =
      str("judged ", status.keys_at_end > 0 ? status.events : status.explained_up_to, " events");
  if (lag) {
    char digits[32];
    std::snprintf(digits, sizeof digits, ", lag %.2f s", seconds(*lag));
    text += digits;
  }
  if (status.validity == Validity::invalid) return text + ", INVALID";
  text +=
      status.validity == Validity::valid || status.keys_at_end > 0 ? ", valid so far" : ", unknown";
  if (status.keys_at_end > 0)
    text += str(" but for ", status.keys_at_end, " keys left for the end");
  return text;
}

LiveJudge::LiveJudge(const Recorder& recorder, OnlineOptions options,
                     std::function<void(const Violation&)> on_violation)
    : recorder_(recorder), on_violation_(std::move(on_violation)) {
  options.stop = &leave_;
  auto checker = OnlineChecker::create(std::move(options));
  if (!checker) return;
  thread_ =
      std::jthread([this, checker = std::move(*checker)](const std::stop_token& token) mutable {
        work(token, std::move(checker));
      });
}

LiveJudge::~LiveJudge() {
  leave_ = true;
  thread_.request_stop();
}

void LiveJudge::publish(const OnlineStatus& status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
}

void LiveJudge::work(const std::stop_token& token, OnlineChecker checker) {
  std::size_t heard = 0;
  Nanos caught_up = recorder_.now();
  while (!token.stop_requested()) {
    const History batch = recorder_.since(heard, k_batch);
    heard += batch.size();
    for (const Event& event : batch) {
      at_ = event.time.count();
      static_cast<void>(checker.feed(event));  // status() tells if it was damaged
      if (checker.violation() || token.stop_requested()) break;
    }
    if (batch.empty()) {
      at_ = k_idle;
      if (recorder_.now() - caught_up >= k_catch_up) {
        checker.catch_up();
        caught_up = recorder_.now();
      }
    }
    publish(checker.status());
    if (checker.violation()) {
      at_ = k_idle;
      {
        const std::lock_guard lock(mutex_);
        violation_ = checker.violation();
      }
      on_violation_(*checker.violation());
      return;
    }
    if (!batch.empty()) continue;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, token, k_nap, [] { return false; });
  }
}

std::string LiveJudge::line() const {
  const std::int64_t at = at_;
  const Nanos lag = at == k_idle ? Nanos::zero() : recorder_.now() - Nanos(at);
  const std::lock_guard lock(mutex_);
  return judged_line(status_, lag);
}

std::optional<LiveJudge::Violation> LiveJudge::violation() const {
  const std::lock_guard lock(mutex_);
  return violation_;
}

}  // namespace plumbline
