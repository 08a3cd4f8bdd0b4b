#pragma once
/// The example of docs/your-own-model.md.

#include "checker/models/register_model.h"

// Begin of the example.
/// Permits that are taken and given back.
///   acquire    release    try-acquire -> was there one
/// Starts with three permits, or as many as the initial value says; never has more.
struct Semaphore {
  struct State {
    std::int64_t free, all;
    auto operator<=>(const State&) const = default;
  };
  static State initial(const plumbline::Value& given) {
    const std::int64_t permits = given.is_int() ? given.as_int() : 3;
    return {permits, permits};
  }
  static std::string refuse(const plumbline::Call& call) {
    if (call.f == "acquire" || call.f == "release" || call.f == "try-acquire") return "";
    return "the operation must be acquire, release or try-acquire";
  }
  static plumbline::Role role(const plumbline::Call& call) {
    // A try that failed leaves everything as it was.
    const bool failed = plumbline::answered(call) == plumbline::Value(false);
    return failed ? plumbline::Role::observer : plumbline::Role::update;
  }
  static std::optional<State> step(State state, const plumbline::Call& call) {
    if (call.f == "release")
      return state.free < state.all ? std::optional(State{state.free + 1, state.all})
                                    : std::nullopt;
    if (plumbline::answered(call) == plumbline::Value(false))
      return state.free == 0 ? std::optional(state) : std::nullopt;
    if (state.free > 0) return State{state.free - 1, state.all};
    // A try whose answer nobody knows may have failed.
    const bool lost = call.f == "try-acquire" && call.type != plumbline::EventType::ok;
    return lost ? std::optional(state) : std::nullopt;
  }
  static std::string why_not(State state, const plumbline::Call& call) {
    if (call.f == "release") return "release, but all permits are free";
    if (state.free == 0) return call.f + " succeeded, but no permit is free";
    return plumbline::str(call.f, " failed, but ", state.free, " permits are free");
  }
  static std::string describe(State state) {
    return plumbline::str(state.free, " of ", state.all, " permits free");
  }
};

template <>
struct std::hash<Semaphore::State> {
  std::size_t operator()(const Semaphore::State& state) const noexcept {
    return static_cast<std::size_t>(state.free * 31 + state.all);
  }
};
// End of the example.
