#include "checker/online_kept.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "checker/models/all.h"
#include "core/base/check.h"

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

/// Fewer events are not worth the time that forgetting them takes.
constexpr std::size_t k_least_to_forget = 64;
/// Each state that may be possible is tried.
constexpr std::size_t k_most_states = 16;

/// Every value that the calls may have left behind, and those there were at the start.
std::set<Value> values_left(const std::vector<Call>& calls, const ModelEntry& model,
                            const std::vector<Value>& initials) {
  std::set<Value> values;
  for (const Value& initial : initials) values.insert(model.initial(initial));
  for (const Call& call : calls)
    if (const Transition t = model.transition(call); call.type == EventType::ok && t.to)
      values.insert(*t.to);
  return values;
}

/// A call that reads `value`; nothing if the model has none.
std::optional<Call> reading(const Value& value, const ModelEntry& model) {
  Call call;
  call.f = "read";
  call.type = EventType::ok;
  call.result = value;
  if (!model.refuse(call).empty()) return std::nullopt;
  const Transition t = model.transition(call);
  return t.from == value && !t.to ? std::optional(call) : std::nullopt;
}

}  // namespace

OnlineKept::OnlineKept(CheckOptions how, double share)
    : how_(std::move(how)), share_(share), initials_{how_.initial}, forget_at_(k_least_to_forget) {
  how_.minimize = false;
  how_.jobs = 1;
}

std::size_t OnlineKept::bytes_of(const Event& event) {
  return sizeof(Event) + sizeof(std::int64_t) + payload_of(event.value) + payload_of(event.key);
}

void OnlineKept::add(const Event& event, std::int64_t position, bool lasting) {
  open_ += event.type == EventType::invoke ? 1 : -1;
  lasting_ += lasting;
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

/// `last`: what was said of one of the initial values, of the one it is linearizable from if any.
Validity OnlineKept::judge_from_all(const History& history, Nanos time_budget, Verdict& last) {
  Validity all = Validity::invalid;
  for (const Value& initial : initials_) {
    CheckOptions how = how_;
    how.initial = initial;
    how.time_budget = time_budget;
    Verdict verdict = check_linearizable(history, how);
    if (verdict.validity == Validity::invalid) continue;
    all = verdict.validity;
    last = std::move(verdict);
    if (all == Validity::valid) break;
  }
  return all;
}

Validity OnlineKept::judge_first(std::size_t events, Nanos time_budget) {
  const bool whole = events == events_.size();
  Verdict verdict;
  const Validity validity = judge_from_all(
      whole ? events_
            : History(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(events)),
      time_budget, verdict);
  if (whole) why_ = validity == Validity::unknown ? verdict.reason : "";
  constexpr std::string_view k_decided_by = "keys decided by ";
  for (const auto& [name, value] : verdict.figures)
    if (name.starts_with(k_decided_by)) means_ = name.substr(k_decided_by.size());
  return validity;
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

bool OnlineKept::may_forget() const {
  return open_ == 0 && lasting_ == 0 && events_.size() >= forget_at_ && violation_ == k_open;
}

void OnlineKept::forget(Nanos time_budget) {
  forget_at_ = 2 * events_.size();  // unless it succeeds
  const ModelEntry* model = find_model(how_.model);
  const auto calls = pair_calls(events_);
  if (model->transition == nullptr || !calls || judged_ < events_.size()) return;
  const std::set<Value> values = values_left(*calls, *model, initials_);
  if (values.size() > k_most_states) return;
  std::vector<Value> possible;
  for (const Value& value : values) {
    const auto read = reading(value, *model);
    if (!read) return;
    History asked = events_;
    const auto index = static_cast<std::int64_t>(asked.size());
    // A process number that none of the history's has.
    const ProcessId process = std::numeric_limits<ProcessId>::max();
    const Value key = events_.front().key;
    asked.push_back(
        {.index = index, .process = process, .type = EventType::invoke, .f = read->f, .key = key});
    asked.push_back({.index = index + 1,
                     .process = process,
                     .type = EventType::ok,
                     .f = read->f,
                     .key = key,
                     .value = value});
    Verdict verdict;
    const Validity validity = judge_from_all(asked, time_budget, verdict);
    if (validity == Validity::unknown) return;
    if (validity == Validity::valid) possible.push_back(value);
  }
  CHECK(!possible.empty(), "a linearizable history ends in some state");
  initials_ = std::move(possible);
  events_.clear();
  positions_.clear();
  bytes_ = judged_ = completions_ = judged_completions_ = 0;
  due_at_ = 1;
  forget_at_ = k_least_to_forget;
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
