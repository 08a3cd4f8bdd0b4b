#pragma once
/// Budget: the time, memory and threads that one check may use, shared by all its searches.
/// Without a limit of time (k_forever) what is computed within it depends on no clock.
/// Threads: any.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "core/base/time.h"

namespace plumbline {

class Budget {
 public:
  static constexpr Nanos k_forever = Nanos::max();

  Budget(Nanos time, std::size_t memory, const std::atomic<bool>* stop)
      : end_(time < k_longest ? Clock::now() + time : Clock::time_point::max()),
        memory_(memory),
        stop_(stop) {}
  /// A part of `whole`, which must outlive it: the same time and memory, and a stop of its own.
  Budget(Budget& whole, const std::atomic<bool>* stop)
      : end_(whole.end_.load()), memory_(whole.memory_), stop_(stop), whole_(&whole) {}

  /// Why a search must end now: "time", "memory" or "stopped".
  std::optional<std::string> exhausted() const {
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return "it was stopped";
    if (whole_ != nullptr) return whole_->exhausted();
    if (used() > memory_) return "the memory budget ran out";
    if (Clock::now() >= end_.load(std::memory_order_relaxed)) return "the time budget ran out";
    return std::nullopt;
  }
  /// Until the time runs out; not negative.
  Nanos remaining() const {
    return std::max(Nanos(0), std::chrono::duration_cast<Nanos>(end_.load() - Clock::now()));
  }
  bool forever() const { return end_.load() == Clock::time_point::max(); }
  /// What is still asked matters less: it gets `most` of the time that is left. Without a limit of
  /// time there is none then either.
  void shorten_to(Nanos most) {
    if (forever()) return;
    const Clock::time_point wanted = Clock::now() + most;
    Clock::time_point end = end_.load();
    while (wanted < end && !end_.compare_exchange_weak(end, wanted)) {
    }
  }
  std::size_t used() const {
    return whole_ != nullptr ? whole_->used() : used_.load(std::memory_order_relaxed);
  }
  std::size_t memory() const { return memory_; }
  const std::atomic<bool>* stop() const { return stop_; }

  /// Threads that have nothing to do, for a search that could use one. Whoever borrowed one gives
  /// it back.
  void lend_thread() { idle_threads_.fetch_add(1); }
  bool borrow_thread() {
    int idle = idle_threads_.load();
    while (idle > 0 && !idle_threads_.compare_exchange_weak(idle, idle - 1)) {
    }
    return idle > 0;
  }

 private:
  friend class MemoryShare;
  using Clock = std::chrono::steady_clock;
  /// A budget beyond this is none: adding it to now must not overflow.
  static constexpr Nanos k_longest = std::chrono::hours(24 * 365);

  std::atomic<Clock::time_point> end_;
  std::size_t memory_;
  const std::atomic<bool>* stop_;
  Budget* whole_ = nullptr;
  std::atomic<std::size_t> used_{0};  ///< counted by the whole
  std::atomic<int> idle_threads_{0};
};

/// What one search holds of a budget's memory; given back when it ends.
class MemoryShare {
 public:
  explicit MemoryShare(Budget& budget)
      : budget_(budget.whole_ != nullptr ? *budget.whole_ : budget) {}
  ~MemoryShare() { set(0); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;
  void set(std::size_t bytes) {
    budget_.used_.fetch_add(bytes - held_, std::memory_order_relaxed);  // wraps: also subtracts
    held_ = bytes;
  }
  std::size_t held() const { return held_; }

 private:
  Budget& budget_;
  std::size_t held_ = 0;
};

}  // namespace plumbline
