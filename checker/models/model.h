#pragma once
/// Model: a sequential specification of one object, as pure functions of a state and a call.
///
/// A model's `role` is a promise that the search relies on:
///   observer   never changes the state (it may be legal only in some states)
///   overwrite  legal in every state, and the state after it does not depend on the one before
///   update     anything else
/// A CellModel is an object whose whole state is one value, and whose every call is legal in one
/// value (or in all) and leaves one value (or the same): registers, locks, membership of one
/// element. For these much more is known, see normalise.h and zones.h.
/// A model whose step() looks at Call::process says so by `static constexpr bool k_by_process`.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/text.h"
#include "core/history/history.h"

namespace plumbline {

enum class Role : std::uint8_t { update, observer, overwrite };

/// Legal iff the value is `from` (nothing: always); afterwards it is `to` (nothing: unchanged).
struct Transition {
  std::optional<Value> from{};
  std::optional<Value> to{};
};

template <class M>
concept Model = requires(const typename M::State& state, const Call& call, const Value& value) {
  requires std::equality_comparable<typename M::State>;
  // The state at the start; nil asks for the model's own.
  { M::initial(value) } -> std::same_as<typename M::State>;
  // Why `call` is none of this model's; empty if it is. Everything else may assume it is one.
  { M::refuse(call) } -> std::same_as<std::string>;
  { M::role(call) } -> std::same_as<Role>;
  // The state after `call`, or nothing if it could not have ended so in `state`. An indeterminate
  // call has no result: any result will do.
  { M::step(state, call) } -> std::same_as<std::optional<typename M::State>>;
  // In words, why step() gives nothing: "read answered 3, but the register holds 5". Only asked
  // where it does.
  { M::why_not(state, call) } -> std::same_as<std::string>;
  { M::describe(state) } -> std::same_as<std::string>;
};

template <class M>
concept CellModel = Model<M> && requires(const Call& call) {
  { M::transition(call) } -> std::same_as<Transition>;
};

/// What an observer must answer if an update came before it, as long as no overwrite came between.
enum class Shows : std::uint8_t {
  nothing,   ///< nothing in particular
  elements,  ///< a list that contains the update's argument
  text,      ///< a text that contains the update's argument
};
/// A model may promise one of them by `static constexpr Shows k_shows`.
template <class M>
constexpr Shows shows() {
  if constexpr (requires { M::k_shows; })
    return M::k_shows;
  else
    return Shows::nothing;
}

/// What a call that did not succeed for certain may have answered: anything.
inline std::optional<Value> answered(const Call& call) {
  return call.type == EventType::ok ? std::optional(call.result) : std::nullopt;
}

/// What a call did and what came of it, for why_not(): `read answered 3`, `acquire succeeded`.
inline std::string said(const Call& call) {
  std::string text = call.f;
  if (!call.arguments.is_nil()) text += " " + to_string(call.arguments);
  if (call.type != EventType::ok) return text + " took effect";
  const bool silent = call.result.is_nil() || call.result == call.arguments;
  return text + (silent ? " succeeded" : " answered " + to_string(call.result));
}

/// All that follows from `M::transition`, for a cell model to inherit.
template <class M>
struct Cell {
  using State = Value;
  static Role role(const Call& call) {
    const Transition t = M::transition(call);
    if (!t.to || t.from == t.to) return Role::observer;
    return t.from ? Role::update : Role::overwrite;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    const Transition t = M::transition(call);
    if (t.from && *t.from != state) return std::nullopt;
    return t.to ? *t.to : state;
  }
  static std::string describe(const Value& state) { return to_string(state); }
  static std::string why_not(const Value& state, const Call& call) {
    return str(said(call), ", but it is ", M::describe(state));
  }
};

}  // namespace plumbline
