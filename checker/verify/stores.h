#pragma once
/// Objects of more than one part whose answers are refusals, tokens and revisions: a key of a
/// key-value store, a set by elements, locks that know their holder, fencing tokens, versions.

#include <cstdint>
#include <set>

#include "checker/verify/cells.h"

namespace plumbline::verifying {

inline bool answered_false(const Call& call) {
  return ended_ok(call) && call.result == Value(false);
}
inline bool is_pair(const Value& value) { return value.is_list() && value.as_list().size() == 2; }

/// Nothing, nil and the empty text are one.
class KeySpec final : public Spec {
 public:
  explicit KeySpec(const Value& initial) : value_(plain(initial)) {}
  bool knows(const Call& call) const override {
    if (call.f == "cas") return is_pair(call.arguments);
    if (call.f == "append") return call.arguments.is_text();
    return reads(call) || call.f == "put" || call.f == "write" || call.f == "delete" ||
           call.f == "remove";
  }
  bool step(const Call& call) override {
    if (reads(call)) return !ended_ok(call) || plain(call.result) == value_;
    if (call.f == "cas") {
      const bool same = plain(call.arguments.as_list()[0]) == value_;
      if (answered_false(call)) return !same;
      value_ = plain(call.arguments.as_list()[1]);
      return same;
    }
    if (call.f == "append") {
      if (!value_.is_nil() && !value_.is_text()) return false;
      value_ = plain((value_.is_text() ? value_.as_text() : "") + call.arguments.as_text());
      return true;
    }
    const bool puts = call.f == "put" || call.f == "write";
    value_ = puts ? plain(call.arguments) : Value();
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<KeySpec>(*this); }
  std::string show() const override { return to_string(value_); }
  bool observes(const Call& call) const override {
    return reads(call) || (call.f == "cas" && answered_false(call));
  }
  std::optional<Value> settles(const Call& call) const override {
    if (call.f == "append" || (call.f == "cas" && answered_false(call))) return std::nullopt;
    if (call.f == "cas") return plain(call.arguments.as_list()[1]);
    if (reads(call)) return ended_ok(call) ? std::optional(plain(call.result)) : std::nullopt;
    return call.f == "put" || call.f == "write" ? plain(call.arguments) : Value();
  }
  /// A text that was put or appended is in the text until that is replaced as a whole; another
  /// value is there as it was put. Whatever empties the key or may be refused is always seen.
  bool may_see(const Call& seer, const Call& update) const override {
    if (seer.f == "append" || (seer.f == "cas" && answered_false(seer))) return true;
    const bool looks = seer.f == "cas" || (reads(seer) && ended_ok(seer));
    if (!looks || observes(update)) return false;
    const bool appends = update.f == "append";
    const auto left = appends ? std::optional(update.arguments) : settles(update);
    if (update.f == "cas" || !left || plain(*left).is_nil()) return true;
    const Value needed = plain(seer.f == "cas" ? seer.arguments.as_list()[0] : seer.result);
    if (!left->is_text()) return needed == *left;
    return needed.is_text() && needed.as_text().find(left->as_text()) != std::string::npos;
  }

 private:
  static bool reads(const Call& call) { return call.f == "get" || call.f == "read"; }
  static Value plain(const Value& value) { return value == Value("") ? Value() : value; }
  Value value_;
};

/// The argument is the element; nil is one too, for sets whose key is the element.
class ElementsSpec final : public Spec {
 public:
  explicit ElementsSpec(const Value& initial) {
    if (initial == Value(true)) in_.insert(Value());
    if (initial.is_list()) in_.insert(initial.as_list().begin(), initial.as_list().end());
  }
  bool knows(const Call& call) const override {
    return call.f == "add" || call.f == "remove" || call.f == "contains";
  }
  bool step(const Call& call) override {
    const bool in = in_.contains(call.arguments);
    const Value said = answer(call);
    if (said.is_bool() && said.as_bool() != (call.f == "add" ? !in : in)) return false;
    if (call.f == "add") in_.insert(call.arguments);
    if (call.f == "remove") in_.erase(call.arguments);
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<ElementsSpec>(*this); }
  std::string show() const override {
    return to_string(Value(Value::List(in_.begin(), in_.end())));
  }
  bool observes(const Call& call) const override { return call.f == "contains"; }
  /// Of a set whose key is the element.
  std::optional<Value> settles(const Call& call) const override {
    if (!call.arguments.is_nil()) return std::nullopt;
    const auto left = leaves(call);
    return left ? left : needs(call);
  }
  bool may_see(const Call& seer, const Call& update) const override {
    const auto needed = needs(seer);
    return seer.arguments == update.arguments && needed && needed == leaves(update);
  }
  std::vector<Value> parts(const Call& call) const override { return {call.arguments}; }
  bool has_parts() const override { return true; }
  bool narrow(Call& call, const std::set<Value>& only) const override {
    return only.contains(call.arguments);
  }
  Value narrow_start(Value initial, const std::set<Value>& only) const override {
    if (!initial.is_list()) return initial;
    Value::List kept = initial.as_list();
    std::erase_if(kept, [&](const Value& element) { return !only.contains(element); });
    return kept;
  }

