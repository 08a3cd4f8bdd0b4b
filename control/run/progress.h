#pragma once
/// Progress: the live line of a run on standard error, once a second: redrawn on a terminal, plain
/// lines otherwise. It counts what the recorder records.

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/history/event.h"

namespace plumbline {

/// What there is to tell of a run at one moment.
struct Tally {
  std::int64_t ok = 0;
  std::int64_t fail = 0;
  std::int64_t info = 0;
  std::int64_t open = 0;
  std::set<std::string> faults;  ///< in force
  bool asked = false;            ///< the nemesis is at work: its first event of a pair came

  void add(const Event& event);
  std::int64_t completed() const { return ok + fail + info; }
};

/// "12s/60s  103 ops/s  ok 1130 fail 41 info 7  open 3  faults kill partition  leader n2", and what
/// the live judge says.
std::string progress_line(const Tally& tally, Nanos elapsed, Nanos total, std::int64_t per_second,
                          const std::string& leader, const std::string& judged = "");

class Progress {
 public:
  /// Draws to `out` while it lives; to nothing if `out` is null.
  Progress(std::FILE* out, Nanos total);
  ~Progress();

  // Threads: safe.
  void add(const Event& event);
  void set_leader(const std::string& leader);
  /// What the line ends with is asked for whenever it is drawn; nothing: no more.
  void set_judge(std::function<std::string()> says);
  void start_clock();  ///< from here on the line is drawn; elapsed counts from here
  void stop_clock();
  /// Prints one line of its own, above the live line.
  void say(const std::string& line);
  Tally tally() const;

 private:
  void draw();
  void clear_line();
  void tick(const std::stop_token& token);

  std::FILE* out_;
  bool terminal_;
  Nanos total_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Tally tally_;
  std::string leader_;
  std::function<std::string()> judge_says_;
  bool running_ = false;
  bool drawn_ = false;
  std::int64_t completed_before_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::jthread ticker_;
};

}  // namespace plumbline
