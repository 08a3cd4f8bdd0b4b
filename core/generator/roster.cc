#include "core/generator/roster.h"

#include <algorithm>

namespace plumbline::gen {

Roster::Roster(int concurrency, Rng& rng, ProcessId first) {
  CHECK(concurrency > 0, "a run needs a client thread");
  CHECK(first % concurrency == 0, "the first process must belong to thread 0");
  context_.rng = &rng;
  threads_.push_back(k_nemesis_thread);
  for (Thread thread = 0; thread < concurrency; ++thread) {
    threads_.push_back(thread);
    processes_.push_back(first + thread);
  }
  free_ = threads_;
}

const Context& Roster::at(Nanos now) {
  context_ = {now, threads_, free_, context_.rng};
  return context_;
}

ProcessId Roster::process(Thread thread) const {
  return thread == k_nemesis_thread ? k_nemesis : processes_.at(static_cast<std::size_t>(thread));
}

void Roster::invoked(Thread thread) {
  const auto at = std::lower_bound(free_.begin(), free_.end(), thread);
  CHECK(at != free_.end() && *at == thread, "a busy thread was given an operation");
  free_.erase(at);
}

void Roster::completed(Thread thread, EventType type) {
  CHECK(!std::binary_search(free_.begin(), free_.end(), thread),
        "a thread completed without a call");
  free_.insert(std::lower_bound(free_.begin(), free_.end(), thread), thread);
  if (thread != k_nemesis_thread && type == EventType::info)
    processes_[static_cast<std::size_t>(thread)] += static_cast<ProcessId>(processes_.size());
}

}  // namespace plumbline::gen
