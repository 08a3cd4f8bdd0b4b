#include "checker/evidence.h"

#include <algorithm>
#include <unordered_set>

#include "checker/minimize.h"
#include "core/base/check.h"

namespace plumbline {
namespace {

/// The first return at which the history is no longer linearizable.
struct Boundary {
  std::int64_t position = 0;   ///< the prefix up to and with it is invalid
  std::int64_t explained = 0;  ///< the prefix before this position is valid
  std::vector<const Call*> order{};
  std::vector<Call> before{};  ///< the calls that `order` points to
};

Boundary find_boundary(const std::vector<Call>& calls, const ModelEntry& model,
                       const Value& initial, std::int64_t known_invalid, Budget& budget) {
  std::vector<std::int64_t> returns;
  for (const Call& call : calls)
    if (call.type == EventType::ok && call.returned <= known_invalid)
      returns.push_back(call.returned);
  std::sort(returns.begin(), returns.end());
  CHECK(!returns.empty(), "without a call that returned every history is linearizable");
  Boundary boundary;
  // Before returns[valid] all is well; with returns[invalid] it is not. First look just before.
  std::size_t valid = 0, invalid = returns.size() - 1;
  for (std::size_t probe = invalid; valid < invalid && !budget.exhausted();) {
    std::vector<Call> before = prefix(calls, returns[probe]);
    Decision decision = decide(before, model, initial, budget);
    if (decision.validity == Validity::unknown) break;
    if (decision.validity == Validity::valid) {
      valid = probe;
      boundary.before = std::move(before);
      boundary.order = std::move(decision.order);
    } else {
      invalid = probe - 1;
    }
    probe = valid + (invalid - valid + 1) / 2;
  }
  boundary.position = returns[invalid];
  boundary.explained = returns[valid];
  return boundary;
}

/// What a call needs to be able to come next: its invocation, and not to be placed already.
std::vector<std::int64_t> find_unplaceable(const std::vector<Call>& calls, const Boundary& boundary,
                                           const std::unordered_set<std::int64_t>& placed,
                                           Machine& machine, StateId state) {
  std::vector<std::int64_t> ids;
  for (const Call& call : calls) {
    const bool open = call.type == EventType::ok && call.invoked < boundary.position &&
                      call.returned >= boundary.explained && !placed.contains(call.id);
    if (open && machine.step(state, machine.effect(call)) == k_illegal) ids.push_back(call.id);
  }
  return ids;
}

}  // namespace

Counterexample explain_invalid(const std::vector<Call>& calls, const ModelEntry& model,
                               const Value& initial, const Decision& decision, bool minimized,
                               Budget& budget) {
  Counterexample example{.key = calls.front().key};
  const Boundary boundary = find_boundary(calls, model, initial, decision.position, budget);
  example.explained_up_to = boundary.explained;
  const auto machine = model.machine(initial);
  StateId state = machine->initial();
  std::unordered_set<std::int64_t> placed;
  for (const Call* call : boundary.order) {
    state = machine->step(state, machine->effect(*call));
    example.prefix.push_back(call->id);
    placed.insert(call->id);
  }
  example.state = machine->describe(state);
  example.unplaceable = find_unplaceable(calls, boundary, placed, *machine, state);
  example.core = prefix(calls, boundary.position + 1);
  if (minimized) example.core = minimize(example.core, model, initial, budget);
  example.explanation = explain_core(example.core, model, initial);
  return example;
}

KeyCore core_of(const Counterexample& example) {
  KeyCore core{.key = example.key, .after = example.after, .only = example.only};
  for (const Call& call : example.core)
    (call.type == EventType::ok ? core.required : core.optional).push_back(call.id);
  return core;
}

}  // namespace plumbline
