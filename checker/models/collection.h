#pragma once
/// Collection: what models of things that elements are added to and removed from have in common.
/// All start empty, or with the elements of the list that is given as the initial value. A removal
/// that answers nil found nothing. One without a known answer took whatever the kind says, if there
/// was anything.
///
/// A Kind names its two operations (k_add, k_remove) and is the collection itself, changed in
/// place:
///   Kind(const Value& state); Value state() const;
///   void add(const Value& element);
///   bool take(const Value& element);   false: it cannot be the one that is removed next
///   void take_any();                   not asked of an empty one
///   bool empty() const;
///   std::string next() const;          in words, what may be removed next; not of an empty one

#include "checker/models/model.h"

namespace plumbline {

template <class Kind>
struct Collection {
  static constexpr const char* k_add = Kind::k_add;
  using State = Value;

  /// The object changed in place, for replaying long orders (Machine::replay).
  class Live {
   public:
    explicit Live(const Value& state) : kind_(state) {}
    bool apply(const Call& call) {
      if (call.f == Kind::k_add) {
        kind_.add(call.arguments);
        return true;
      }
      if (call.type != EventType::ok) {
        if (!kind_.empty()) kind_.take_any();
        return true;
      }
      return call.result.is_nil() ? kind_.empty() : kind_.take(call.result);
    }
    Value state() const { return kind_.state(); }

   private:
    Kind kind_;
  };

  static Value initial(const Value& given) {
    return Kind(given.is_list() ? given : Value(Value::List{})).state();
  }
  static std::string refuse(const Call& call) {
    if (call.f == Kind::k_remove) return "";
    if (call.f != Kind::k_add)
      return std::string("the operation must be ") + Kind::k_add + " or " + Kind::k_remove;
    return call.arguments.is_nil() ? std::string("nil is no element") : "";
  }
  static Role role(const Call& call) {
    // Only a removal that found nothing leaves the state as it is.
    const bool found_nothing = call.f == Kind::k_remove && answered(call) == Value();
    return found_nothing ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    Live live(state);
    if (!live.apply(call)) return std::nullopt;
    return live.state();
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string claim = call.result.is_nil() ? std::string(" found nothing")
                                                   : " answered " + to_string(call.result);
    const Kind kind(state);
    return str(call.f, claim, ", but ", kind.empty() ? "it is empty" : kind.next());
  }
  static std::string describe(const Value& state) { return to_string(state); }
};

}  // namespace plumbline
