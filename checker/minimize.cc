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
}

/// Who writes and who needs each value of a cell, among the calls that are kept.
class Users {
 public:
  Users(const std::vector<Call>& calls, const ModelEntry& model) : model_(model) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const Transition t = model.transition(calls[i]);
      if (t.from) of_[*t.from].need.push_back(i);
      if (t.to && model.role(calls[i]) != Role::observer) of_[*t.to].write.push_back(i);
    }
  }
  /// May `calls[index]`, a required update, be deleted? Those marked in `gone` are already.
  bool deletable(const std::vector<Call>& calls, const std::vector<bool>& gone, std::size_t index) {
    const Call& call = calls[index];
    const auto& users = of_[*model_.transition(call).to];
    std::int64_t first_need = k_open;
    for (const std::size_t i : users.need)
      if (!gone[i] && i != index) first_need = std::min(first_need, calls[i].invoked);
    if (first_need == k_open) return true;
    return std::any_of(users.write.begin(), users.write.end(), [&](std::size_t i) {
      const Call& later = calls[i];
      return !gone[i] && i != index && later.type == EventType::ok &&
             call.returned < later.invoked && later.returned < first_need;
    });
  }

 private:
  struct OfValue {
    std::vector<std::size_t> write, need;
  };
  const ModelEntry& model_;
  std::unordered_map<Value, OfValue> of_;
};

/// Leaves out the calls [from, to) as far as that can be done without making updates of a cell
/// indeterminate that somebody needs; that is tried only for one call alone, as it seldom helps.
std::vector<Call> leave_out_all(const std::vector<Call>& calls, std::size_t from, std::size_t to,
                                const ModelEntry& model) {
  std::vector<Call> rest = calls;
  std::vector<bool> gone(calls.size(), false);
  for (std::size_t i = from; i < to; ++i)
    gone[i] = calls[i].type == EventType::ok && model.role(calls[i]) == Role::observer;
  if (model.transition != nullptr) {
    Users users(calls, model);
    for (std::size_t i = from; i < to; ++i)
      if (!gone[i] && calls[i].type == EventType::ok) gone[i] = users.deletable(calls, gone, i);
  }
  if (to - from == 1 || model.transition == nullptr)
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

/// One try may take no longer: what is hard to decide is no good as evidence.
constexpr Nanos k_one_try = 2s;

}  // namespace

std::vector<Call> leave_out(const std::vector<Call>& calls, std::size_t index,
                            const ModelEntry& model) {
  return leave_out_all(calls, index, index + 1, model);
}

std::vector<Call> minimize(const std::vector<Call>& calls, const ModelEntry& model,
                           const Value& initial, Budget& budget) {
  std::vector<Call> core = unneeded_removed(calls, model);
  const auto still_invalid = [&](const std::vector<Call>& candidate) {
    Budget one_try(k_one_try, budget.memory(), budget.stop());
    return decide(candidate, model, initial, one_try).validity == Validity::invalid;
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