 private:
  static std::optional<Value> needs(const Call& call) {
    const Value said = answer(call);
    if (!said.is_bool()) return std::nullopt;
    return call.f == "add" ? Value(!said.as_bool()) : said;
  }
  static std::optional<Value> leaves(const Call& call) {
    return call.f == "contains" ? std::nullopt : std::optional(Value(call.f == "add"));
  }
  /// Some answer [element answer] to [element nil].
  static Value answer(const Call& call) {
    if (!ended_ok(call)) return {};
    const bool both = is_pair(call.arguments) && is_pair(call.result) &&
                      call.arguments.as_list()[0] == call.result.as_list()[0];
    if (both) return call.result.as_list()[1];
    return call.result == call.arguments ? Value() : call.result;
  }
  std::set<Value> in_;
};

/// A state is [the most that it can be held, by whom it is held, how often].
class HeldSpec final : public Spec {
 public:
  HeldSpec(const Value& initial, std::int64_t most) : most_(most) {
    if (!initial.is_list() || initial.as_list().size() != 3) return;
    const Value &limit = initial.as_list()[0], &times = initial.as_list()[2];
    if (!limit.is_int() || !times.is_int()) return;
    most_ = limit.as_int();
    holder_ = initial.as_list()[1];
    times_ = times.as_int();
  }
  bool knows(const Call& call) const override { return call.f == "acquire" || call.f == "release"; }
  bool step(const Call& call) override {
    const Value by = owner(call);
    const bool takes = call.f == "acquire";
    const bool own = times_ > 0 && holder_ == by;
    const bool can = takes ? times_ == 0 || (own && times_ < most_) : own;
    if (answered_false(call)) return !can;
    holder_ = by;
    times_ += takes ? 1 : -1;
    return can;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<HeldSpec>(*this); }
  std::string show() const override {
    return times_ == 0 ? "free" : to_string(Value::list(holder_, times_));
  }
  bool by_process() const override { return true; }
  bool observes(const Call& call) const override { return answered_false(call); }
  /// An acquire lacks a release that is deleted, and a release its own acquire. Otherwise, if what
  /// comes before is legal still, somebody's calls would not add up but for the seer's own, which
  /// leave it more or as much room.
  bool may_see(const Call& seer, const Call& update) const override {
    if (answered_false(seer)) return true;
    if (seer.f == "acquire") return update.f == "release";
    return update.f == "acquire" && owner(update) == owner(seer);
  }
  bool countable() const override { return true; }
  /// Let an owner's count be what has ended of its acquires less its releases. If one with a count
  /// above nought has no call open, it holds the lock, so often, and nobody else does: of every
  /// other, acquires and releases are equal in number. Where its open releases are as many as its
  /// count, that takes all of these, and none of its open acquires.
  std::optional<Instant> at_instant(const std::vector<const Call*>& ended,
                                    const std::vector<const Call*>& open) const override {
    struct Tally {
      std::int64_t count = 0, releasing = 0;
      bool busy = false;
    };
    std::map<Value, Tally> owners;
    if (times_ > 0) owners[holder_].count = times_;
    for (const Call* call : ended) owners[owner(*call)].count += call->f == "acquire" ? 1 : -1;
    Instant held;
    for (const Call* call : open) {
      Tally& tally = owners[owner(*call)];
      tally.busy = true;
      if (call->f != "release") continue;
      ++tally.releasing;
      held.before.insert(call->id);
    }
    bool known = false;
    for (const auto& [by, tally] : owners) {
      const bool holds = tally.count > 0 && !tally.busy;
      if (holds ? known : tally.count != tally.releasing) return std::nullopt;
      if (!holds) continue;
      known = true;
      held.state = Value::list(most_, by, tally.count);
    }
    if (!known) return std::nullopt;
    return held;
  }

