#include "core/generator/roster.h"

#include <algorithm>

namespace plumbline::gen {

Roster::Roster(int concurrency, Rng& rng, ProcessId first) {
  CHECK(concurrency > 0, "a run needs a client thread");
  CHECK(first % concurrency == 0, "the first process must belong to thread 0");
  context_.rng = &rng;
  context_.threads.push_back(k_nemesis_thread);
  for (Thread thread = 0; thread < concurrency; ++thread) {
    context_.threads.push_back(thread);
    processes_.push_back(first + thread);
  }
  context_.free = context_.threads;
}

const Context& Roster::at(Nanos now) {
  context_.time = now;
  return context_;
}

ProcessId Roster::process(Thread thread) const {
  return thread == k_nemesis_thread ? k_nemesis : processes_.at(static_cast<std::size_t>(thread));
}

void Roster::invoked(Thread thread) {
  auto& free = context_.free;
  const auto at = std::lower_bound(free.begin(), free.end(), thread);
  CHECK(at != free.end() && *at == thread, "a busy thread was given an operation");
  free.erase(at);
}

void Roster::completed(Thread thread, EventType type) {
  CHECK(!context_.is_free(thread), "a thread completed without a call");
  auto& free = context_.free;
  free.insert(std::lower_bound(free.begin(), free.end(), thread), thread);
  if (thread != k_nemesis_thread && type == EventType::info)
    processes_[static_cast<std::size_t>(thread)] += static_cast<ProcessId>(processes_.size());
}

}  // namespace plumbline::gen
