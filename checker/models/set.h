#pragma once
/// Set: which elements are in it, each an object of its own.
///   add -> was it absent    remove -> was it present    contains -> is it present
/// The element is the argument; or, in a history by keys, the key may be the element. Starts empty;
/// the initial value may be a list of elements, or true if the key's element is in it. What add and
/// remove answer may be nil: then it is not known.
///
/// GrowSet: a set that is only added to and read as a whole.
///   add element    read -> [elements in any order]
/// Starts empty.

#include <algorithm>
#include <set>

#include "checker/models/model.h"

namespace plumbline {

/// The element is the key.
struct SetElement : Cell<SetElement> {
  static Value initial(const Value& given) { return given.is_bool() ? given : Value(false); }
  static std::string refuse(const Call& call) {
    if (!call.arguments.is_nil()) return "the element is the key, not an argument";
    if (call.f != "add" && call.f != "remove" && call.f != "contains")
      return "the operation must be add, remove or contains";
    if (call.type != EventType::ok || call.result.is_bool()) return "";
    if (call.f == "contains") return "contains must answer true or false";
    return call.result.is_nil() ? "" : call.f + " must answer true or false, or nothing";
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

/// The element is the key, or the argument, or both.
struct Set {
  using State = Value;  // the elements, sorted
  static Value initial(const Value& given) {
    if (given == Value(true)) return Value::list(Value());
    Value::List elements = given.is_list() ? given.as_list() : Value::List{};
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    return Value(std::move(elements));
  }
  static std::string refuse(const Call& call) { return SetElement::refuse(of_element(call)); }
  static Role role(const Call& call) {
    // What overwrites one element leaves the others as they were.
    const bool observes = SetElement::role(of_element(call)) == Role::observer;
    return observes ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    Value::List elements = state.as_list();
    const auto at = std::lower_bound(elements.begin(), elements.end(), call.arguments);
    const bool in = at != elements.end() && *at == call.arguments;
    const auto next = SetElement::step(Value(in), of_element(call));
    if (!next) return std::nullopt;
    if (next->as_bool() && !in) elements.insert(at, call.arguments);
    if (!next->as_bool() && in) elements.erase(at);
    return Value(std::move(elements));
  }
  static std::string why_not(const Value& state, const Call& call) {
    const Value::List& all = state.as_list();
    const bool in = std::binary_search(all.begin(), all.end(), call.arguments);
    return SetElement::why_not(Value(in), of_element(call));
  }
  static std::string describe(const Value& state) {
    const bool one = state == Value(Value::List{}) || state == Value::list(Value());
    return one ? SetElement::describe(Value(!state.as_list().empty())) : to_string(state);
  }
  /// Changed in place, to play long orders of large sets, see Machine::replay.
  class Live {
   public:
    explicit Live(const Value& state) : in_(state.as_list().begin(), state.as_list().end()) {}
    Value state() const { return Value(Value::List(in_.begin(), in_.end())); }
    bool apply(const Call& call) {
      const bool in = in_.contains(call.arguments);
      const auto next = SetElement::step(Value(in), of_element(call));
      if (!next) return false;
      if (next->as_bool())
        in_.insert(call.arguments);
      else
        in_.erase(call.arguments);
      return true;
    }

   private:
    std::set<Value> in_;
  };
  /// The same of a set of this element alone. Some clients answer with the argument, which says
  /// nothing, or with [element answer].
  static Call of_element(const Call& call) {
    Call one{.f = call.f, .result = call.result, .type = call.type};
    const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2 &&
                      call.result.is_list() && call.result.as_list().size() == 2 &&
                      call.arguments.as_list()[0] == call.result.as_list()[0];
    if (pair)
      one.result = call.result.as_list()[1];
    else if (one.result == call.arguments)
      one.result = Value();
    return one;
  }
};

struct GrowSet {
  static constexpr Shows k_shows = Shows::elements;
  using State = Value;  // the elements, sorted
  static Value initial(const Value& given) {
    Value::List elements = sorted(given).as_list();
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    return Value(std::move(elements));
  }
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
  /// Changed in place, to play long orders of large sets, see Machine::replay.
  class Live {
   public:
    explicit Live(const Value& state) : in_(state.as_list().begin(), state.as_list().end()) {}
    Value state() const { return Value(Value::List(in_.begin(), in_.end())); }
    bool apply(const Call& call) {
      if (call.f == "add") {
        in_.insert(call.arguments);
        return true;
      }
      const auto answer = answered(call);
      return !answer || std::ranges::equal(sorted(*answer).as_list(), in_);
    }

   private:
    std::set<Value> in_;
  };

 private:
  static Value sorted(const Value& value) {
    Value::List elements = value.is_list() ? value.as_list() : Value::List{};
    std::sort(elements.begin(), elements.end());
    return Value(std::move(elements));
  }
};

}  // namespace plumbline
