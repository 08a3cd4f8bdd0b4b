#include "control/run/progress.h"

#include <unistd.h>

#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr std::string_view k_heal = "heal-";
constexpr std::string_view k_heal_all = "heal-all";
constexpr auto k_beat = 1s;

}  // namespace

void Tally::add(const Event& event) {
  if (event.process != k_nemesis) {
    if (event.type == EventType::invoke) {
      ++open;
      return;
    }
    --open;
    if (event.type == EventType::ok) ++ok;
    if (event.type == EventType::fail) ++fail;
    if (event.type == EventType::info) ++info;
    return;
  }
  asked = !asked;
  if (asked) return;  // the second of the pair says what was done
  if (event.f == k_heal_all) {
    if (event.error.empty()) faults.clear();
  } else if (event.f.starts_with(k_heal)) {
    if (event.error.empty()) faults.erase(event.f.substr(k_heal.size()));
  } else if (!event.error.starts_with("skipped")) {
    faults.insert(event.f);
  }
}

std::string progress_line(const Tally& tally, Nanos elapsed, Nanos total, std::int64_t per_second,
                          const std::string& leader, const std::string& judged) {
  const auto whole_seconds = [](Nanos d) { return std::chrono::floor<std::chrono::seconds>(d); };
  std::string faults;
  for (const std::string& fault : tally.faults) faults += " " + fault;
  return str(whole_seconds(elapsed).count(), "s/", whole_seconds(total).count(), "s  ", per_second,
             " ops/s  ok ", tally.ok, " fail ", tally.fail, " info ", tally.info, "  open ",
             tally.open, "  faults", faults.empty() ? " none" : faults, "  leader ",
             leader.empty() ? "?" : leader, judged.empty() ? "" : "  ", judged);
}

Progress::Progress(std::FILE* out, Nanos total)
    : out_(out),
      terminal_(out != nullptr && ::isatty(::fileno(out)) == 1),
      total_(total),
      ticker_([this](const std::stop_token& token) { tick(token); }) {}

Progress::~Progress() {
  ticker_.request_stop();
  ticker_.join();
  const std::lock_guard lock(mutex_);
  clear_line();
}

void Progress::add(const Event& event) {
  const std::lock_guard lock(mutex_);
  tally_.add(event);
}

void Progress::set_leader(const std::string& leader) {
  const std::lock_guard lock(mutex_);
  leader_ = leader;
}

void Progress::set_judge(std::function<std::string()> says) {
  const std::lock_guard lock(mutex_);
  judge_says_ = std::move(says);
}

void Progress::start_clock() {
  const std::lock_guard lock(mutex_);
  started_ = std::chrono::steady_clock::now();
  running_ = true;
}

void Progress::stop_clock() {
  const std::lock_guard lock(mutex_);
  clear_line();
  running_ = false;
}

void Progress::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (out_ == nullptr) return;
  clear_line();
  std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

Tally Progress::tally() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

void Progress::clear_line() {
  if (terminal_ && drawn_) std::fputs("\r\033[K", out_);
  drawn_ = false;
}

void Progress::draw() {
  if (out_ == nullptr || !running_) return;
  const std::string line = progress_line(tally_, std::chrono::steady_clock::now() - started_,
                                         total_, tally_.completed() - completed_before_, leader_,
                                         judge_says_ ? judge_says_() : "");
  completed_before_ = tally_.completed();
  clear_line();
  std::fprintf(out_, terminal_ ? "%s" : "%s\n", line.c_str());
  std::fflush(out_);
  drawn_ = true;
}

void Progress::tick(const std::stop_token& token) {
  std::unique_lock lock(mutex_);
  // Nobody but the stop token wakes it: the predicate stays false, and each beat ends in a timeout.
  while (!wake_.wait_for(lock, token, k_beat, [] { return false; }) && !token.stop_requested())
    draw();
}

}  // namespace plumbline
