#include "simulator/campaign_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <map>

#include "core/base/text.h"

namespace plumbline::simulator {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr std::size_t k_last_words = 4096;
constexpr std::size_t k_read_at_once = 64 << 10;

struct Worker {
  pid_t pid = -1;
  int lines = -1;  ///< pipes from it; -1: closed
  int words = -1;
  std::deque<Case> left{};
  std::string unread{};
  std::string said{};  ///< the end of its standard error
  SteadyTime heard{};
  bool hangs = false;
};

void write_all_to(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ::_exit(1);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The line of a failed CHECK or of a sanitizer, else the last one.
std::string telling_line(const std::string& said) {
  std::string last;
  for (const std::string& line : split(said, '\n')) {
    if (line.find("CHECK") != std::string::npos || line.find("ERROR: ") != std::string::npos ||
        line.find("runtime error: ") != std::string::npos)
      return printable(line, 400);
    if (!trim(line).empty()) last = line;
  }
  return printable(last, 400);
}

class Pool {
 public:
  Pool(const PoolOptions& options, const PoolCalls& calls) : options_(options), calls_(calls) {}
  ~Pool() {
    for (Worker& worker : workers_) {
      ::kill(worker.pid, SIGKILL);
      part_from(worker);
    }
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Status run() {
    for (;;) {
      while (workers_.size() < static_cast<std::size_t>(options_.jobs)) {
        std::deque<Case> cases = take_cases();
        if (cases.empty()) break;
        TRY(launch(std::move(cases)));
      }
      if (workers_.empty()) return {};
      if (!calls_.tick()) return {};
      listen();
      for (Worker& worker : workers_)
        if (!take_lines(worker)) return {};
      for (std::size_t i = 0; i < workers_.size();)
        if (workers_[i].lines >= 0)
          ++i;
        else if (!bury(i))
          return {};
    }
  }

 private:
  std::deque<Case> take_cases() {
    std::deque<Case> cases;
    while (cases.size() < options_.cases_per_worker) {
      if (!again_.empty()) {
        cases.push_back(std::move(again_.front()));
        again_.pop_front();
        continue;
      }
      auto next = calls_.next();
      if (!next) break;
      cases.push_back(std::move(*next));
    }
    return cases;
  }

  Status launch(std::deque<Case> cases) {
    std::array<int, 2> lines{};
    std::array<int, 2> words{};
    // A failure here ends the campaign, and with it the pipes that were made already.
    if (::pipe2(lines.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
    if (::pipe2(words.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return fail_errno("fork");
    if (pid == 0) be_worker(parent, lines[1], words[1], cases);
    ::close(lines[1]);
    ::close(words[1]);
    ::fcntl(lines[0], F_SETFL, O_NONBLOCK);
    ::fcntl(words[0], F_SETFL, O_NONBLOCK);
    workers_.push_back({.pid = pid,
                        .lines = lines[0],
                        .words = words[0],
                        .left = std::move(cases),
                        .heard = std::chrono::steady_clock::now()});
    return {};
  }

  [[noreturn]] void be_worker(pid_t parent, int lines, int words, const std::deque<Case>& cases) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);  // it died before the line above
    // Ctrl-C reaches the whole terminal; the parent alone decides what it means.
    for (const int number : {SIGINT, SIGHUP, SIGTERM}) ::signal(number, SIG_IGN);
    ::dup2(words, STDERR_FILENO);
    ::dup2(words, STDOUT_FILENO);
    for (const Case& which : cases) write_all_to(lines, to_line(calls_.run(which)) + "\n");
    ::_exit(0);
  }

  void listen() {
    std::vector<pollfd> waiting;
    for (const Worker& worker : workers_) {
      waiting.push_back({worker.lines, POLLIN, 0});
      waiting.push_back({worker.words, POLLIN, 0});  // a negative one is passed over
    }
    ::poll(waiting.data(), waiting.size(),
           static_cast<int>(std::chrono::floor<std::chrono::milliseconds>(k_tick).count()));
    const SteadyTime now = std::chrono::steady_clock::now();
    for (Worker& worker : workers_) {
      read_from(worker.words, worker.said);
      if (worker.said.size() > k_last_words)
        worker.said.erase(0, worker.said.size() - k_last_words);
      if (read_from(worker.lines, worker.unread)) worker.heard = now;
      if (now - worker.heard > options_.patience && !worker.hangs) {
        worker.hangs = true;
        ::kill(worker.pid, SIGKILL);
      }
    }
  }

  /// Adds what there is, and closes `fd` at its end. Whether there was anything.
  static bool read_from(int& fd, std::string& into) {
    bool any = false;
    while (fd >= 0) {
      const std::size_t before = into.size();
      into.resize(before + k_read_at_once);
      const ssize_t count = ::read(fd, into.data() + before, k_read_at_once);
      into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (count > 0) {
        any = true;
      } else if (count == 0) {
        ::close(fd);
        fd = -1;
      } else if (errno != EINTR) {
        break;
      }
    }
    return any;
  }

  /// False: it is to end.
  bool take_lines(Worker& worker) {
    for (std::size_t end; (end = worker.unread.find('\n')) != std::string::npos;) {
      const auto line = parse_line(std::string_view(worker.unread).substr(0, end));
      CHECK(line && std::holds_alternative<CaseRecord>(*line) && !worker.left.empty(),
            "a worker wrote what is no record");
      worker.unread.erase(0, end + 1);
      worker.left.pop_front();
      if (!calls_.done(std::get<CaseRecord>(*line))) return false;
    }
    return true;
  }

  /// Closes the pipes, waits for the process, which has ended or was killed. Gives its status.
  static int part_from(Worker& worker) {
    for (int* fd : {&worker.lines, &worker.words})
      if (*fd >= 0) ::close(*fd);
    int status = 0;
    while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  /// Of a worker whose pipe has ended. False: it is to end.
  bool bury(std::size_t place) {
    Worker worker = std::move(workers_[place]);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(place));
    read_from(worker.words, worker.said);
    const int status = part_from(worker);
    if (worker.left.empty()) return true;
    CaseRecord record = record_of(worker.left.front());
    worker.left.pop_front();
    for (Case& which : worker.left) again_.push_back(std::move(which));
    record.ending = Ending::failed;
    record.found_by = worker.hangs ? "hang" : "crash";
    if (worker.hangs)
      record.found = str("no end after ", format_duration(options_.patience), " of real time");
    else if (WIFSIGNALED(status))
      record.found = str("the simulator ended by signal ", WTERMSIG(status), " (",
                         ::strsignal(WTERMSIG(status)), "): ", telling_line(worker.said));
    else
      record.found = str("the simulator ended with exit ", WEXITSTATUS(status), ": ",
                         telling_line(worker.said));
    return calls_.done(std::move(record));
  }

  const PoolOptions& options_;
  const PoolCalls& calls_;
  std::vector<Worker> workers_;
  std::deque<Case> again_;  ///< of workers that ended before they came to them
};

}  // namespace

Status run_cases(const PoolOptions& options, const PoolCalls& calls) {
  return Pool(options, calls).run();
}

plumbline::Result<std::vector<CaseRecord>> run_batch(
    const PoolOptions& options, const std::vector<Case>& cases,
    const std::function<CaseRecord(const Case&)>& run, const std::function<bool()>& tick) {
  std::map<std::uint64_t, CaseRecord> by_index;
  std::size_t next = 0;
  PoolOptions shared = options;
  // Small enough that all workers have something to do until the end.
  shared.cases_per_worker = 1 + cases.size() / (static_cast<std::size_t>(options.jobs) * 4);
  PoolCalls calls;
  calls.next = [&]() -> std::optional<Case> {
    if (next == cases.size()) return std::nullopt;
    return cases[next++];
  };
  calls.run = run;
  calls.done = [&](CaseRecord record) {
    by_index[record.index] = std::move(record);
    return true;
  };
  calls.tick = tick;
  TRY(run_cases(shared, calls));
  std::vector<CaseRecord> records;
  for (const Case& which : cases) {
    const auto found = by_index.find(which.index);
    if (found == by_index.end()) break;  // ended early: what comes after a gap is no order
    records.push_back(std::move(found->second));
  }
  return records;
}

}  // namespace plumbline::simulator
