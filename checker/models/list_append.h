#pragma once
/// A list that is only appended to and read as a whole.
///   append element    read -> [elements in order] (nil: the empty list)
/// Starts empty. With distinguishable elements it is decided in linear time, see append_order.h.

#include "checker/models/model.h"

namespace plumbline {

struct ListAppend {
  static constexpr Shows k_shows = Shows::elements;
  using State = Value;
  static Value initial(const Value& given) {
    return given.is_list() ? given : Value(Value::List{});
  }
  static std::string refuse(const Call& call) {
    if (call.f == "append") return "";
    if (call.f != "read") return "the operation must be append or read";
    const bool list = call.type != EventType::ok || call.result.is_list() || call.result.is_nil();
    return list ? "" : "read must answer a list";
  }
  static Role role(const Call& call) { return call.f == "read" ? Role::observer : Role::update; }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (call.f == "append") {
      Value::List elements = state.as_list();
      elements.push_back(call.arguments);
      return Value(std::move(elements));
    }
    const auto answer = answered(call);
    return !answer || initial(*answer) == state ? std::optional(state) : std::nullopt;
  }
  static std::string why_not(const Value& state, const Call& call) {
    return str("read answered ", to_string(initial(call.result)), ", but the list is ",
               to_string(state));
  }
  static std::string describe(const Value& state) { return to_string(state); }
  /// Changed in place, to play long orders of long lists, see Machine::replay.
  class Live {
   public:
    explicit Live(const Value& state) : list_(state.as_list()) {}
    Value state() const { return Value(list_); }
    bool apply(const Call& call) {
      if (call.f == "append") {
        list_.push_back(call.arguments);
        return true;
      }
      const auto answer = answered(call);
      return !answer || initial(*answer).as_list() == list_;
    }

   private:
    Value::List list_;
  };
};

}  // namespace plumbline
