#pragma once
/// LiveJudge: judges a run's history while the run goes on, in a thread of its own. It reads what
/// the recorder keeps anyway, so falling behind never slows the run: the lag grows, and is shown.
/// Threads: line() and violation() from any.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "checker/online.h"
#include "control/interpreter/recorder.h"

namespace plumbline {

class LiveJudge {
 public:
  using Violation = OnlineChecker::Violation;
  /// Judges until it is destroyed, or until the first violation, of which `on_violation` is told
  /// in the judge's thread. A model that is not known is not judged.
  /// Requires: `recorder` outlives it.
  LiveJudge(const Recorder& recorder, OnlineOptions options,
            std::function<void(const Violation&)> on_violation);
  ~LiveJudge();

  /// "judged 4102 events, lag 0.02 s, valid so far".
  std::string line() const;
  std::optional<Violation> violation() const;

 private:
  void work(const std::stop_token& token, OnlineChecker checker);
  void publish(const OnlineStatus& status);

  const Recorder& recorder_;
  const std::function<void(const Violation&)> on_violation_;
  mutable std::mutex mutex_;  // guards the two below
  OnlineStatus status_;
  std::optional<Violation> violation_;
  std::condition_variable_any wake_;
  /// When the event that is judged now was recorded, in nanoseconds; or k_idle.
  std::atomic<std::int64_t> at_ = k_idle;
  static constexpr std::int64_t k_idle = -1;
  std::atomic<bool> leave_ = false;  ///< ends a judgement that takes long
  std::jthread thread_;
};

/// What a judge has come to: "judged 4102 events, valid so far".
std::string judged_line(const OnlineStatus& status, std::optional<Nanos> lag);

}  // namespace plumbline
