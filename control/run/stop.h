#pragma once
/// Stop: how urgently a run must end. Raised by signals and by a failure of the harness, read by
/// everything that waits.
/// Threads: all of it is safe, in signal handlers too.

#include <atomic>

namespace plumbline {

class Stop {
 public:
  /// 0: go on. 1: no new operations; heal, save, judge what there is. 2: heal and save only.
  const std::atomic<int>& level() const { return level_; }
  bool asked() const { return level_ > 0; }
  bool at_once() const { return level_ > 1; }
  bool by_signal() const { return signals_ > 0; }
  /// True once checking must be given up.
  const std::atomic<bool>& abandon_judging() const { return abandon_judging_; }

  /// The harness cannot go on: as a first signal, without being one.
  void fail() { raise_to(1); }
  /// The run has shown what it was to show: as a first signal, without being one.
  void end_load() { raise_to(1); }
  /// From here on the first signal already ends the checking.
  void begin_judging() { judging_ = true; }
  /// A signal came. Gives how many came so far.
  int on_signal();

 private:
  void raise_to(int level);

  std::atomic<int> level_ = 0;
  std::atomic<int> signals_ = 0;
  std::atomic<bool> judging_ = false;
  std::atomic<bool> abandon_judging_ = false;
};

/// While it lives, SIGINT, SIGTERM and SIGHUP go to `stop`; the third ends the program at once with
/// exit code 130 (the guards on the nodes then heal them), and SIGPIPE is ignored.
/// Requires: no other one lives.
class SignalsTo {
 public:
  explicit SignalsTo(Stop& stop);
  ~SignalsTo();
  SignalsTo(const SignalsTo&) = delete;
  SignalsTo& operator=(const SignalsTo&) = delete;
};

}  // namespace plumbline
