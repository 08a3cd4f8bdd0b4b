#include "checker/evidence.h"

#include <algorithm>
#include <unordered_set>

#include "checker/minimize.h"
#include "checker/model_spec.h"
#include "checker/verify/leave_out.h"
#include "core/base/check.h"

namespace plumbline {
namespace {

/// The first return at which the history is no longer linearizable.
struct Boundary {
  std::int64_t position = 0;   ///< the prefix up to and with it is invalid
  std::int64_t explained = 0;  ///< the prefix before this position is valid
  std::vector<const Call*> order{};
  std::vector<Call> before{};          ///< the calls that `order` points to
  std::vector<std::int64_t> blamed{};  ///< by the last decision that said invalid, if any
};

std::vector<std::int64_t> blamed_by(const Decision& decision) {
  std::vector<std::int64_t> ids;
  for (const Call* call : decision.core) ids.push_back(call->id);
  return ids;
}

/// The return by which all that `decision` blames is over.
std::int64_t latest_blamed(const Decision& decision) {
  std::int64_t latest = -1;
  for (const Call* call : decision.core)
    if (call->type == EventType::ok) latest = std::max(latest, call->returned);
  return latest < 0 ? decision.position : std::min(latest, decision.position);
}

/// The return by which all that a core requires is over.
std::int64_t end_of(const Core& core) {
  std::int64_t latest = -1;
  for (const Call& call : core.calls)
    if (call.type == EventType::ok) latest = std::max(latest, call.returned);
  return latest;
}

/// Is what the core proves proven as soon as its last required call returned, at `end`, whatever
/// becomes of the calls that are open then? So if the same remains of what is known by then.
bool proven_at(std::int64_t end, const Core& core, const std::vector<Call>& calls,
               const ModelEntry& model, const Value& initial) {
  const auto rest =
      verifying::leave_out(specs_of(model), initial, prefix(calls, end + 1), core.ids);
  const auto same = [](const Call& a, const Call& b) {
    return a.id == b.id && a.type == b.type && a.returned == b.returned &&
           a.arguments == b.arguments && a.result == b.result;
  };
  return rest && rest->initial == core.initial && std::ranges::equal(rest->calls, core.calls, same);
}

/// `likely`: where it probably is. `sure`: the prefix up to and with this position is invalid.
Boundary find_boundary(const std::vector<Call>& calls, const ModelEntry& model,
                       const Value& initial, std::int64_t likely, std::int64_t sure,
                       Budget& budget) {
  std::vector<std::int64_t> returns;
  for (const Call& call : calls)
    if (call.type == EventType::ok) returns.push_back(call.returned);
  std::sort(returns.begin(), returns.end());
  CHECK(!returns.empty(), "without a call that returned every history is linearizable");
  const auto first_from = [&](std::int64_t position) {
    const auto at = std::lower_bound(returns.begin(), returns.end(), position);
    return std::min(static_cast<std::size_t>(at - returns.begin()), returns.size() - 1);
  };
  Boundary boundary;
  // Before returns[valid] all is well; with returns[invalid] it is not. First look whether all that
  // is blamed is enough, then whether less is.
  std::size_t valid = 0, invalid = first_from(sure);
  std::size_t hint = std::min(invalid, first_from(likely));
  for (std::size_t probe = std::min(hint + 1, invalid); valid < invalid && !budget.exhausted();) {
    std::vector<Call> before = prefix(calls, returns[probe]);
    Decision decision = decide(before, model, initial, budget);
    if (decision.validity == Validity::unknown) break;
    if (decision.validity == Validity::valid) {
      valid = probe;
      boundary.before = std::move(before);
      boundary.order = std::move(decision.order);
    } else {
      boundary.blamed = blamed_by(decision);
      invalid = probe - 1;
      hint = std::min(hint, first_from(latest_blamed(decision)));
    }
    const bool told = hint + 1 == probe && valid < hint && hint <= invalid;
    probe = told ? hint : valid + (invalid - valid + 1) / 2;
  }
  boundary.position = returns[invalid];
  boundary.explained = returns[valid];
  return boundary;
}

/// The calls that are open at the boundary, ended ok, and stand in no order yet.
std::vector<const Call*> find_open(const std::vector<Call>& calls, const Boundary& boundary,
                                   const std::vector<std::int64_t>& prefix) {
  const std::unordered_set<std::int64_t> placed(prefix.begin(), prefix.end());
  std::vector<const Call*> open;
  for (const Call& call : calls)
    if (call.type == EventType::ok && call.invoked < boundary.position &&
        call.returned >= boundary.explained && !placed.contains(call.id))
      open.push_back(&call);
  return open;
}

}  // namespace

Counterexample explain_invalid(const std::vector<Call>& all, const ModelEntry& widest,
                               const Value& initial, const Decision& decision, bool minimized,
                               Budget& budget) {
  Counterexample example{.key = all.front().key};
  std::vector<Call> calls;
  std::ranges::copy_if(all, std::back_inserter(calls),
                       [](const Call& call) { return call.type != EventType::fail; });
  const ModelEntry& model = fitting(widest, calls);
  std::int64_t likely = latest_blamed(decision), sure = decision.position;
  // What comes before the boundary is the dearest to decide, so let a core say where to look, if
  // anything tells where the core may be.
  std::optional<Core> core;
  if (minimized && likely != k_open) {
    const std::int64_t end = sure == k_open ? k_open : sure + 1;
    core = minimize(calls, end, blamed_by(decision), model, initial, budget);
    if (core) {
      likely = end_of(*core);
      sure = std::min(sure, proven_at(likely, *core, calls, model, initial)
                                ? likely
                                : all_known(calls, likely));
    }
  }
  Boundary boundary = find_boundary(calls, model, initial, likely, sure, budget);
  if (core ? boundary.position < likely : minimized) {
    if (boundary.blamed.empty()) boundary.blamed = blamed_by(decision);
    core = minimize(calls, boundary.position + 1, boundary.blamed, model, initial, budget);
  }
  example.explained_up_to = boundary.explained;
  for (const Call* call : boundary.order) example.prefix.push_back(call->id);
  const std::vector<const Call*> open = find_open(calls, boundary, example.prefix);
  Replayed replayed = model.machine(initial)->replay(boundary.order, open);
  example.state = std::move(replayed.state);
  for (std::size_t i = 0; i < open.size(); ++i)
    if (!replayed.next_legal[i]) example.unplaceable.push_back(open[i]->id);
  if (!core) core = Core{.initial = initial, .calls = prefix(calls, boundary.position + 1)};
  example.after = core->ids.after;
  example.counted = core->ids.counted;
  example.any_state = core->ids.any_state;
  example.only = core->ids.only;
  const Call* after = nullptr;
  for (const Call& call : calls)
    if (call.id == example.after) after = &call;
  example.explanation = explain_core(*core, model, after);
  example.may_be_smaller = !core->smallest;
  example.core = std::move(core->calls);
  return example;
}

KeyCore core_of(const Counterexample& example) {
  KeyCore core{.key = example.key,
               .after = example.after,
               .counted = example.counted,
               .any_state = example.any_state,
               .only = example.only};
  for (const Call& call : example.core)
    (call.type == EventType::ok ? core.required : core.optional).push_back(call.id);
  return core;
}

}  // namespace plumbline
