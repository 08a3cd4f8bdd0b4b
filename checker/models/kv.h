#pragma once
/// One string that can be read, replaced, and appended to.
///   get -> string    put string    append string
/// Starts empty. Each key of the history is one such string.

#include "checker/models/model.h"

namespace plumbline {

struct Kv {
  static constexpr Shows k_shows = Shows::text;
  using State = Value;
  static Value initial(const Value& given) { return given.is_text() ? given : Value(""); }
  static std::string refuse(const Call& call) {
    if (call.f == "get") return "";
    if (call.f != "put" && call.f != "append") return "the operation must be get, put or append";
    return call.arguments.is_text() ? "" : call.f + " takes a string";
  }
  static Role role(const Call& call) {
    if (call.f == "get") return Role::observer;
    return call.f == "put" ? Role::overwrite : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (call.f == "put") return call.arguments;
    if (call.f == "append") return Value(state.as_text() + call.arguments.as_text());
    const auto answer = answered(call);
    return !answer || *answer == state ? std::optional(state) : std::nullopt;
  }
  static std::string why_not(const Value& state, const Call& call) {
    return str("get answered ", to_string(call.result), ", but the key holds ", to_string(state));
  }
  static std::string describe(const Value& state) { return to_string(state); }
};

}  // namespace plumbline
