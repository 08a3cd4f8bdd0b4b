#pragma once
/// One key of a key-value store; each key of the history is one object.
///   get -> value    put value    cas [expected new]    delete    append text
/// The names read, write and remove are taken for get, put and delete too. What put, cas, delete
/// and append answer is not looked at, but that a cas that is ok and answers false was refused.
/// Starts without a value. That, nil and the empty text are one and the same here, as most stores
/// do not tell them apart.

#include "checker/models/cas_register.h"

namespace plumbline {

/// All but append.
struct KvCell : Cell<KvCell> {
  static Value initial(const Value& given) { return plain(given); }
  static std::string refuse(const Call& call) {
    if (call.f == "append") return "nothing is appended to it";
    if (is_get(call) || is_put(call) || is_delete(call)) return "";
    if (call.f != "cas") return "the operation must be get, put, append, cas or delete";
    return CasRegister::refuse(call);
  }
  static Transition transition(const Call& call) {
    if (is_put(call)) return {.to = plain(call.arguments)};
    if (is_delete(call)) return {.to = Value()};
    if (call.f == "cas")
      return {.from = plain(call.arguments.as_list()[0]), .to = plain(call.arguments.as_list()[1])};
    const auto answer = answered(call);
    return {.from = answer ? std::optional(plain(*answer)) : std::nullopt};
  }
  static std::string why_not(const Value& state, const Call& call) {
    const std::string holds =
        state.is_nil() ? ", but the key has no value" : ", but the key holds " + to_string(state);
    if (CasRegister::refused(call))
      return str("cas from ", to_string(call.arguments.as_list()[0]), " was refused", holds);
    if (call.f == "cas") return "cas expected " + to_string(call.arguments.as_list()[0]) + holds;
    return call.f + " answered " + to_string(call.result) + holds;
  }
  static bool is_get(const Call& call) { return call.f == "get" || call.f == "read"; }
  static bool is_put(const Call& call) { return call.f == "put" || call.f == "write"; }
  static bool is_delete(const Call& call) { return call.f == "delete" || call.f == "remove"; }
  static Value plain(const Value& value) { return value == Value("") ? Value() : value; }
};

struct Kv {
  static constexpr Shows k_shows = Shows::text;
  using State = Value;
  static Value initial(const Value& given) { return KvCell::plain(given); }
  static std::string refuse(const Call& call) {
    if (CasRegister::refused(call)) return "";
    if (call.f != "append") return KvCell::refuse(call);
    return call.arguments.is_text() ? "" : "append takes a text";
  }
  static Role role(const Call& call) {
    if (CasRegister::refused(call)) return Role::observer;
    return call.f == "append" ? Role::update : KvCell::role(call);
  }
  static std::optional<Value> step(const Value& state, const Call& call) {
    if (CasRegister::refused(call)) {
      const bool found = KvCell::plain(call.arguments.as_list()[0]) == state;
      return found ? std::nullopt : std::optional(state);
    }
    if (call.f != "append") return KvCell::step(state, call);
    if (!state.is_nil() && !state.is_text()) return std::nullopt;
    return KvCell::plain(text_of(state) + call.arguments.as_text());
  }
  static std::string why_not(const Value& state, const Call& call) {
    if (call.f != "append") return KvCell::why_not(state, call);
    return str("append to a text, but the key holds ", to_string(state));
  }
  static std::string describe(const Value& state) { return to_string(state); }
  static std::string text_of(const Value& state) {
    return state.is_text() ? state.as_text() : std::string();
  }
};

}  // namespace plumbline
