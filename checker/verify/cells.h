#pragma once
/// Cells: objects whose whole state is one value. A call is legal if the value is what it needs
/// (nothing: always), and leaves what it leaves (nothing: the same).

#include "checker/verify/spec.h"

namespace plumbline::verifying {

template <class Derived>
class CellSpec : public Spec {
 public:
  explicit CellSpec(Value value) : value_(std::move(value)) {}
  bool step(const Call& call) override {
    if (const auto needed = self().needs(call); needed && *needed != value_) return false;
    if (auto left = self().leaves(call)) value_ = std::move(*left);
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<Derived>(self()); }
  std::string show() const override { return to_string(value_); }
  bool observes(const Call& call) const override {
    const auto left = self().leaves(call);
    return !left || left == self().needs(call);
  }
  std::optional<Value> settles(const Call& call) const override {
    auto left = self().leaves(call);
    return left ? left : self().needs(call);
  }
  /// Only the last update before it matters, and that one left what it needs.
  bool may_see(const Call& seer, const Call& update) const override {
    const auto needed = self().needs(seer);
    return needed && needed == self().leaves(update);
  }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }

 protected:
  Value value_;
};

inline bool ended_ok(const Call& call) { return call.type == EventType::ok; }

/// A cas that is ok and answers false found another value.
class RegisterSpec final : public CellSpec<RegisterSpec> {
 public:
  RegisterSpec(Value initial, bool swaps) : CellSpec(std::move(initial)), swaps_(swaps) {}
  bool knows(const Call& call) const override {
    if (call.f == "read" || call.f == "write") return true;
    const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2;
    return swaps_ && (call.f == "remove" || (call.f == "cas" && pair));
  }
  bool step(const Call& call) override {
    return refused(call) ? call.arguments.as_list()[0] != value_ : CellSpec::step(call);
  }
  bool may_see(const Call& seer, const Call& update) const override {
    return refused(seer) || CellSpec::may_see(seer, update);
  }
  std::optional<Value> needs(const Call& call) const {
    if (refused(call)) return std::nullopt;
    if (call.f == "cas") return call.arguments.as_list()[0];
    if (call.f != "write" && ended_ok(call)) return call.result;
    return std::nullopt;
  }
  std::optional<Value> leaves(const Call& call) const {
    if (refused(call)) return std::nullopt;
    if (call.f == "cas") return call.arguments.as_list()[1];
    if (call.f == "write") return call.arguments;
    if (call.f == "remove") return Value();
    return std::nullopt;
  }

 private:
  static bool refused(const Call& call) {
    return call.f == "cas" && ended_ok(call) && call.result == Value(false);
  }
  bool swaps_;
};

/// A lock without owners. Either operation may answer false: it was not to be had, or not held.
class LockSpec final : public CellSpec<LockSpec> {
 public:
  using CellSpec::CellSpec;
  bool knows(const Call& call) const override { return call.f == "acquire" || call.f == "release"; }
  std::vector<Value> states() const override { return {Value(false), Value(true)}; }
  bool countable() const override { return true; }
  /// Acquires and releases alternate. Say that what has ended leaves `count` more acquires than
  /// releases (with what was held at first), and that as many releases less one are open: then all
  /// of those have happened and no open acquire has, or it would be held more than once.
  std::optional<Instant> at_instant(const std::vector<const Call*>& ended,
                                    const std::vector<const Call*>& open) const override {
    std::int64_t count = value_ == Value(true) ? 1 : 0;
    for (const Call* call : ended) count += call->f == "acquire" ? 1 : -1;
    Instant held{.state = Value(true)};
    for (const Call* call : open)
      if (call->f == "release") held.before.insert(call->id);
    if (count - static_cast<std::int64_t>(held.before.size()) != 1) return std::nullopt;
    return held;
  }
  std::optional<Value> needs(const Call& call) const {
    return Value((call.f == "release") != refused(call));
  }
  std::optional<Value> leaves(const Call& call) const {
    if (refused(call)) return std::nullopt;
    return Value(call.f == "acquire");
  }

 private:
  static bool refused(const Call& call) { return ended_ok(call) && call.result == Value(false); }
};

}  // namespace plumbline::verifying
