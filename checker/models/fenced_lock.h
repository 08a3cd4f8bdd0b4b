#pragma once
/// A lock service that hands out fencing tokens, and the store that they guard.
///   acquire -> token: greater than every token before
///   release token: of one that was granted
///   write [token value]    read token -> [value]
/// A write or read by a token less than the greatest that the store has seen is refused: it answers
/// false. Nobody waits: an earlier holder may be gone, which is what the tokens are for.
/// Starts with no token granted, and nil stored. An acquire that is indeterminate shows nothing:
/// whoever comes next has a greater token all the same.

#include "checker/models/model.h"

namespace plumbline {

struct FencedLock {
  /// A list: the last token granted, the greatest that the store has seen, what it holds.
  using State = Value;
  static Value initial(const Value& given) { return Value::list(0, 0, given); }
  static std::string refuse(const Call& call) {
    const bool ok = call.type == EventType::ok;
    if (call.f == "acquire")
      return ok && !call.result.is_int() ? "acquire must answer a token" : "";
    if (call.f == "release") return call.arguments.is_int() ? "" : "release takes a token";
    if (call.f == "write") {
      const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2 &&
                        call.arguments.as_list()[0].is_int();
      return pair ? "" : "write takes [token value]";
    }
    if (call.f != "read") return "the operation must be acquire, release, write or read";
    if (!call.arguments.is_int()) return "read takes a token";
    const bool answer = call.result.is_list() && call.result.as_list().size() == 1;
    return !ok || answer || refused(call) ? "" : "read must answer [value] or false";
  }
  static Role role(const Call& call) {
    const bool lost = call.f == "acquire" && call.type != EventType::ok;
    return lost || call.f == "release" || refused(call) ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    const auto [granted, seen, stored] = parts(state);
    if (call.f == "acquire") {
      if (call.type != EventType::ok) return state;
      const std::int64_t token = call.result.as_int();
      return token > granted ? std::optional(Value::list(token, seen, stored)) : std::nullopt;
    }
    const std::int64_t by = token(call);
    if (call.f == "release") return by <= granted ? std::optional(state) : std::nullopt;
    if (refused(call)) return by < seen ? std::optional(state) : std::nullopt;
    // An indeterminate one may have been refused: then it did nothing.
    if (by < seen) return call.type == EventType::ok ? std::nullopt : std::optional(state);
    if (call.f == "write") return Value::list(granted, by, call.arguments.as_list()[1]);
    const auto answer = answered(call);
    if (answer && answer->as_list()[0] != stored) return std::nullopt;
    return Value::list(granted, by, stored);
  }
  static std::string why_not(const Value& state, const Call& call) {
    const auto [granted, seen, stored] = parts(state);
    if (call.f == "acquire")
      return str("acquire granted token ", call.result.as_int(), ", but ", granted,
                 " was granted before");
    const std::int64_t by = token(call);
    if (call.f == "release")
      return str("release of token ", by, ", but the last one granted is ", granted);
    if (refused(call))
      return str(call.f, " by token ", by, " was refused, but no greater one than ", seen,
                 " was seen");
    if (by < seen)
      return str(call.f, " by token ", by, " was accepted, but token ", seen, " was seen before");
    return str("read answered ", to_string(call.result.as_list()[0]), ", but the store holds ",
               to_string(stored));
  }
  static std::string describe(const Value& state) {
    const auto [granted, seen, stored] = parts(state);
    return str("holds ", to_string(stored), ", token ", granted, " granted, ", seen, " seen");
  }

 private:
  struct Parts {
    std::int64_t granted, seen;
    Value stored;
  };
  static Parts parts(const Value& state) {
    const Value::List& all = state.as_list();
    return {all[0].as_int(), all[1].as_int(), all[2]};
  }
  static std::int64_t token(const Call& call) {
    return (call.f == "write" ? call.arguments.as_list()[0] : call.arguments).as_int();
  }
  static bool refused(const Call& call) {
    return call.f != "acquire" && call.f != "release" && answered(call) == Value(false);
  }
};

}  // namespace plumbline
