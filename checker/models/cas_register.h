#pragma once
/// One value that can be read, written, swapped if it is what the caller expects, and removed.
///   read -> value    write value    cas [expected new]    remove -> the value before (nil: none)
/// Starts nil, and is nil once removed. A cas that found another value is a `fail` in the history;
/// or it is ok and answers false: then that is an observation, which no Transition can express, so
/// histories with such ones are for CasRegisterWithRefusals.

#include "checker/models/model.h"

namespace plumbline {

struct CasRegister : Cell<CasRegister> {
  static Value initial(const Value& given) { return given; }
  static std::string refuse(const Call& call) {
    if (call.f == "read" || call.f == "write" || call.f == "remove") return "";
    if (call.f != "cas") return "the operation must be read, write, cas or remove";
    const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2;
    if (!pair) return "cas takes [expected new]";
    return refused(call) ? "its cas do not answer false" : "";
  }
  /// Did a cas say that it found another value?
  static bool refused(const Call& call) {
    return call.f == "cas" && answered(call) == Value(false);
  }
  static Transition transition(const Call& call) {
    if (call.f == "read") return {.from = answered(call)};
    if (call.f == "write") return {.to = call.arguments};
    if (call.f == "remove") return {.from = answered(call), .to = Value()};
    const Value::List& pair = call.arguments.as_list();
    return {.from = pair[0], .to = pair[1]};
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string holds = ", but the register holds " + to_string(state);
    if (call.f == "cas") return "cas expected " + to_string(call.arguments.as_list()[0]) + holds;
    return call.f + " answered " + to_string(call.result) + holds;
  }
};

/// The same, and a cas may have been refused.
struct CasRegisterWithRefusals {
  using State = Value;
  static Value initial(const Value& given) { return given; }
  static std::string refuse(const Call& call) {
    return CasRegister::refused(call) ? "" : CasRegister::refuse(call);
  }
  static Role role(const Call& call) {
    return CasRegister::refused(call) ? Role::observer : CasRegister::role(call);
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (!CasRegister::refused(call)) return CasRegister::step(state, call);
    const bool found = call.arguments.as_list()[0] == state;
    return found ? std::nullopt : std::optional(state);
  }
  static std::string why_not(const Value& state, const Call& call) {
    if (!CasRegister::refused(call)) return CasRegister::why_not(state, call);
    const std::string expected = to_string(call.arguments.as_list()[0]);
    return str("cas from ", expected, " was refused, but the register holds ", expected);
  }
  static std::string describe(const Value& state) { return to_string(state); }
};

/// The same without cas and remove.
struct Register : CasRegister {
  static std::string refuse(const Call& call) {
    return call.f == "read" || call.f == "write" ? "" : "the operation must be read or write";
  }
};

}  // namespace plumbline
