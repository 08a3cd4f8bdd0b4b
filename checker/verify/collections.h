#pragma once
/// Objects that elements are put into and taken out of. A removal whose answer is not known takes
/// what is there, if anything is.

#include <deque>

#include "checker/verify/compounds.h"

namespace plumbline::verifying {

/// What all of them share: their parts are the elements of one value each.
class CollectionSpec : public Spec {
 public:
  CollectionSpec(const char* add, const char* remove) : add_(add), remove_(remove) {}
  bool knows(const Call& call) const override {
    return call.f == remove_ || (call.f == add_ && !call.arguments.is_nil());
  }
  bool observes(const Call& call) const override {
    return call.f == remove_ && ended_ok(call) && call.result.is_nil();
  }
  std::optional<Value> settles(const Call& call) const override {
    return observes(call) ? std::optional(Value(Value::List{})) : std::nullopt;
  }
  std::vector<Value> parts(const Call& call) const override {
    if (call.f == add_) return {call.arguments};
    return call.result.is_nil() ? Value::List{} : Value::List{call.result};
  }
  bool has_parts() const override { return true; }
  bool narrow(Call& call, const std::set<Value>& only) const override {
    if (call.f == add_) return only.contains(call.arguments);
    return !ended_ok(call) || call.result.is_nil() || only.contains(call.result);
  }
  Value narrow_start(Value initial, const std::set<Value>& only) const override {
    return narrowed(initial, only);
  }
  bool takes_any(const Call& call) const override { return call.f == remove_ && !ended_ok(call); }
  bool all_taken(const Value& initial, const std::vector<const Call*>& begun,
                 const std::vector<const Call*>& ended,
                 const std::set<Value>& only) const override {
    std::map<Value, std::int64_t> left;
    const auto add = [&](const Value& element, std::int64_t count) {
      if (only.contains(element)) left[element] += count;
    };
    for (const Value& element : elements_of(initial)) add(element, 1);
    for (const Call* call : begun)
      if (call->f == add_) add(call->arguments, 1);
    for (const Call* call : ended)
      if (call->f == remove_) add(call->result, -1);
    return std::ranges::all_of(left, [](const auto& part) { return part.second <= 0; });
  }

 protected:
  const char* add_;
  const char* remove_;
};

/// First in, first out; or last in, first out.
template <bool Newest>
class LineSpec final : public CollectionSpec {
 public:
  explicit LineSpec(const Value& initial)
      : CollectionSpec(Newest ? "push" : "enqueue", Newest ? "pop" : "dequeue") {
    for (const Value& element : elements_of(initial)) line_.push_back(element);
  }
  bool step(const Call& call) override {
    if (call.f == add_) line_.push_back(call.arguments);
    if (call.f == add_) return true;
    if (line_.empty()) return !ended_ok(call) || call.result.is_nil();
    if (ended_ok(call) && call.result != (Newest ? line_.back() : line_.front())) return false;
    if (Newest)
      line_.pop_back();
    else
      line_.pop_front();
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<LineSpec>(*this); }
  std::string show() const override {
    return to_string(Value(Value::List(line_.begin(), line_.end())));
  }

 private:
  std::deque<Value> line_;
};
using QueueSpec = LineSpec<false>;
using StackSpec = LineSpec<true>;

/// The least element goes first.
class LeastSpec final : public CollectionSpec {
 public:
  explicit LeastSpec(const Value& initial) : CollectionSpec("insert", "pop-min") {
    for (const Value& element : elements_of(initial)) elements_.insert(element);
  }
  bool step(const Call& call) override {
    if (call.f == add_) elements_.insert(call.arguments);
    if (call.f == add_) return true;
    if (elements_.empty()) return !ended_ok(call) || call.result.is_nil();
    if (ended_ok(call) && call.result != *elements_.begin()) return false;
    elements_.erase(elements_.begin());
    return true;
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<LeastSpec>(*this); }
  std::string show() const override {
    return to_string(Value(Value::List(elements_.begin(), elements_.end())));
  }

 private:
  std::multiset<Value> elements_;
};

/// Any element goes. A removal whose answer is not known took one of those that were there, and
/// which is left open: the last elements that may still be there are counted against the removals
/// that took one of them. The elements that the k-th of these removals could take are among those
/// that the next one could take too, so each can have one of its own iff for every k there are k
/// elements that were put in before the k-th and are not known to have been taken (Hall).
class BagSpec final : public CollectionSpec {
 public:
  explicit BagSpec(const Value& initial) : CollectionSpec("enqueue", "dequeue") {
    for (const Value& element : elements_of(initial)) put(element);
  }
  bool step(const Call& call) override {
    if (call.f == add_) {
      put(call.arguments);
      return true;
    }
    const bool empty = places_.size() == spare_.size();
    if (!ended_ok(call)) {
      if (!empty) spare_.emplace_back(added_, places_.size() - spare_.size() - 1);
      return true;
    }
    return call.result.is_nil() ? empty : take(call.result);
  }
  std::unique_ptr<Spec> copy() const override { return std::make_unique<BagSpec>(*this); }
  std::string show() const override {
    std::string text;
    for (const auto& [element, place] : places_)
      text += to_string(element) + "@" + std::to_string(place) + " ";
    for (const auto& [before, left] : spare_) text += "?" + std::to_string(before) + " ";
    return text;
  }

 private:
  void put(const Value& element) { places_.emplace(element, added_++); }
  /// Of equal ones the last: it is of use to the fewest removals.
  bool take(const Value& element) {
    const auto at = places_.upper_bound({element, INT64_MAX});
    if (at == places_.begin() || std::prev(at)->first != element) return false;
    const std::int64_t place = std::prev(at)->second;
    places_.erase(std::prev(at));
    for (auto& [before, left] : spare_)
      if (place < before && left-- == 0) return false;
    return true;
  }

  std::set<std::pair<Value, std::int64_t>> places_;  ///< element, how many were put in before it
  /// Of each removal of an unknown element: how many were put in before it, and how many of those
  /// that may be there are not needed by it and the ones before it.
  std::vector<std::pair<std::int64_t, std::size_t>> spare_;
  std::int64_t added_ = 0;
};

}  // namespace plumbline::verifying
