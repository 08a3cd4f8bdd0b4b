#pragma once
/// A lock that one holder has at a time; who asks does not matter.
///   acquire    release    either -> false: it was not to be had, or nobody had it
/// Starts free.

#include "checker/models/model.h"

namespace plumbline {

struct Mutex : Cell<Mutex> {
  static Value initial(const Value& given) { return given.is_bool() ? given : Value(false); }
  static std::string refuse(const Call& call) {
    return call.f == "acquire" || call.f == "release" ? ""
                                                      : "the operation must be acquire or release";
  }
  static Transition transition(const Call& call) {
    const bool acquire = call.f == "acquire";
    if (answered(call) == Value(false)) return {.from = Value(acquire)};
    return {.from = Value(!acquire), .to = Value(acquire)};
  }
  static std::string why_not(const Value& held, const Call& call) {
    const std::string what = call.f + (answered(call) == Value(false) ? " was refused" : "");
    return what + (held.as_bool() ? ", but the lock is held" : ", but nobody holds the lock");
  }
  static std::string describe(const Value& held) { return held.as_bool() ? "held" : "free"; }
};

}  // namespace plumbline
