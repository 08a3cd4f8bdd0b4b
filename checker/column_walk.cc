#include "checker/column_walk.h"

#include <algorithm>

namespace plumbline {
namespace {

constexpr std::size_t k_looked_ahead = 32;
constexpr int k_most_updates = 3;  // one after another, to reach a value

}  // namespace

void ColumnWalk::place_observers() {
  std::erase_if(open_, [&](const Open& call) {
    const bool legal = call.observes() && call.step.from == value_;
    if (legal) order_.push_back(call.row);
    return legal;
  });
}

/// Requires: it is legal, and in neither list any more.
void ColumnWalk::place(const Open& call) {
  place_observers();
  if (call.blind()) {
    last_blind_ = order_.size();
    last_blind_at_ = now_;
  }
  order_.push_back(call.row);
  if (call.observes()) return;
  value_ = call.step.to;
  place_observers();
}

/// Places open updates that leave `value`, at most so many. False: there are none.
bool ColumnWalk::reach(ValueId value, int updates) {
  if (value_ == value) return true;
  if (updates == 0) return false;
  for (std::vector<Open>* from : {&open_, &late_})
    for (std::size_t i = 0; i < from->size(); ++i) {
      const Open call = (*from)[i];
      if (call.observes() || call.step.to != value) continue;
      if (!call.blind() && call.step.from != value_ && updates == 1) continue;
      from->erase(from->begin() + static_cast<std::ptrdiff_t>(i));
      if (!call.blind() && !reach(call.step.from, updates - 1)) return false;
      place(call);
      return true;
    }
  return false;
}

/// The value that is needed first from here on, if that is soon.
ValueId ColumnWalk::needed_next() const {
  for (const Open& call : open_)
    if (!call.blind()) return call.step.from;
  const std::size_t end = std::min(next_ + k_looked_ahead, steps_->size());
  for (std::size_t i = next_; i < end; ++i) {
    const ColumnStep& step = (*steps_)[i];
    if (step.from != ValueTable::k_no_value && key_->required(key_->rows[i])) return step.from;
  }
  return ValueTable::k_no_value;
}

/// Should an overwriting call that returns go before the last one in the order?
bool ColumnWalk::hides(const Open& call) const {
  return call.invoked < last_blind_at_ && call.step.to != value_ && needed_next() == value_;
}

/// Places a call that returns. False: there is no way.
bool ColumnWalk::finish(const Open& call) {
  if (!call.blind()) {
    if (!reach(call.step.from, k_most_updates)) return false;
    place(call);
    return true;
  }
  if (hides(call)) {
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(last_blind_), call.row);
    ++last_blind_;
    return true;
  }
  // Who needs what is here now goes first.
  const auto swap = std::ranges::find_if(open_, [&](const Open& other) {
    return !other.observes() && !other.blind() && other.step.from == value_;
  });
  if (swap != open_.end()) {
    const Open first = *swap;
    open_.erase(swap);
    place(first);
  }
  place(call);
  return true;
}

bool ColumnWalk::finish_before(std::uint32_t position) {
  for (;;) {
    const auto first = std::ranges::min_element(open_, {}, &Open::returned);
    if (first == open_.end() || first->returned >= position) return true;
    const Open call = *first;
    open_.erase(first);
    now_ = call.returned;
    if (!finish(call)) return false;
  }
}

bool ColumnWalk::gets_through(const KeyRows& key, const std::vector<ColumnStep>& steps) {
  using What = ColumnStep::What;
  key_ = &key;
  steps_ = &steps;
  value_ = key.initial;
  open_.clear();
  late_.clear();
  order_.clear();
  last_blind_at_ = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::uint32_t row = key.rows[i];
    const Open call{row, key.table.invoked(row), key.returned(row), steps[i]};
    next_ = i;
    if (!finish_before(call.invoked)) return false;
    if (call.step.what == What::foreign) return false;
    if (call.step.what == What::nothing) continue;
    if (call.observes() && call.step.from == value_)
      order_.push_back(row);
    else
      (call.returned == k_open ? late_ : open_).push_back(call);
  }
  next_ = steps.size();
  return finish_before(k_open);
}

}  // namespace plumbline
