#pragma once
/// Roster: which threads there are, which of them are free, and which process each runs. The rule
/// of retirement lives here: when a client's call ends info, its thread goes on as process old +
/// concurrency, so that one process never has two calls open. The nemesis never retires. Source:
/// jepsen.generator.context.

#include <vector>

#include "core/generator/gen.h"

namespace plumbline::gen {

class Roster {
 public:
  /// Client threads 0 .. concurrency-1 and the nemesis. Thread t starts as process first + t.
  /// Requires: concurrency > 0; `first` is a multiple of it; `rng` outlives this.
  Roster(int concurrency, Rng& rng, ProcessId first = 0);

  /// What a generator may look at, at `now`. Valid until the next call.
  const Context& at(Nanos now);
  ProcessId process(Thread thread) const;
  bool idle() const { return free_.size() == threads_.size(); }

  void invoked(Thread thread);                    ///< Requires: it is free.
  void completed(Thread thread, EventType type);  ///< Requires: it is not free.

 private:
  std::vector<Thread> threads_, free_;  // sorted
  Context context_;                     // of these
  std::vector<ProcessId> processes_;    // by client thread
};

}  // namespace plumbline::gen
