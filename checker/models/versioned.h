#pragma once
/// One key of a store that numbers its changes, as etcd does with revisions.
///   read -> [value revision]    write value -> revision    delete -> revision
///   cas [revision value] -> revision, or false: the revision is another
/// The revision of a change is greater than all before it; how much greater is of no interest, as
/// changes of other keys count too. A read of nothing may answer nil: [nil 0].
/// Starts with [nil 0]; the initial value may be another [value revision].

#include <algorithm>

#include "checker/models/model.h"

namespace plumbline {

struct Versioned {
  /// A list: value, revision; after a change whose revision nobody knows yet: value, the least
  /// that it can be, and which ones it is not.
  using State = Value;
  static Value initial(const Value& given) {
    return is_pair(given) ? given : Value::list(Value(), 0);
  }
  static std::string refuse(const Call& call) {
    const bool ok = call.type == EventType::ok;
    if (call.f == "read") {
      const bool answer = call.result.is_nil() || is_pair(call.result);
      return !ok || answer ? "" : "read must answer [value revision]";
    }
    if (call.f == "cas") {
      const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2 &&
                        call.arguments.as_list()[0].is_int();
      if (!pair) return "cas takes [revision value]";
    } else if (call.f != "write" && call.f != "delete") {
      return "the operation must be read, write, cas or delete";
    }
    const bool answer = call.result.is_int() || (call.f == "cas" && refused(call));
    return !ok || answer ? "" : call.f + " must answer a revision";
  }
  /// A read may settle which revision a change had.
  static Role role(const Call& call) {
    return call.f == "read" && call.type != EventType::ok ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (call.f == "read") {
      if (call.type != EventType::ok) return state;
      const Value seen = initial(call.result);
      if (seen.as_list()[0] != state.as_list()[0]) return std::nullopt;
      return at(state, revision(seen));
    }
    Value before = state;
    if (call.f == "cas") {
      const std::int64_t expected = call.arguments.as_list()[0].as_int();
      const auto there = at(state, expected);
      if (refused(call)) return without(state, expected);
      if (!there) return std::nullopt;
      before = *there;
    }
    const std::int64_t least = revision(before) + 1;
    if (call.type != EventType::ok) return Value::list(written(call), least, Value::List{});
    const std::int64_t r = call.result.as_int();
    return r >= least ? std::optional(Value::list(written(call), r)) : std::nullopt;
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string holds = ", but the key holds " + describe(state);
    if (call.f == "read") return "read answered " + to_string(initial(call.result)) + holds;
    if (call.f == "cas") {
      const std::string expected = to_string(call.arguments.as_list()[0]);
      if (refused(call)) return "cas from revision " + expected + " was refused" + holds;
      if (!at(state, call.arguments.as_list()[0].as_int()))
        return "cas expected revision " + expected + holds;
    }
    return call.f + " answered revision " + to_string(call.result) + holds;
  }
  static std::string describe(const Value& state) {
    const bool exact = state.as_list().size() == 2;
    return str(to_string(state.as_list()[0]), " at revision ", revision(state),
               exact ? "" : " or later");
  }
  static std::int64_t revision(const Value& pair) { return pair.as_list()[1].as_int(); }
  static bool refused(const Call& call) { return answered(call) == Value(false); }
  /// Requires: a change.
  static Value written(const Call& call) {
    if (call.f == "delete") return {};
    return call.f == "cas" ? call.arguments.as_list()[1] : call.arguments;
  }

 private:
  static bool is_pair(const Value& value) {
    return value.is_list() && value.as_list().size() == 2 && value.as_list()[1].is_int();
  }
  /// The state if its revision is r.
  static std::optional<Value> at(const Value& state, std::int64_t r) {
    const Value::List& parts = state.as_list();
    if (parts.size() == 2) return revision(state) == r ? std::optional(state) : std::nullopt;
    const Value::List& others = parts[2].as_list();
    if (r < revision(state) || std::count(others.begin(), others.end(), Value(r)) > 0)
      return std::nullopt;
    return Value::list(parts[0], r);
  }
  /// The state if its revision is not r.
  static std::optional<Value> without(const Value& state, std::int64_t r) {
    if (!at(state, r)) return state;
    if (state.as_list().size() == 2) return std::nullopt;
    Value::List others = state.as_list()[2].as_list();
    others.insert(std::lower_bound(others.begin(), others.end(), Value(r)), Value(r));
    return Value::list(state.as_list()[0], revision(state), std::move(others));
  }
};

}  // namespace plumbline
