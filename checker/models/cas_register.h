#pragma once
/// One value that can be read, written, swapped if it is what the caller expects, and removed.
///   read -> value    write value    cas [expected new]    remove -> the value before (nil: none)
/// Starts nil, and is nil once removed. A cas that found another value is a `fail` in the history,
/// and so never seen here.

#include "checker/models/model.h"

namespace plumbline {

struct CasRegister : Cell<CasRegister> {
  static Value initial(const Value& given) { return given; }
  static std::string refuse(const Call& call) {
    if (call.f == "read" || call.f == "write" || call.f == "remove") return "";
    if (call.f != "cas") return "the operation must be read, write, cas or remove";
    const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2;
    return pair ? "" : "cas takes [expected new]";
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

/// The same without cas and remove.
struct Register : CasRegister {
  static std::string refuse(const Call& call) {
    return call.f == "read" || call.f == "write" ? "" : "the operation must be read or write";
  }
};

}  // namespace plumbline
