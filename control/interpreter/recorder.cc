#include "control/interpreter/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/history/codec.h"

namespace plumbline {
namespace {
constexpr mode_t k_file_mode = 0644;
constexpr std::chrono::seconds k_sync_interval(1);
}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::open(const std::filesystem::path& file) {
  const int opened =
      ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, k_file_mode);
  if (opened < 0 && errno == EEXIST)
    return fail(Error::Code::exists,
                file.string() + ": there is a history already; give the run another folder");
  if (opened < 0) return fail_errno("cannot create " + file.string());
  return std::unique_ptr<Recorder>(new Recorder(opened, file));
}

Recorder::Recorder(int file, std::filesystem::path name)
    : start_(std::chrono::steady_clock::now()), name_(std::move(name)), file_(file) {
  sync_thread_ = std::thread([this] { sync_every_second(); });
}

Recorder::~Recorder() { (void)close(); }

Result<Event> Recorder::record(Event event) {
  const std::lock_guard lock(mutex_);
  event.index = static_cast<std::int64_t>(events_.size());
  event.time = now();  // under the lock, so that times do not decrease
  events_.push_back(event);
  last_process_ = std::max(last_process_, event.process);
  TRY(append(to_json_line(event) + '\n'));
  if (on_event) on_event(event);
  return event;
}

Status Recorder::append(const std::string& line) {
  if (failed_) return std::unexpected(*failed_);
  CHECK(file_ >= 0, "recording after close");
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t wrote = ::write(file_, line.data() + done, line.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      failed_ = fail_errno("cannot write " + name_.string()).error();
      // Best effort: readers tolerate a torn last line.
      if (::ftruncate(file_, whole_bytes_) != 0) failed_->what += " (its last line is torn)";
      return std::unexpected(*failed_);
    }
    done += static_cast<std::size_t>(wrote);
  }
  whole_bytes_ += static_cast<std::int64_t>(line.size());
  unsynced_ = true;
  return {};
}

History Recorder::snapshot() const {
  const std::lock_guard lock(mutex_);
  return {events_.begin(), events_.end()};
}

History Recorder::since(std::size_t index, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const auto from = events_.begin() + static_cast<std::ptrdiff_t>(std::min(index, events_.size()));
  const auto left = static_cast<std::size_t>(events_.end() - from);
  return {from, from + static_cast<std::ptrdiff_t>(std::min(left, most))};
}

ProcessId Recorder::last_process() const {
  const std::lock_guard lock(mutex_);
  return last_process_;
}

void Recorder::sync_every_second() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool closing = closing_.wait_for(lock, k_sync_interval, [this] { return file_ < 0; });
    if (closing) return;
    if (!std::exchange(unsynced_, false)) continue;
    const int file = ::dup(file_);  // the file may be closed while the disk is slow
    lock.unlock();
    const bool synced = file >= 0 && ::fdatasync(file) == 0;
    const auto error =
        synced ? std::nullopt : std::optional(fail_errno("cannot sync " + name_.string()).error());
    if (file >= 0) ::close(file);
    lock.lock();
    if (error && !failed_) failed_ = error;
  }
}

Status Recorder::close() {
  {
    const std::lock_guard lock(mutex_);
    if (file_ >= 0) {
      if (::fdatasync(file_) != 0 && !failed_)
        failed_ = fail_errno("cannot sync " + name_.string()).error();
      if (::close(file_) != 0 && !failed_)
        failed_ = fail_errno("cannot close " + name_.string()).error();
      file_ = -1;
      closing_.notify_all();
    }
  }
  if (sync_thread_.joinable()) sync_thread_.join();
  const std::lock_guard lock(mutex_);
  if (failed_) return std::unexpected(*failed_);
  return {};
}

}  // namespace plumbline
