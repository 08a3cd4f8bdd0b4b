#pragma once
/// A number that is added to and read.
///   add amount    read -> number
/// Starts at 0.

#include "checker/models/model.h"

namespace plumbline {

struct Counter {
  using State = std::int64_t;
  static State initial(const Value& given) { return given.is_int() ? given.as_int() : 0; }
  static std::string refuse(const Call& call) {
    // Far from the ends of the range, so that no sum of a history's amounts can leave it.
    constexpr std::int64_t k_most = std::int64_t{1} << 40;
    if (call.f == "read") return "";
    if (call.f != "add") return "the operation must be add or read";
    if (!call.arguments.is_int()) return "add takes an integer";
    return std::abs(call.arguments.as_int() / 2) > k_most ? "add takes less than 2^40" : "";
  }
  static Role role(const Call& call) { return call.f == "read" ? Role::observer : Role::update; }
  static std::optional<State> step(State state, const Call& call) {
    if (call.f == "add") return state + call.arguments.as_int();
    const auto answer = answered(call);
    return !answer || *answer == Value(state) ? std::optional(state) : std::nullopt;
  }
  static std::string why_not(State state, const Call& call) {
    return str(said(call), ", but the counter stands at ", state);
  }
  static std::string describe(State state) { return std::to_string(state); }
};

}  // namespace plumbline
