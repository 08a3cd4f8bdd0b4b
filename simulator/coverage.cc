#include "simulator/coverage.h"

namespace plumbline::simulator {

const char* to_string(State state) {
  static constexpr std::array<const char*, static_cast<std::size_t>(State::count_)> k_names = {
      "leader-elected",
      "election-lost",
      "two-leaders",
      "leader-stepped-down",
      "conflict-truncated",
      "own-entries-lost",
      "old-term-committed",
      "read-across-terms",
      "read-waited-for-no-op",
      "lease-read",
      "snapshot-made",
      "snapshot-installed",
      "snapshot-overtaken",
      "snapshot-chunk-lost",
      "restart-with-torn-tail",
      "restart-from-snapshot",
      "vote-after-restart",
      "joint-entered",
      "joint-left",
      "configuration-rolled-back",
      "leader-changed-in-joint",
      "leader-removed",
      "learner-promoted",
      "transfer-done",
      "transfer-failed",
      "session-retry",
      "unknown-outcome",
      "disk-refused-start",
      "disk-failed",
      "power-failed-everywhere",
  };
  static_assert(k_names.back() != nullptr, "every state has a name");
  return k_names[static_cast<std::size_t>(state)];
}

}  // namespace plumbline::simulator
