#include "checker/online_kept.h"

#include <algorithm>

namespace plumbline {
namespace {

std::size_t payload_of(const Value& value) {
  if (value.is_text()) return value.as_text().capacity();
  std::size_t sum = 0;
  if (value.is_list())
    for (const Value& item : value.as_list()) sum += sizeof(Value) + payload_of(item);
  return sum;
}

/// A call that begins, or is given up, breaks nothing.
bool completes(const Event& event) {
  return event.type == EventType::ok || event.type == EventType::fail;
}

}  // namespace

OnlineKept::OnlineKept(CheckOptions how, double share) : how_(std::move(how)), share_(share) {
  how_.minimize = false;
  how_.jobs = 1;
}

std::size_t OnlineKept::bytes_of(const Event& event) {
  return sizeof(Event) + sizeof(std::int64_t) + payload_of(event.value) + payload_of(event.key);
}

void OnlineKept::add(const Event& event, std::int64_t position) {
  // What a judgement of the order does not need.
  events_.push_back({.index = static_cast<std::int64_t>(events_.size()),
                     .time = event.time,
                     .process = event.process,
                     .type = event.type,
                     .f = event.f,
                     .key = event.key,
                     .value = event.value});
  positions_.push_back(position);
  bytes_ += bytes_of(event);
  completions_ += completes(event);
}

bool OnlineKept::due() const { return violation_ == k_open && completions_ >= due_at_; }

void OnlineKept::skip_to(std::int64_t position) {
  const auto end = std::lower_bound(positions_.begin(), positions_.end(), position);
  judged_ = static_cast<std::size_t>(end - positions_.begin());
  const auto end_judged = events_.begin() + static_cast<std::ptrdiff_t>(judged_);
  judged_completions_ = static_cast<std::size_t>(
      std::count_if(events_.begin(), end_judged, [](const Event& e) { return completes(e); }));
  due_at_ = judged_completions_ + 1;
}

std::int64_t OnlineKept::first_unjudged() const {
  return completions_ > judged_completions_ ? positions_[judged_] : k_open;
}

Validity OnlineKept::judge_first(std::size_t events, Nanos time_budget) {
  CheckOptions how = how_;
  how.time_budget = time_budget;
  const bool all = events == events_.size();
  const Verdict verdict = check_linearizable(
      all ? events_
          : History(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(events)),
      how);
  if (all) why_ = verdict.validity == Validity::unknown ? verdict.reason : "";
  constexpr std::string_view k_decided_by = "keys decided by ";
  for (const auto& [name, value] : verdict.figures)
    if (name.starts_with(k_decided_by)) means_ = name.substr(k_decided_by.size());
  return verdict.validity;
}

bool OnlineKept::judge(Nanos time_budget) {
  if (violation_ != k_open) return false;
  switch (judge_first(events_.size(), time_budget)) {
    case Validity::valid:
      judged_ = events_.size();
      judged_completions_ = completions_;
      due_at_ = completions_ +
                std::max<std::size_t>(
                    1, static_cast<std::size_t>(share_ * static_cast<double>(completions_)));
      return true;
    case Validity::unknown:
      due_at_ = 2 * completions_;
      return true;
    case Validity::invalid:
      find_violation(time_budget);
      return false;
  }
  return true;
}

void OnlineKept::find_violation(Nanos time_budget) {
  // The first `good` events are linearizable, or too hard to tell; the first `bad` are not.
  std::size_t good = judged_, bad = events_.size();
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (judge_first(middle, time_budget) == Validity::invalid ? bad : good) = middle;
  }
  violation_ = positions_[bad - 1];
}

}  // namespace plumbline
