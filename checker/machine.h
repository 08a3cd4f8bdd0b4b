#pragma once
/// Machine: a model in the form that a search wants it: states and effects are numbers, and each
/// step is computed once.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "checker/models/model.h"

namespace plumbline {

using StateId = std::uint32_t;
using EffectId = std::uint32_t;
inline constexpr StateId k_illegal = UINT32_MAX;

/// How far a list of calls is legal, one after the other.
struct Replayed {
  std::size_t legal = 0;           ///< so many of them
  std::string state{};             ///< after those, in words
  std::vector<bool> next_legal{};  ///< of the calls asked for: may it come next?
};

/// What a call does to a cell (CellModel): legal in `from` alone (k_illegal: in every state) and
/// leaves `to` (k_illegal: the state as it was).
struct CellEffect {
  StateId from = k_illegal;
  StateId to = k_illegal;
};

/// Threads: one machine belongs to one search.
class Machine {
 public:
  virtual ~Machine() = default;
  /// Calls that do the same in every state have the same effect. Requires: `call` stays alive.
  EffectId effect(const Call& call);
  StateId initial() const { return 0; }
  /// The state after, or k_illegal.
  StateId step(StateId state, EffectId effect);
  /// Does it matter who calls?
  virtual bool by_process() const { return false; }
  virtual bool is_cell() const = 0;
  /// Requires: is_cell().
  virtual CellEffect cell(EffectId effect) = 0;
  virtual std::string describe(StateId state) const = 0;
  /// In words, why step() says k_illegal; empty if it does not.
  std::string why_not(StateId state, EffectId effect) {
    return step(state, effect) == k_illegal ? explain(state, *effects_[effect]) : "";
  }
  /// Plays `order` from the start and keeps no state but the last: cheap for long orders of large
  /// objects, if the model has a form that is changed in place (M::Live, see collection.h).
  /// `next`: calls of which it is asked whether they may come after that.
  virtual Replayed replay(std::span<const Call* const> order,
                          std::span<const Call* const> next = {}) const = 0;
  /// About what the tables take.
  std::size_t bytes() const { return state_bytes_ + steps_.size() * k_step_bytes; }

 protected:
  virtual StateId compute(StateId state, const Call& call) = 0;
  virtual std::string explain(StateId state, const Call& call) const = 0;
  const Call& call_of(EffectId effect) const { return *effects_[effect]; }
  std::size_t state_bytes_ = 0;

 private:
  /// One node of std::unordered_map with its bucket.
  static constexpr std::size_t k_step_bytes = 48;
  /// Beyond this the cache starts anew: it only saves time.
  static constexpr std::size_t k_most_steps = 1 << 20;

  std::unordered_map<Value, EffectId> effect_ids_;
  std::vector<const Call*> effects_;
  std::unordered_map<std::uint64_t, StateId> steps_;
};

template <Model M>
class TypedMachine : public Machine {
 public:
  explicit TypedMachine(const Value& initial) { intern(M::initial(initial)); }
  bool by_process() const override {
    if constexpr (requires { M::k_by_process; })
      return M::k_by_process;
    else
      return false;
  }
  bool is_cell() const override { return CellModel<M>; }
  CellEffect cell(EffectId effect) override {
    if constexpr (CellModel<M>) {
      const Transition t = M::transition(call_of(effect));
      const StateId from = t.from ? intern(*t.from) : k_illegal;
      const StateId to = t.to ? intern(*t.to) : k_illegal;
      return {.from = from, .to = to == from ? k_illegal : to};
    } else {
      return {};
    }
  }
  std::string describe(StateId state) const override { return M::describe(*states_[state]); }
  Replayed replay(std::span<const Call* const> order,
                  std::span<const Call* const> next) const override {
    auto [legal, state] = play(order);
    Replayed replayed{.legal = legal, .state = M::describe(state)};
    for (const Call* call : next) replayed.next_legal.push_back(M::step(state, *call).has_value());
    return replayed;
  }

 protected:
  StateId compute(StateId state, const Call& call) override {
    auto next = M::step(*states_[state], call);
    return next ? intern(std::move(*next)) : k_illegal;
  }
  std::string explain(StateId state, const Call& call) const override {
    return M::why_not(*states_[state], call);
  }

 private:
  using State = typename M::State;
  /// How many of them are legal, and the state after those.
  std::pair<std::size_t, State> play(std::span<const Call* const> order) const {
    std::size_t legal = 0;
    if constexpr (requires { typename M::Live; }) {
      typename M::Live live(*states_[0]);
      while (legal < order.size() && live.apply(*order[legal])) ++legal;
      return {legal, live.state()};
    } else {
      State state = *states_[0];
      for (; legal < order.size(); ++legal) {
        auto next = M::step(state, *order[legal]);
        if (!next) break;
        state = std::move(*next);
      }
      return {legal, std::move(state)};
    }
  }
  StateId intern(State state) {
    const auto [at, fresh] =
        ids_.try_emplace(std::move(state), static_cast<StateId>(states_.size()));
    if (fresh) {
      states_.push_back(&at->first);
      state_bytes_ += sizeof(State) + 64;
      if constexpr (std::same_as<State, Value>) state_bytes_ += payload(at->first);
    }
    return at->second;
  }
  static std::size_t payload(const Value& value) {
    if (value.is_text()) return value.as_text().size();
    std::size_t sum = 0;
    if (value.is_list())
      for (const Value& item : value.as_list()) sum += sizeof(Value) + payload(item);
    return sum;
  }

  std::unordered_map<State, StateId> ids_;
  std::vector<const State*> states_;
};

}  // namespace plumbline
