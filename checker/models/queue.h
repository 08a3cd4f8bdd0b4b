#pragma once
/// Queue: first in, first out.   enqueue element    dequeue -> element (nil: it was empty)
/// Stack: last in, first out.    push element       pop -> element (nil: it was empty)
/// Both start empty. A removal without a known answer takes whatever is there, if anything is.

#include "checker/models/model.h"

namespace plumbline {

/// Both kinds: elements are added at the back and removed at `Kind::at(list)`.
template <class Kind>
struct Sequence {
  using State = Value;
  static Value initial(const Value& given) {
    return given.is_list() ? given : Value(Value::List{});
  }
  static std::string refuse(const Call& call) {
    if (call.f == Kind::k_add || call.f == Kind::k_remove) return "";
    return std::string("the operation must be ") + Kind::k_add + " or " + Kind::k_remove;
  }
  static Role role(const Call& call) {
    // Only a removal that found nothing leaves the state as it is.
    const bool found_nothing = call.f == Kind::k_remove && answered(call) == Value();
    return found_nothing ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    Value::List elements = state.as_list();
    if (call.f == Kind::k_add) {
      elements.push_back(call.arguments);
      return Value(std::move(elements));
    }
    const auto answer = answered(call);
    if (elements.empty()) return !answer || answer->is_nil() ? std::optional(state) : std::nullopt;
    const auto at = Kind::at(elements);
    if (answer && *answer != *at) return std::nullopt;
    elements.erase(at);
    return Value(std::move(elements));
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string claim = call.result.is_nil() ? std::string(" found nothing")
                                                   : " answered " + to_string(call.result);
    Value::List elements = state.as_list();
    if (elements.empty()) return str(call.f, claim, ", but it is empty");
    return str(call.f, claim, ", but ", to_string(*Kind::at(elements)), " is next");
  }
  static std::string describe(const Value& state) { return to_string(state); }
};

struct FirstInFirstOut {
  static constexpr const char* k_add = "enqueue";
  static constexpr const char* k_remove = "dequeue";
  static auto at(Value::List& elements) { return elements.begin(); }
};
struct LastInFirstOut {
  static constexpr const char* k_add = "push";
  static constexpr const char* k_remove = "pop";
  static auto at(Value::List& elements) { return elements.end() - 1; }
};
using Queue = Sequence<FirstInFirstOut>;
using Stack = Sequence<LastInFirstOut>;

}  // namespace plumbline
