#include "control/run/check_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "checker/online.h"
#include "control/run/judge.h"
#include "control/run/live_judge.h"
#include "core/base/text.h"
#include "core/files/text_file.h"
#include "core/history/codec.h"

namespace plumbline {

namespace {

constexpr const char* k_name = "standard input";
constexpr int k_poll_ms = 200;
constexpr std::size_t k_chunk = 1 << 16;
constexpr std::size_t k_spool_at = 1 << 20;
constexpr auto k_beat = 1s;

/// The lines so far, in a file that nobody else sees and that goes with the program.
class Spool {
 public:
  static Result<Spool> open() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return fail_errno("cannot create " + name);
    ::unlink(name.c_str());
    return Spool(file);
  }
  Spool(Spool&& other) noexcept
      : file_(std::exchange(other.file_, -1)), waiting_(std::move(other.waiting_)) {}
  Spool& operator=(Spool&&) = delete;
  ~Spool() {
    if (file_ >= 0) ::close(file_);
  }

  Status add(std::string_view line) {
    waiting_.append(line);
    waiting_ += '\n';
    return waiting_.size() < k_spool_at ? Status() : flush();
  }
  Result<ReadHistory> read_back() {
    TRY(flush());
    const auto kept = read_text(str("/proc/self/fd/", file_));
    return kept ? parse_jsonl(kept->text, k_name) : context(kept.error(), k_name);
  }

 private:
  explicit Spool(int file) : file_(file) {}
  Status flush() {
    for (std::size_t done = 0; done < waiting_.size();) {
      const ssize_t wrote = ::write(file_, waiting_.data() + done, waiting_.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return fail_errno("cannot keep the lines in a temporary file");
      done += static_cast<std::size_t>(wrote);
    }
    waiting_.clear();
    return {};
  }
  int file_;
  std::string waiting_;
};

/// What check_statistics says, but for latencies, which would have to be kept.
class Counts {
 public:
  void add(const Event& event) {
    if (event.process == k_nemesis || event.type == EventType::invoke) return;
    ++counts_[event.f][event.type];
  }
  Verdict verdict() const {
    Verdict verdict{.check = "statistics"};
    std::vector<std::string> never;
    for (const auto& [f, by_type] : counts_) {
      const auto of = [&by = by_type](EventType type) {
        return by.contains(type) ? by.at(type) : 0;
      };
      verdict.figures.emplace_back(f, str(of(EventType::ok), " ok, ", of(EventType::fail),
                                          " fail, ", of(EventType::info), " info"));
      if (of(EventType::ok) == 0) never.push_back(f);
    }
    if (never.empty()) return verdict;
    verdict.validity = Validity::unknown;
    verdict.reason = "never ok: " + join(never, ", ") + "; nothing was learned about it";
    return verdict;
  }

 private:
  std::map<std::string, std::map<EventType, std::int64_t>> counts_;
};

class PipeJudge {
 public:
  PipeJudge(CheckOptions options, const StreamFlags& flags, Spool spool)
      : options_(std::move(options)),
        flags_(flags),
        spool_(std::move(spool)),
        terminal_(::isatty(STDERR_FILENO) == 1) {}

  /// A line, without its end. Gives whether to read on.
  Result<bool> line(std::string_view text);
  /// The end of the input, behind a last line without its end.
  Status last(std::string_view text);
  /// Nothing comes for a while. Gives whether to read on.
  bool idle();
  Result<StreamJudged> finish();

 private:
  Status hear(const Event& event);
  Status begin(const std::string& model);
  void tell();
  void draw();
  void clear();

