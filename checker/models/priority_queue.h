#pragma once
/// PriorityQueue: insert element    pop-min -> least element (nil: it was empty)
/// Least by Value's order: numbers by size, texts by their bytes, lists by their parts in turn.
/// Starts empty. A pop-min without a known answer takes the least element, if there is any.

#include <algorithm>
#include <set>

#include "checker/models/collection.h"

namespace plumbline {

class LeastFirst {
 public:
  static constexpr const char* k_add = "insert";
  static constexpr const char* k_remove = "pop-min";
  explicit LeastFirst(const Value& state)
      : elements_(state.as_list().begin(), state.as_list().end()) {}
  Value state() const { return Value(Value::List(elements_.begin(), elements_.end())); }
  void add(const Value& element) { elements_.insert(element); }
  bool take(const Value& element) {
    if (elements_.empty() || *elements_.begin() != element) return false;
    elements_.erase(elements_.begin());
    return true;
  }
  void take_any() { elements_.erase(elements_.begin()); }
  bool empty() const { return elements_.empty(); }
  std::string next() const { return to_string(*elements_.begin()) + " is the least"; }

 private:
  std::multiset<Value> elements_;
};

using PriorityQueue = Collection<LeastFirst>;

}  // namespace plumbline
