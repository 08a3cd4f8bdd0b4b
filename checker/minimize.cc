#include "checker/minimize.h"

#include <algorithm>
#include <unordered_map>

#include "checker/normalise.h"

namespace plumbline {
namespace {

std::vector<Call> unneeded_removed(const std::vector<Call>& calls, const ModelEntry& model) {
  std::vector<Call> kept;
  for (const NormalCall& c : normalise(calls, model)) kept.push_back(*c.call);
  return kept;
}

void make_indeterminate(Call& call) {
  call.type = EventType::info;
  call.returned = k_open;
  call.result = Value();
  call.error = "not needed for the proof: whether and when it took effect";
}

/// Which updates of a cell may be deleted together; starts with all that are wanted gone, and takes
/// back those that a kept call might have seen, until none is left.
class Deletable {
 public:
  Deletable(const std::vector<Call>& calls, const ModelEntry& model, std::vector<bool>& gone)
      : calls_(calls), gone_(gone) {
    for (const Call& call : calls) {
      transitions_.push_back(model.transition(call));
      update_.push_back(model.role(call) != Role::observer);
    }
  }
  void settle() {
    do gather();
    while (take_back());
  }

 private:
  struct OfValue {
    std::int64_t first_need = k_open;  ///< earliest invocation of a kept call that needs the value
    std::int64_t last_write = -1;      ///< latest invocation of a kept call that leaves it
  };
  void gather() {
    values_.clear();
    changes_.clear();
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (gone_[i]) continue;
      const Call& call = calls_[i];
      const Transition& t = transitions_[i];
      if (t.from) {
        auto& need = values_[*t.from].first_need;
        need = std::min(need, call.invoked);
      }
      if (!update_[i]) continue;
      auto& write = values_[*t.to].last_write;
      write = std::max(write, call.invoked);
      if (call.type == EventType::ok) changes_.emplace_back(call.returned, call.invoked);
    }
    std::sort(changes_.begin(), changes_.end());
    for (std::size_t i = 1; i < changes_.size(); ++i)  // from here on: the latest invocation so far
      changes_[i].second = std::max(changes_[i].second, changes_[i - 1].second);
  }
  bool take_back() {
    bool changed = false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!gone_[i] || !update_[i] || unseen(i)) continue;
      gone_[i] = false;
      changed = true;
    }
    return changed;
  }
  bool unseen(std::size_t i) const {
    const auto value = values_.find(*transitions_[i].to);
    if (value == values_.end() || value->second.first_need == k_open) return true;
    if (value->second.last_write <= calls_[i].returned) return false;
    // Is there a kept change wholly between this call and all who need its value?
    const auto after = std::lower_bound(changes_.begin(), changes_.end(),
                                        std::pair(value->second.first_need, std::int64_t{-1}));
    return after != changes_.begin() && calls_[i].returned < std::prev(after)->second;
  }

  const std::vector<Call>& calls_;
  std::vector<bool>& gone_;
  std::vector<Transition> transitions_;
  std::vector<bool> update_;
  std::unordered_map<Value, OfValue> values_;
  std::vector<std::pair<std::int64_t, std::int64_t>> changes_;  ///< returned, invoked
};

/// Leaves out the calls [from, to) as far as that can be done without making updates of a cell
/// indeterminate that somebody needs; that is tried only for one call alone, as it seldom helps.
std::vector<Call> leave_out_all(const std::vector<Call>& calls, std::size_t from, std::size_t to,
                                const ModelEntry& model) {
  std::vector<Call> rest = calls;
  std::vector<bool> gone(calls.size(), false);
  const bool cell = model.transition != nullptr;
  for (std::size_t i = from; i < to; ++i)
    gone[i] = calls[i].type == EventType::ok && (cell || model.role(calls[i]) == Role::observer);
  if (cell) Deletable(calls, model, gone).settle();
  if (to - from == 1 || !cell)
    for (std::size_t i = from; i < to; ++i)
      if (!gone[i] && calls[i].type == EventType::ok) make_indeterminate(rest[i]);
  std::vector<Call> kept;
  for (std::size_t i = 0; i < rest.size(); ++i)
    if (!gone[i]) kept.push_back(std::move(rest[i]));
  return unneeded_removed(kept, model);
}

std::size_t required(const std::vector<Call>& calls) {
  return static_cast<std::size_t>(std::count_if(
      calls.begin(), calls.end(), [](const Call& c) { return c.type == EventType::ok; }));
}

/// One try may take no longer: what is hard to decide is no good as evidence, and a few hard ones
/// must not use up the time of all others.
Nanos one_try(std::size_t calls, const Budget& budget) {
  constexpr Nanos k_least = 200ms, k_each_call = 20us;
  constexpr int k_share = 8;
  return std::max(k_least + k_each_call * static_cast<std::int64_t>(calls),
                  budget.remaining() / k_share);
}

}  // namespace

std::vector<Call> leave_out(const std::vector<Call>& calls, std::size_t index,
                            const ModelEntry& model) {
  return leave_out_all(calls, index, index + 1, model);
}

std::vector<Call> minimize(const std::vector<Call>& calls, const ModelEntry& model,
                           const Value& initial, Budget& budget) {
  std::vector<Call> core = unneeded_removed(calls, model);
  const auto still_invalid = [&](const std::vector<Call>& candidate) {
    Budget small(one_try(candidate.size(), budget), budget.memory(), budget.stop());
    return decide(candidate, model, initial, small).validity == Validity::invalid;
  };
  // Halves, quarters, and so on (Zeller's delta debugging); single calls until none can go.
  std::size_t chunk = std::max<std::size_t>(core.size() / 2, 1);
  for (bool again = true; again && !budget.exhausted();) {
    bool changed = false;
    for (std::size_t from = 0; from < core.size() && !budget.exhausted();) {
      const std::size_t to = std::min(from + chunk, core.size());
      const std::size_t had = core.size(), had_required = required(core);
      std::vector<Call> candidate = leave_out_all(core, from, to, model);
      const bool smaller = candidate.size() < had || required(candidate) < had_required;
      if (smaller && still_invalid(candidate)) {
        core = std::move(candidate);
        changed = true;
        if (core.size() == had) from = to;
      } else {
        from = to;
      }
    }
    again = chunk > 1 || changed;
    if (chunk > 1) chunk = std::max<std::size_t>(std::min(chunk / 2, core.size() / 2), 1);
  }
  return core;
}

}  // namespace plumbline
