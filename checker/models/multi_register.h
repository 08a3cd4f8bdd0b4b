#pragma once
/// Several registers that transactions read and write together.
///   txn [[read register nil] [write register value] ...] -> the same with what was read
/// Each register starts nil, or with the initial value that was given for all. The names r and w
/// are taken for read and write too. There is no key: the whole history is one object.

#include <algorithm>

#include "checker/models/model.h"

namespace plumbline {

struct MultiRegister {
  /// A list: the value of registers that nobody wrote, then [register value] pairs in order.
  using State = Value;
  static Value initial(const Value& given) { return Value::list(given); }
  static std::string refuse(const Call& call) {
    if (call.f != "txn") return "the operation must be txn";
    if (!well_formed(call.arguments) || (call.type == EventType::ok && !well_formed(call.result)))
      return "txn takes [[read|write register value] ...]";
    return "";
  }
  static Role role(const Call& call) {
    const Value::List& parts = call.arguments.as_list();
    return std::all_of(parts.begin(), parts.end(), is_read) ? Role::observer : Role::update;
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    Value::List registers = state.as_list();
    const bool known = call.type == EventType::ok;
    for (const Value& part : (known ? call.result : call.arguments).as_list()) {
      const Value& name = part.as_list()[1];
      const Value& value = part.as_list()[2];
      auto at = std::lower_bound(registers.begin() + 1, registers.end(), name,
                                 [](const Value& r, const Value& n) { return r.as_list()[0] < n; });
      const bool written = at != registers.end() && at->as_list()[0] == name;
      if (is_read(part)) {
        if (known && value != (written ? at->as_list()[1] : registers[0])) return std::nullopt;
      } else if (written) {
        *at = Value::list(name, value);
      } else {
        registers.insert(at, Value::list(name, value));
      }
    }
    return Value(std::move(registers));
  }
  /// Names the first read that does not fit.
  static std::string why_not(const Value& state, const Call& call) {
    Call so_far = call;
    Value::List parts;
    for (const Value& part : call.result.as_list()) {
      const auto before = step(state, with_result(so_far, parts));
      parts.push_back(part);
      if (before && !step(state, with_result(so_far, parts)))
        return str("the transaction read ", to_string(part.as_list()[2]), " from ",
                   to_string(part.as_list()[1]), ", which then holds ",
                   to_string(held(*before, part.as_list()[1])));
    }
    return "";
  }
  static std::string describe(const Value& state) {
    const Value::List& all = state.as_list();
    std::string text = "others " + to_string(all[0]);
    for (std::size_t i = 1; i < all.size(); ++i)
      text += ", " + to_string(all[i].as_list()[0]) + " " + to_string(all[i].as_list()[1]);
    return text;
  }

 private:
  static const Call& with_result(Call& call, const Value::List& parts) {
    call.result = Value(parts);
    return call;
  }
  static Value held(const Value& state, const Value& name) {
    const Value::List& all = state.as_list();
    for (std::size_t i = 1; i < all.size(); ++i)
      if (all[i].as_list()[0] == name) return all[i].as_list()[1];
    return all[0];
  }
  static bool is_read(const Value& part) {
    const std::string& f = part.as_list()[0].as_text();
    return f == "read" || f == "r";
  }
  static bool well_formed(const Value& transaction) {
    if (!transaction.is_list()) return false;
    return std::all_of(transaction.as_list().begin(), transaction.as_list().end(),
                       [](const Value& p) {
                         if (!p.is_list() || p.as_list().size() != 3 || !p.as_list()[0].is_text())
                           return false;
                         const std::string& f = p.as_list()[0].as_text();
                         return f == "read" || f == "r" || f == "write" || f == "w";
                       });
  }
};

}  // namespace plumbline
