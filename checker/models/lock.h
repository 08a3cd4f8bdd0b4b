#pragma once
/// Locks that know their holder.
///   acquire    release    either -> false: it was refused
/// The owner is the argument, or, without one, the process that calls.
///
/// OwnerLock: held at most once; only its holder can release it.
/// ReentrantLock: its holder may acquire it again, and must release it as often. The initial value,
/// if a number, is the most that it can be held.
/// Both start free, or in the state [most, holder, how often] if that is the initial value.

#include <limits>

#include "checker/models/model.h"

namespace plumbline {

/// A state is a list: the most that it can be held, and while it is held, by whom and how often.
template <class Kind>
struct HeldLock {
  static constexpr bool k_by_process = true;
  using State = Value;
  static Value initial(const Value& given) {
    return is_state(given) ? given : Value::list(Kind::most(given));
  }
  static std::string refuse(const Call& call) {
    return call.f == "acquire" || call.f == "release" ? ""
                                                      : "the operation must be acquire or release";
  }
  static Role role(const Call& call) { return refused(call) ? Role::observer : Role::update; }
  static std::optional<Value> step(const Value& state, const Call& call) {
    const bool own = held(state) && holder(state) == owner(call);
    const std::int64_t count = own ? times(state) : 0;
    const bool acquire = call.f == "acquire";
    const bool possible = acquire ? !held(state) || (own && count < most(state)) : own;
    if (refused(call)) return possible ? std::nullopt : std::optional(state);
    if (!possible) return std::nullopt;
    const std::int64_t next = acquire ? count + 1 : count - 1;
    return next == 0 ? Value::list(most(state)) : Value::list(most(state), owner(call), next);
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string what =
        str(call.f, " by ", to_string(owner(call)), refused(call) ? " was refused" : "");
    if (!held(state)) return what + ", but nobody holds the lock";
    if (most(state) > 1 && holder(state) == owner(call))
      return str(what, ", who holds the lock ", times(state), " times");
    return str(what, ", but the lock is held by ", to_string(holder(state)));
  }
  static std::string describe(const Value& state) {
    if (!held(state)) return "free";
    const std::string by = "held by " + to_string(holder(state));
    return times(state) == 1 ? by : str(by, " ", times(state), " times");
  }
  static Value owner(const Call& call) {
    return call.arguments.is_nil() ? Value(call.process) : call.arguments;
  }
  static bool refused(const Call& call) { return answered(call) == Value(false); }
  static std::int64_t most(const Value& state) { return state.as_list()[0].as_int(); }

 private:
  static bool is_state(const Value& given) {
    if (!given.is_list() || given.as_list().size() != 3) return false;
    const Value &most = given.as_list()[0], &often = given.as_list()[2];
    return most.is_int() && often.is_int() && often.as_int() >= 1 &&
           often.as_int() <= most.as_int();
  }
  static bool held(const Value& state) { return state.as_list().size() > 1; }
  static const Value& holder(const Value& state) { return state.as_list()[1]; }
  static std::int64_t times(const Value& state) { return state.as_list()[2].as_int(); }
};

struct HeldOnce {
  static std::int64_t most(const Value& /*given*/) { return 1; }
};
struct HeldOften {
  static std::int64_t most(const Value& given) {
    return given.is_int() ? given.as_int() : std::numeric_limits<std::int64_t>::max();
  }
};
using OwnerLock = HeldLock<HeldOnce>;
using ReentrantLock = HeldLock<HeldOften>;

}  // namespace plumbline