  CheckOptions options_;
  const StreamFlags flags_;
  Spool spool_;
  const bool terminal_;
  std::optional<OnlineChecker> checker_;
  History before_;                    ///< the model is known
  std::set<std::string> operations_;  ///< of those before
  Counts counts_;
  std::int64_t lines_ = 0, due_ = 0;
  bool told_ = false, drawn_ = false;
  std::chrono::steady_clock::time_point next_draw_{};
  std::string warning_;
};

Status PipeJudge::begin(const std::string& model) {
  options_.model = model;
  OnlineOptions how;
  how.model = model;
  how.initial = options_.initial;
  how.time_budget = options_.time_budget;
  how.stop = options_.stop;
  TRY_ASSIGN(checker_, OnlineChecker::create(std::move(how)));
  for (const Event& event : std::exchange(before_, {})) TRY(checker_->feed(event));
  return {};
}

Status PipeJudge::hear(const Event& event) {
  counts_.add(event);
  if (!checker_ && !options_.model.empty()) TRY(begin(options_.model));
  if (!checker_) {
    constexpr std::size_t k_most_before = 10'000;
    before_.push_back(event);
    if (event.process != k_nemesis) operations_.insert(event.f);
    const LikelyModel likely = likely_model(operations_);
    return likely.sure || before_.size() >= k_most_before ? begin(likely.name) : Status();
  }
  return checker_->feed(event);
}

Result<bool> PipeJudge::line(std::string_view text) {
  ++lines_;
  if (trim(text).empty()) return true;
  auto event = from_json_line(text);
  const std::string where = str(k_name, " line ", lines_);
  if (!event) return context(event.error(), where);
  if (event->index == 0) event->index = due_;  // or it has none
  if (event->index < due_)
    return fail(Error::Code::corrupt,
                str(where, ": index ", event->index, " where at least ", due_, " was due"));
  due_ = event->index + 1;
  TRY(spool_.add(text));
  if (const Status heard = hear(*event); !heard) return context(heard.error(), where);
  tell();
  draw();
  return !(flags_.stop_on_violation && told_);
}

Status PipeJudge::last(std::string_view text) {
  if (trim(text).empty() || (told_ && flags_.stop_on_violation)) return {};
  if (!from_json_line(text)) {
    warning_ = str(k_name, " line ", lines_ + 1,
                   " is torn (the writer stopped inside it) and was left out");
    return {};
  }
  TRY(line(text));
  return {};
}

bool PipeJudge::idle() {
  if (checker_) checker_->catch_up();
  tell();
  draw();
  return !(flags_.stop_on_violation && told_);
}

void PipeJudge::tell() {
  if (told_ || !checker_ || !checker_->violation()) return;
  told_ = true;
  clear();
  const auto& violation = *checker_->violation();
  std::cerr << "event " << violation.event << ": "
            << (violation.key.is_nil() ? "the history" : "key " + to_string(violation.key))
            << " is not linearizable any more" << std::endl;
}

void PipeJudge::draw() {
  if (!terminal_ || !checker_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + k_beat;
  clear();
  std::cerr << judged_line(checker_->status(), std::nullopt) << std::flush;
  drawn_ = true;
}

void PipeJudge::clear() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
  drawn_ = false;
}

Result<StreamJudged> PipeJudge::finish() {
  clear();
  if (!checker_)
    TRY(begin(options_.model.empty() ? likely_model(operations_).name : options_.model));
  const Verdict online = checker_->finish();
  if (online.validity == Validity::valid && !flags_.whole)
    return StreamJudged{compose("history", {online, counts_.verdict()}), warning_};
  TRY_ASSIGN(const ReadHistory whole, spool_.read_back());
  return StreamJudged{judge_history(whole.events, options_), warning_};
}

/// Gives how many bytes there are; 0: the end; nothing: none came for a while.
Result<std::optional<std::size_t>> read_some(int file, std::array<char, k_chunk>& into) {
  pollfd wait{.fd = file, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&wait, 1, k_poll_ms);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return std::nullopt;
  const ssize_t got = ready < 0 ? -1 : ::read(file, into.data(), into.size());
  if (got < 0 && errno == EINTR) return std::nullopt;
  if (got < 0) return fail_errno(str("cannot read ", k_name));
  return static_cast<std::size_t>(got);
}

}  // namespace

Result<StreamJudged> check_stream(int file, CheckOptions options, const StreamFlags& flags,
                                  const Stop& stop) {
  if (!options.model.empty()) TRY(known_model(options.model));
  TRY_ASSIGN(Spool spool, Spool::open());
  PipeJudge stream(std::move(options), flags, std::move(spool));
  std::array<char, k_chunk> chunk;
  std::string rest;  // of a line whose end has not come
  for (bool more = true; more && !stop.by_signal();) {
    TRY_ASSIGN(const std::optional<std::size_t> got, read_some(file, chunk));
    if (!got) {
      more = stream.idle();
      continue;
    }
    if (*got == 0) break;
    std::string_view text(chunk.data(), *got);
    for (std::size_t end = text.find('\n'); more && end != text.npos; end = text.find('\n')) {
      rest.append(text.substr(0, end));
      TRY_ASSIGN(more, stream.line(rest));
      rest.clear();
      text.remove_prefix(end + 1);
    }
    rest.append(text);
  }
  TRY(stream.last(rest));
  return stream.finish();
}

}  // namespace plumbline