 private:
  static Value owner(const Call& call) {
    return call.arguments.is_nil() ? Value(call.process) : call.arguments;
  }
  Value holder_;
  std::int64_t times_ = 0, most_;
};

class FencedSpec final : public Spec {
 public:
  explicit FencedSpec(Value initial) : stored_(std::move(initial)) {}
  bool knows(const Call& call) const override {
    if (call.f == "acquire") return !ended_ok(call) || call.result.is_int();
    if (call.f == "write") return is_pair(call.arguments) && call.arguments.as_list()[0].is_int();
    return (call.f == "release" || call.f == "read") && call.arguments.is_int();
  }
  bool step(const Call& call) override {
    if (call.f == "acquire") {
      if (!ended_ok(call)) return true;
      const bool grows = call.result.as_int() > granted_;
      granted_ = call.result.as_int();
      return grows;
    }
    const bool writes = call.f == "write";
    const std::int64_t by = (writes ? call.arguments.as_list()[0] : call.arguments).as_int();
    if (call.f == "release") return by <= granted_;
    if (answered_false(call)) return by < seen_;
    if (by < seen_) return !ended_ok(call);
    seen_ = by;
    if (writes) stored_ = call.arguments.as_list()[1];
    return writes || !ended_ok(call) || call.result == Value::list(stored_);
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<FencedSpec>(*this); }
  std::string show() const override { return to_string(Value::list(granted_, seen_, stored_)); }
  bool observes(const Call& call) const override {
    if (call.f == "acquire") return !ended_ok(call);
    return call.f == "release" || answered_false(call);
  }

 private:
  std::int64_t granted_ = 0, seen_ = 0;
  Value stored_;
};

/// While nobody has told the revision of the last change: the least it can be, and what it is not.
class VersionedSpec final : public Spec {
 public:
  explicit VersionedSpec(const Value& initial) {
    if (!is_pair(initial)) return;
    value_ = initial.as_list()[0];
    least_ = initial.as_list()[1].as_int();
  }
  bool knows(const Call& call) const override {
    if (call.f == "read")
      return !ended_ok(call) || call.result.is_nil() ||
             (is_pair(call.result) && call.result.as_list()[1].is_int());
    if (call.f == "cas" && !(is_pair(call.arguments) && call.arguments.as_list()[0].is_int()))
      return false;
    const bool changes = call.f == "cas" || call.f == "write" || call.f == "delete";
    const bool refused = call.f == "cas" && answered_false(call);
    return changes && (!ended_ok(call) || call.result.is_int() || refused);
  }
  bool step(const Call& call) override {
    if (call.f == "read") {
      if (!ended_ok(call)) return true;
      const Value seen = call.result.is_nil() ? Value::list(Value(), 0) : call.result;
      return seen.as_list()[0] == value_ && settle(seen.as_list()[1].as_int());
    }
    if (call.f == "cas") {
      const std::int64_t expected = call.arguments.as_list()[0].as_int();
      if (answered_false(call)) return exclude(expected);
      if (!settle(expected)) return false;
    }
    const bool told = ended_ok(call);
    if (told && call.result.as_int() <= least_) return false;
    value_ = call.f == "write" ? call.arguments
             : call.f == "cas" ? call.arguments.as_list()[1]
                               : Value();
    least_ = told ? call.result.as_int() : least_ + 1;
    exact_ = told;
    others_.clear();
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<VersionedSpec>(*this); }
  std::string show() const override {
    std::string text = to_string(Value::list(value_, least_, exact_));
    for (const std::int64_t other : others_) text += " not " + std::to_string(other);
    return text;
  }
  bool observes(const Call& call) const override { return call.f == "read" && !ended_ok(call); }

 private:
  bool settle(std::int64_t revision) {
    if (exact_ ? revision != least_ : revision < least_ || others_.contains(revision)) return false;
    least_ = revision;
    exact_ = true;
    others_.clear();
    return true;
  }
  bool exclude(std::int64_t revision) {
    if (exact_) return revision != least_;
    if (revision >= least_) others_.insert(revision);
    return true;
  }
  Value value_;
  std::int64_t least_ = 0;
  bool exact_ = true;
  std::set<std::int64_t> others_;
};

}  // namespace plumbline::verifying
