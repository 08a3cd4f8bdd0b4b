#pragma once
/// Set: whether one element is in a set; the element is the history's key.
///   add -> was it absent    remove -> was it present    contains -> is it present
/// Starts absent. An answer may be nil: then it is not known.
///
/// GrowSet: a set that is only added to and read as a whole.
///   add element    read -> [elements in any order]
/// Starts empty.

#include <algorithm>

#include "checker/models/model.h"

namespace plumbline {

struct Set : Cell<Set> {
  static Value initial(const Value& given) { return given.is_bool() ? given : Value(false); }
  static std::string refuse(const Call& call) {
    if (call.f != "add" && call.f != "remove" && call.f != "contains")
      return "the operation must be add, remove or contains";
    const bool answer = call.type != EventType::ok || call.result.is_bool() || call.result.is_nil();
    return answer ? "" : call.f + " must answer true or false, or nothing";
  }
  static Transition transition(const Call& call) {
    const auto answer = call.result.is_bool() ? answered(call) : std::nullopt;
    if (call.f == "contains") return {.from = answer};
    const bool add = call.f == "add";
    if (!answer) return {.to = Value(add)};
    return {.from = Value(answer->as_bool() ? !add : add), .to = Value(add)};
  }
  static std::string why_not(const Value& in, const Call& call) {
    return str(said(call), ", but the element is ", describe(in));
  }
  static std::string describe(const Value& in) { return in.as_bool() ? "present" : "absent"; }
};

struct GrowSet {
  static constexpr Shows k_shows = Shows::elements;
  using State = Value;  // the elements, sorted
  static Value initial(const Value& given) { return sorted(given); }
  static std::string refuse(const Call& call) {
    if (call.f == "add") return "";
    if (call.f != "read") return "the operation must be add or read";
    const bool list = call.type != EventType::ok || call.result.is_list();
    return list ? "" : "read must answer a list";
  }
  static Role role(const Call& call) { return call.f == "read" ? Role::observer : Role::update; }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (call.f == "read") {
      const auto answer = answered(call);
      return !answer || sorted(*answer) == state ? std::optional(state) : std::nullopt;
    }
    Value::List elements = state.as_list();
    const auto at = std::lower_bound(elements.begin(), elements.end(), call.arguments);
    if (at == elements.end() || *at != call.arguments) elements.insert(at, call.arguments);
    return Value(std::move(elements));
  }
  static std::string why_not(const Value& state, const Call& call) {
    const Value::List read = sorted(call.result).as_list(), &in = state.as_list();
    for (const Value& element : read)
      if (!std::binary_search(in.begin(), in.end(), element))
        return str("read answered ", to_string(element), ", which is not in the set");
    for (const Value& element : in)
      if (!std::binary_search(read.begin(), read.end(), element))
        return str("read did not answer ", to_string(element), ", which is in the set");
    return "read answered an element more than once";
  }
  static std::string describe(const Value& state) { return to_string(state); }

 private:
  static Value sorted(const Value& value) {
    Value::List elements = value.is_list() ? value.as_list() : Value::List{};
    std::sort(elements.begin(), elements.end());
    return Value(std::move(elements));
  }
};

}  // namespace plumbline
