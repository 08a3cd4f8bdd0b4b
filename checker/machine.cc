#include "checker/machine.h"

namespace plumbline {

EffectId Machine::effect(const Call& call) {
  const bool known = call.type == EventType::ok;
  Value identity = Value::list(call.f, call.arguments, known, known ? call.result : Value(),
                               by_process() ? call.process : ProcessId{0});
  const auto [at, fresh] =
      effect_ids_.try_emplace(std::move(identity), static_cast<EffectId>(effects_.size()));
  if (fresh) effects_.push_back(&call);
  return at->second;
}

StateId Machine::step(StateId state, EffectId effect) {
  const std::uint64_t key = std::uint64_t{state} << 32 | effect;
  if (const auto known = steps_.find(key); known != steps_.end()) return known->second;
  if (steps_.size() >= k_most_steps) steps_.clear();
  const StateId next = compute(state, *effects_[effect]);
  steps_.emplace(key, next);
  return next;
}

}  // namespace plumbline
