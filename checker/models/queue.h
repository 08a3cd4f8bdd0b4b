#pragma once
/// Queue: first in, first out.   enqueue element    dequeue -> element (nil: it was empty)
/// Stack: last in, first out.    push element       pop -> element (nil: it was empty)
/// Both start empty. A removal without a known answer takes whatever is next, if anything is.

#include <deque>

#include "checker/models/collection.h"

namespace plumbline {

class FirstInFirstOut {
 public:
  static constexpr const char* k_add = "enqueue";
  static constexpr const char* k_remove = "dequeue";
  explicit FirstInFirstOut(const Value& state)
      : elements_(state.as_list().begin(), state.as_list().end()) {}
  Value state() const { return Value(Value::List(elements_.begin(), elements_.end())); }
  void add(const Value& element) { elements_.push_back(element); }
  bool take(const Value& element) {
    if (elements_.empty() || elements_.front() != element) return false;
    elements_.pop_front();
    return true;
  }
  void take_any() { elements_.pop_front(); }
  bool empty() const { return elements_.empty(); }
  std::string next() const { return to_string(elements_.front()) + " is next"; }

 private:
  std::deque<Value> elements_;
};

class LastInFirstOut {
 public:
  static constexpr const char* k_add = "push";
  static constexpr const char* k_remove = "pop";
  explicit LastInFirstOut(const Value& state) : elements_(state.as_list()) {}
  Value state() const { return Value(elements_); }
  void add(const Value& element) { elements_.push_back(element); }
  bool take(const Value& element) {
    if (elements_.empty() || elements_.back() != element) return false;
    elements_.pop_back();
    return true;
  }
  void take_any() { elements_.pop_back(); }
  bool empty() const { return elements_.empty(); }
  std::string next() const { return to_string(elements_.back()) + " is next"; }

 private:
  Value::List elements_;
};

using Queue = Collection<FirstInFirstOut>;
using Stack = Collection<LastInFirstOut>;

}  // namespace plumbline
