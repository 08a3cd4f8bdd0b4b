#pragma once
/// Objects with more to them than one value: counter, list, growing set, several registers.

#include <algorithm>
#include <map>

#include "checker/verify/cells.h"

namespace plumbline::verifying {

inline Value::List elements_of(const Value& value) {
  return value.is_list() ? value.as_list() : Value::List{};
}
inline Value narrowed(const Value& list, const std::set<Value>& only) {
  Value::List kept = elements_of(list);
  std::erase_if(kept, [&](const Value& element) { return !only.contains(element); });
  return kept;
}

class CounterSpec final : public Spec {
 public:
  explicit CounterSpec(const Value& initial) : sum_(initial.is_int() ? initial.as_int() : 0) {}
  bool knows(const Call& call) const override {
    if (call.f == "add" || call.f == "add-and-get") return call.arguments.is_int();
    return call.f == "read" || call.f == "increment" || call.f == "decrement";
  }
  bool step(const Call& call) override {
    if (__builtin_add_overflow(sum_, amount(call), &sum_)) return false;
    const auto said = settles(call);
    return !said || *said == Value(sum_);
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<CounterSpec>(*this); }
  std::string show() const override { return std::to_string(sum_); }
  bool observes(const Call& call) const override { return call.f == "read"; }
  /// What it says that the sum is after it.
  std::optional<Value> settles(const Call& call) const override {
    if (!ended_ok(call)) return std::nullopt;
    if (call.f == "read") return call.result;
    const bool says = call.f == "add-and-get" && !call.result.is_nil();
    return says ? std::optional(call.result) : std::nullopt;
  }
  bool may_see(const Call& seer, const Call& update) const override {
    return settles(seer).has_value() && amount(update) != 0;
  }

 private:
  static std::int64_t amount(const Call& call) {
    if (call.f == "read") return 0;
    if (call.f == "increment") return 1;
    return call.f == "decrement" ? -1 : call.arguments.as_int();
  }
  std::int64_t sum_;
};

/// A list that only grows, read as a whole.
class ListSpec final : public Spec {
 public:
  explicit ListSpec(const Value& initial) : list_(elements_of(initial)) {}
  bool knows(const Call& call) const override { return call.f == "read" || call.f == "append"; }
  bool step(const Call& call) override {
    if (call.f == "append") list_.push_back(call.arguments);
    if (call.f == "append" || !ended_ok(call)) return true;
    if (!call.result.is_list()) return call.result.is_nil() && list_.empty();
    return call.result.as_list() == list_;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<ListSpec>(*this); }
  std::string show() const override { return to_string(Value(list_)); }
  bool observes(const Call& call) const override { return call.f == "read"; }
  std::optional<Value> settles(const Call& call) const override {
    return call.f == "read" && ended_ok(call) ? std::optional(call.result) : std::nullopt;
  }
  bool may_see(const Call& seer, const Call& update) const override {
    if (seer.f != "read" || !ended_ok(seer) || !seer.result.is_list()) return false;
    return std::ranges::find(seer.result.as_list(), update.arguments) !=
           seer.result.as_list().end();
  }
  std::vector<Value> parts(const Call& call) const override {
    return call.f == "read" ? elements_of(call.result) : Value::List{call.arguments};
  }
  bool has_parts() const override { return true; }
  bool narrow(Call& call, const std::set<Value>& only) const override {
    if (call.f != "read") return only.contains(call.arguments);
    if (ended_ok(call)) call.result = narrowed(call.result, only);
    return true;
  }
  Value narrow_start(Value initial, const std::set<Value>& only) const override {
    return narrowed(initial, only);
  }

