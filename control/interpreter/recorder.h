#pragma once
/// Recorder: the history of a run while it happens: in memory, and appended to history.jsonl one
/// line an event. The order of the lines is the real-time order: index and time are given, and the
/// line is in the operating system's hands, before record() returns. A controller that is killed
/// loses nothing of that (a torn last line at most); a machine that fails, about a second. Fails:
/// the first failed write (disk full) is kept and returned ever after; what was recorded
///          stays in memory.
/// Threads: safe. `on_event` is called by the recording thread, one event at a time, in order; it
/// is
///          set before the first event and must not call the recorder, now() excepted.
/// Cost:    one write(2) an event; fdatasync once a second in a thread of its own.

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/history/history.h"

namespace plumbline {

class Recorder {
 public:
  /// Starts an empty history in a new file. Its clock starts at 0 here.
  /// Fails: exists if there is such a file (no history is ever overwritten), or io.
  static Result<std::unique_ptr<Recorder>> open(const std::filesystem::path& file);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Gives the event as recorded, with its index and time.
  Result<Event> record(Event event);
  History snapshot() const;
  /// The events from that index on, at most so many.
  History since(std::size_t index, std::size_t most) const;
  /// The highest client process that has been recorded; -1 if none.
  ProcessId last_process() const;
  Nanos now() const { return std::chrono::steady_clock::now() - start_; }
  /// Syncs and closes the file; the history in memory stays. Idempotent. Gives the first error
  /// there was.
  Status close();

  std::function<void(const Event&)> on_event;

 private:
  Recorder(int file, std::filesystem::path name);
  Status append(const std::string& line);
  void sync_every_second();

  const std::chrono::steady_clock::time_point start_;
  const std::filesystem::path name_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable closing_;
  int file_;  // -1: closed
  std::int64_t whole_bytes_ = 0;
  bool unsynced_ = false;
  std::deque<Event> events_;  // grows without moving what it has: no pause in a long run
  ProcessId last_process_ = -1;
  std::optional<Error> failed_;
  std::thread sync_thread_;
};

}  // namespace plumbline
