#include "checker/timeline.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

namespace plumbline {
namespace {

/// Hands out the least number that is free.
class Numbers {
 public:
  std::uint32_t take() {
    if (free_.empty()) return next_++;
    const std::uint32_t n = free_.top();
    free_.pop();
    return n;
  }
  void give_back(std::uint32_t n) { free_.push(n); }
  std::uint32_t most() const { return next_; }

 private:
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> free_;
  std::uint32_t next_ = 0;
};

}  // namespace

Timeline::Timeline(const std::vector<NormalCall>& calls, Machine& machine) {
  of_cell = machine.is_cell();
  std::unordered_map<EffectId, std::uint32_t> class_of;
  for (const NormalCall& c : calls) {
    const auto number = static_cast<std::uint32_t>(items.size());
    Item item{.invoked = c.call->invoked,
              .returned = c.returned,
              .effect = machine.effect(*c.call),
              .role = c.role,
              .required = c.required};
    if (of_cell) item.cell = machine.cell(item.effect);
    if (c.required) {
      returns.push_back(number);
    } else {
      const auto [at, fresh] =
          class_of.try_emplace(item.effect, static_cast<std::uint32_t>(classes.size()));
      if (fresh)
        classes.push_back({.effect = item.effect,
                           .cell = item.cell,
                           .role = c.role,
                           .last_use = c.last_use,
                           .members = {}});
      item.place = at->second;
      classes[item.place].members.push_back(number);
    }
    items.push_back(item);
  }
  std::sort(returns.begin(), returns.end(),
            [&](auto a, auto b) { return items[a].returned < items[b].returned; });
  for (std::uint32_t k = 0; k < returns.size(); ++k) items[returns[k]].step = k;
  for (std::uint32_t c = 0; c < classes.size(); ++c) {
    const auto after = std::partition_point(returns.begin(), returns.end(), [&](auto r) {
      return items[r].returned <= classes[c].last_use;
    });
    // The class is of use at the steps up to and with the last one not after last_use.
    if (after != returns.begin() && after != returns.end())
      expiries.emplace_back(static_cast<std::uint32_t>(after - returns.begin()) - 1, c);
  }
  std::sort(expiries.begin(), expiries.end());

  Numbers slot_numbers, class_numbers;
  std::size_t next = 0, expired = 0;
  for (std::size_t k = 0; k < returns.size(); ++k) {
    for (; next < items.size() && items[next].invoked < position(k); ++next) {
      Item& item = items[next];
      if (item.required)
        item.place = slot_numbers.take();
      else if (classes[item.place].members[0] == next)
        classes[item.place].slot = class_numbers.take();
    }
    begun.push_back(static_cast<std::uint32_t>(next));
    slot_numbers.give_back(items[returns[k]].place);
    for (; expired < expiries.size() && expiries[expired].first == k; ++expired)
      class_numbers.give_back(classes[expiries[expired].second].slot);
  }
  slots = slot_numbers.most();
  class_slots = class_numbers.most();
}

std::size_t Timeline::bytes() const {
  return items.size() * sizeof(Item) + classes.size() * (sizeof(Class) + 32) +
         returns.size() * 2 * sizeof(std::uint32_t);
}

Cursor::Cursor(const Timeline& timeline)
    : timeline_(timeline),
      open_(timeline.slots, k_free),
      where_(timeline.classes.size(), k_free),
      available_(timeline.classes.size(), 0) {
  if (timeline_.steps() > 0) begin_items(0);
}

void Cursor::begin_items(std::size_t step) {
  for (std::uint32_t i = step == 0 ? 0 : timeline_.begun[step - 1]; i < timeline_.begun[step];
       ++i) {
    const auto& item = timeline_.items[i];
    if (item.required)
      open_[item.place] = i;
    else if (available_[item.place]++ == 0)
      revive(item.place);
  }
}

void Cursor::unbegin_items(std::size_t step) {
  const std::uint32_t first = step == 0 ? 0 : timeline_.begun[step - 1];
  for (std::uint32_t i = timeline_.begun[step]; i > first; --i) {
    const auto& item = timeline_.items[i - 1];
    if (item.required)
      open_[item.place] = k_free;
    else if (--available_[item.place] == 0)
      retire(item.place);
  }
}

void Cursor::revive(std::uint32_t cls) {
  where_[cls] = static_cast<std::uint32_t>(classes_.size());
  classes_.push_back(cls);
}

void Cursor::retire(std::uint32_t cls) {
  const std::uint32_t last = classes_.back();
  classes_[where_[cls]] = last;
  where_[last] = where_[cls];
  classes_.pop_back();
  where_[cls] = k_free;
}

void Cursor::forth() {
  open_[timeline_.items[timeline_.returns[step_]].place] = k_free;
  const auto& expiries = timeline_.expiries;
  for (; expired_ < expiries.size() && expiries[expired_].first == step_; ++expired_)
    retire(expiries[expired_].second);
  ++step_;
  if (step_ < timeline_.steps()) begin_items(step_);
}

void Cursor::back() {
  if (step_ < timeline_.steps()) unbegin_items(step_);
  --step_;
  const auto& expiries = timeline_.expiries;
  for (; expired_ > 0 && expiries[expired_ - 1].first == step_; --expired_)
    revive(expiries[expired_ - 1].second);
  const std::uint32_t returning = timeline_.returns[step_];
  open_[timeline_.items[returning].place] = returning;
}

}  // namespace plumbline
