#pragma once
/// UnorderedQueue (a bag): enqueue element    dequeue -> any element (nil: it was empty)
/// Starts empty.
///
/// A dequeue without a known answer takes some element, and nobody knows which. So the state holds
/// all elements that may be there, and how many of them are not: layers, each with the elements
/// that were added after the one before it was closed, and how many dequeues without an answer came
/// when it was the last one. Those took elements of their own layer or of earlier ones. So for each
/// layer no more can be taken up to it than there are elements up to it (Hall: and if no more are,
/// they can be); when as many are, all of them are gone, and the layers up to it are forgotten.

#include <deque>
#include <set>

#include "checker/models/collection.h"

namespace plumbline {

class AnyOrder {
 public:
  static constexpr const char* k_add = "enqueue";
  static constexpr const char* k_remove = "dequeue";
  /// The state: a list of [taken element...], or, as an initial value, of elements.
  explicit AnyOrder(const Value& state) {
    for (const Value& layer : state.as_list()) {
      if (!layer.is_list()) {
        add(layer);
        continue;
      }
      const Value::List& parts = layer.as_list();
      Layer& last = layers_.emplace_back();
      last.taken = static_cast<std::size_t>(parts.front().as_int());
      last.elements.insert(parts.begin() + 1, parts.end());
    }
  }
  Value state() const {
    Value::List layers;
    for (const Layer& layer : layers_) {
      Value::List parts = {Value(static_cast<std::int64_t>(layer.taken))};
      parts.insert(parts.end(), layer.elements.begin(), layer.elements.end());
      layers.emplace_back(std::move(parts));
    }
    return Value(std::move(layers));
  }
  void add(const Value& element) {
    if (layers_.empty() || layers_.back().taken > 0) layers_.emplace_back();
    layers_.back().elements.insert(element);
  }
  bool take(const Value& element) {
    for (std::size_t i = layers_.size(); i-- > 0;) {  // a later one is seldom spoken for
      const auto at = layers_[i].elements.find(element);
      if (at == layers_[i].elements.end()) continue;
      if (!spare_from(i)) continue;
      layers_[i].elements.erase(at);
      forget();
      return true;
    }
    return false;
  }
  void take_any() {
    ++layers_.back().taken;
    forget();
  }
  bool empty() const { return layers_.empty(); }
  std::string next() const {
    Value::List elements;
    std::size_t taken = 0;
    for (const Layer& layer : layers_) {
      elements.insert(elements.end(), layer.elements.begin(), layer.elements.end());
      taken += layer.taken;
    }
    std::string text = "it holds " + to_string(Value(std::move(elements)));
    return taken == 0 ? text : str(text, " without ", taken, " of them");
  }

 private:
  struct Layer {
    std::multiset<Value> elements{};
    std::size_t taken = 0;
  };
  /// Could an element of layer `i` be there, so that those taken are others?
  bool spare_from(std::size_t i) const {
    std::size_t there = 0, taken = 0;
    for (std::size_t j = 0; j < layers_.size(); ++j) {
      there += layers_[j].elements.size();
      taken += layers_[j].taken;
      if (j >= i && there <= taken) return false;
    }
    return true;
  }
  void forget() {
    std::size_t there = 0, taken = 0, gone = 0;
    for (std::size_t j = 0; j < layers_.size(); ++j) {
      there += layers_[j].elements.size();
      taken += layers_[j].taken;
      if (there == taken) gone = j + 1;
    }
    layers_.erase(layers_.begin(), layers_.begin() + static_cast<std::ptrdiff_t>(gone));
  }
  std::deque<Layer> layers_;
};

using UnorderedQueue = Collection<AnyOrder>;

}  // namespace plumbline
