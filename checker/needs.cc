#include "checker/needs.h"

#include <algorithm>

namespace plumbline {

template <class Numbers, class ValueOf>
Needs::Lists Needs::group(const Numbers& numbers, ValueOf value_of) const {
  Lists lists;
  lists.starts.assign(values_ + 1, 0);
  for (const std::uint32_t n : numbers)
    if (const StateId v = value_of(n); v != k_illegal) ++lists.starts[v + 1];
  for (std::uint32_t v = 0; v < values_; ++v) lists.starts[v + 1] += lists.starts[v];
  lists.all.resize(lists.starts[values_]);
  std::vector<std::uint32_t> next(lists.starts.begin(), lists.starts.end() - 1);
  for (const std::uint32_t n : numbers)
    if (const StateId v = value_of(n); v != k_illegal) lists.all[next[v]++] = n;
  return lists;
}

Needs::Needs(const Timeline& timeline)
    : timeline_(timeline), mask_words_((timeline.slots + k_bits - 1) / k_bits) {
  if (!timeline.of_cell) return;
  const auto& items = timeline.items;
  std::vector<std::uint32_t> required, classes;
  const auto count = [&](StateId v) {
    if (v != k_illegal) values_ = std::max(values_, v + 1);
  };
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    count(items[i].cell.from);
    count(items[i].cell.to);
    if (items[i].required) required.push_back(i);
  }
  for (std::uint32_t c = 0; c < timeline.classes.size(); ++c) classes.push_back(c);
  needs_ = group(timeline.returns, [&](std::uint32_t i) { return items[i].cell.from; });
  makers_ = group(required, [&](std::uint32_t i) { return items[i].cell.to; });
  making_ = group(classes, [&](std::uint32_t c) { return timeline.classes[c].cell.to; });
  wanted_until_.assign(values_, -1);
  const auto want = [&](StateId v, std::int64_t until) {
    if (v != k_illegal) wanted_until_[v] = std::max(wanted_until_[v], until);
  };
  for (const std::uint32_t i : required) want(items[i].cell.from, items[i].invoked);
  for (const auto& c : timeline.classes) want(c.cell.from, c.last_use);
  next_need_.assign(values_, 0);
  next_maker_.assign(values_, 0);
  group_of_value_.assign(values_, k_none);
}

std::size_t Needs::bytes() const {
  return (needs_.all.size() + makers_.all.size() + making_.all.size() + std::size_t{8} * values_) *
         sizeof(std::uint32_t);
}

std::uint32_t Needs::group_of(StateId value) {
  std::uint32_t& g = group_of_value_[value];
  if (g != k_none) return g;
  g = static_cast<std::uint32_t>(groups_.size());
  groups_.push_back({.value = value, .masks = masks_.size()});
  masks_.resize(masks_.size() + 3 * mask_words_, 0);
  return g;
}

void Needs::load(const Cursor& cursor) {
  if (!timeline_.of_cell || cursor.step() == step_) return;
  step_ = cursor.step();
  now_ = timeline_.position(step_);
  for (const Group& g : groups_) group_of_value_[g.value] = k_none;
  groups_.clear();
  masks_.clear();
  closing_.clear();
  const auto& open = cursor.open();
  for (std::uint32_t slot = 0; slot < open.size(); ++slot) {
    if (open[slot] == Cursor::k_free) continue;
    const auto& item = timeline_.items[open[slot]];
    const bool returning = open[slot] == timeline_.returns[step_];
    const Word bit = Word{1} << slot % k_bits;
    if (item.cell.to != k_illegal) {
      Group& g = groups_[group_of(item.cell.to)];
      masks_[g.masks + 2 * mask_words_ + slot / k_bits] |= bit;
      if (item.role == Role::overwrite) {
        masks_[g.masks + slot / k_bits] |= bit;
        g.any_writer = true;
        if (returning) g.only_readers = false;
      }
    }
    if (item.cell.from != k_illegal) {
      Group& g = groups_[group_of(item.cell.from)];
      masks_[g.masks + mask_words_ + slot / k_bits] |= bit;
      if (item.role != Role::observer || returning) g.only_readers = false;
    }
  }
  for (std::uint32_t g = 0; g < groups_.size(); ++g)
    if (groups_[g].any_writer && wanted_until_[groups_[g].value] < now_) closing_.push_back(g);
}

/// Return of the first call that needs `value` and was not done; k_open if there is none.
std::int64_t Needs::first_unmet(StateId value, std::int64_t now, const Word* done) {
  const auto needs = needs_.of(value);
  const auto returned = [&](std::uint32_t i) { return timeline_.items[needs[i]].returned; };
  std::uint32_t& next = next_need_[value];
  while (next < needs.size() && returned(next) < now) ++next;
  while (next > 0 && returned(next - 1) >= now) --next;
  for (std::uint32_t n = next; n < needs.size(); ++n) {
    const auto& item = timeline_.items[needs[n]];
    const bool is_done =
        item.invoked < now && (done[item.place / k_bits] >> item.place % k_bits & 1) != 0;
    if (!is_done) return item.returned;
  }
  return k_open;
}

bool Needs::made_later(const Cursor& cursor, StateId value, std::int64_t before) {
  const auto makers = makers_.of(value);
  const std::uint32_t begun = timeline_.begun[cursor.step()];
  std::uint32_t& next = next_maker_[value];
  while (next < makers.size() && makers[next] < begun) ++next;
  while (next > 0 && makers[next - 1] >= begun) --next;
  return next < makers.size() && timeline_.items[makers[next]].invoked < before;
}

}  // namespace plumbline
