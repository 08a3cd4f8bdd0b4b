#pragma once
/// A number that is added to and read.
///   add amount    increment    decrement    read -> number
///   add-and-get amount -> the number after (nil: not known)
/// Starts at 0. What add, increment and decrement answer is not looked at.

#include <cstdlib>

#include "checker/models/model.h"

namespace plumbline {

struct Counter {
  using State = std::int64_t;
  static State initial(const Value& given) { return given.is_int() ? given.as_int() : 0; }
  static std::string refuse(const Call& call) {
    // Far from the ends of the range, so that no sum of a history's amounts can leave it.
    constexpr std::int64_t k_most = std::int64_t{1} << 40;
    if (call.f == "read" || call.f == "increment" || call.f == "decrement") return "";
    if (call.f != "add" && call.f != "add-and-get")
      return "the operation must be add, increment, decrement, add-and-get or read";
    if (!call.arguments.is_int()) return call.f + " takes an integer";
    return std::abs(call.arguments.as_int() / 2) > k_most ? call.f + " takes less than 2^40" : "";
  }
  static Role role(const Call& call) { return call.f == "read" ? Role::observer : Role::update; }
  /// Requires: it is no read.
  static std::int64_t amount(const Call& call) {
    if (call.f == "increment") return 1;
    return call.f == "decrement" ? -1 : call.arguments.as_int();
  }
  /// What the number must be after the call, if the call says so.
  static std::optional<Value> after(const Call& call) {
    if (call.f == "read") return answered(call);
    const bool says = call.f == "add-and-get" && !call.result.is_nil();
    return says ? answered(call) : std::nullopt;
  }
  static std::optional<State> step(State state, const Call& call) {
    if (call.f != "read") state += amount(call);
    const auto must = after(call);
    return !must || *must == Value(state) ? std::optional(state) : std::nullopt;
  }
  static std::string why_not(State state, const Call& call) {
    return str(said(call), ", but the counter stands at ", state);
  }
  static std::string describe(State state) { return std::to_string(state); }
};

}  // namespace plumbline