 private:
  Value::List list_;
};

/// A set that only grows, read as a whole.
class GrowingSetSpec final : public Spec {
 public:
  explicit GrowingSetSpec(const Value& initial) {
    for (const Value& element : elements_of(initial)) set_.insert(element);
  }
  bool knows(const Call& call) const override { return call.f == "read" || call.f == "add"; }
  bool step(const Call& call) override {
    if (call.f == "add") set_.insert(call.arguments);
    if (call.f == "add" || !ended_ok(call)) return true;
    if (!call.result.is_list() || call.result.as_list().size() != set_.size()) return false;
    const Value::List& read = call.result.as_list();
    return std::set<Value>(read.begin(), read.end()) == set_;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<GrowingSetSpec>(*this); }
  std::string show() const override {
    return to_string(Value(Value::List(set_.begin(), set_.end())));
  }
  bool observes(const Call& call) const override { return call.f == "read"; }
  std::optional<Value> settles(const Call& call) const override { return rules_.settles(call); }
  bool may_see(const Call& seer, const Call& update) const override {
    return rules_.may_see(seer, update);
  }
  std::vector<Value> parts(const Call& call) const override { return rules_.parts(call); }
  bool has_parts() const override { return true; }
  bool narrow(Call& call, const std::set<Value>& only) const override {
    return rules_.narrow(call, only);
  }
  Value narrow_start(Value initial, const std::set<Value>& only) const override {
    return narrowed(initial, only);
  }

 private:
  std::set<Value> set_;
  ListSpec rules_{Value()};
};

/// Several registers; transactions read and write them together.
class RegistersSpec final : public Spec {
 public:
  explicit RegistersSpec(Value others) : others_(std::move(others)) {}
  bool knows(const Call& call) const override {
    return call.f == "txn" && well_formed(call.arguments) &&
           (!ended_ok(call) || well_formed(call.result));
  }
  bool step(const Call& call) override {
    for (const Value& part : parts_of(call)) {
      const Value::List& p = part.as_list();
      const auto [at, fresh] = values_.try_emplace(p[1], others_);
      if (!reads(p))
        at->second = p[2];
      else if (ended_ok(call) && at->second != p[2])
        return false;
    }
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<RegistersSpec>(*this); }
  std::string show() const override {
    std::string text;
    for (const auto& [name, value] : values_)
      if (value != others_) text += to_string(name) + "=" + to_string(value) + " ";
    return text + "others " + to_string(others_);
  }
  bool observes(const Call& call) const override {
    return std::ranges::all_of(parts_of(call), [](const Value& p) { return reads(p.as_list()); });
  }
  /// Of each register only the last write before it matters, and that one left what it read.
  bool may_see(const Call& seer, const Call& update) const override {
    if (!ended_ok(seer)) return false;
    return std::ranges::any_of(parts_of(seer), [&](const Value& seen) {
      return reads(seen.as_list()) &&
             std::ranges::any_of(parts_of(update), [&](const Value& written) {
               const Value::List &r = seen.as_list(), &w = written.as_list();
               return !reads(w) && w[1] == r[1] && w[2] == r[2];
             });
    });
  }
  std::vector<Value> parts(const Call& call) const override {
    std::vector<Value> names;
    for (const Value& part : parts_of(call)) names.push_back(part.as_list()[1]);
    return names;
  }
  bool has_parts() const override { return true; }
  bool narrow(Call& call, const std::set<Value>& only) const override {
    const auto other = [&](const Value& p) { return !only.contains(p.as_list()[1]); };
    Value& parts = ended_ok(call) ? call.result : call.arguments;
    Value::List kept = parts.as_list();
    std::erase_if(kept, other);
    const bool any = !kept.empty();
    parts = std::move(kept);
    return any;
  }

 private:
  static bool reads(const Value::List& part) {
    return part[0] == Value("r") || part[0] == Value("read");
  }
  static const Value::List& parts_of(const Call& call) {
    return (ended_ok(call) ? call.result : call.arguments).as_list();
  }
  static bool well_formed(const Value& parts) {
    return parts.is_list() && std::ranges::all_of(parts.as_list(), [](const Value& p) {
             return p.is_list() && p.as_list().size() == 3 && p.as_list()[0].is_text();
           });
  }

  Value others_;
  std::map<Value, Value> values_;
};

}  // namespace plumbline::verifying
