#include "checker/climb_course.h"

#include <algorithm>

#include "checker/models/counter.h"

namespace plumbline::climbing {

/// False if the amounts are not of one sign.
bool Layout::read_amounts() {
  std::int64_t sign = 0;
  for (const NormalCall& c : calls_) {
    if (c.role == Role::observer) {
      if (!c.call->result.is_int()) {
        impossible = &c;
        course.amounts.push_back(0);
        continue;
      }
      last_read_ = std::max(last_read_, c.returned);
      course.amounts.push_back(c.call->result.as_int() - initial_);
      continue;
    }
    const std::int64_t amount = Counter::amount(*c.call);
    if (sign == 0) sign = amount;
    if (amount == 0 || (amount > 0) != (sign > 0) || Counter::after(*c.call)) return false;
    course.amounts.push_back(amount);
  }
  if (sign < 0)
    for (std::int64_t& amount : course.amounts) amount = -amount;
  return true;
}

bool Layout::classify(std::uint32_t i) {
  if (calls_[i].call->invoked > last_read_) return true;
  const std::int64_t amount = course.amounts[i];
  auto at = std::find_if(course.classes.begin(), course.classes.end(),
                         [&](const auto& c) { return c.amount == amount; });
  if (at == course.classes.end()) {
    if (course.classes.size() == k_most_amounts) return false;
    at = course.classes.insert(at, {.amount = amount});
  }
  at->members.push_back(i);
  auto& count = invoked_[static_cast<std::size_t>(at - course.classes.begin())];
  return ++count < UINT16_MAX;
}

/// False if more is open than fits.
bool Layout::begin(std::uint32_t i) {
  const NormalCall& c = calls_[i];
  if (!c.required) return classify(i);
  const std::int64_t amount = course.amounts[i];
  if (c.role == Role::observer) {
    reads_.insert(std::lower_bound(reads_.begin(), reads_.end(), amount), amount);
    least_new_read_ = std::min(least_new_read_, amount);
    return true;
  }
  std::uint32_t slot = 0;
  while (slot < k_most_open && (taken_ >> slot & 1) != 0) ++slot;
  if (slot == k_most_open) return false;
  taken_ |= std::uint64_t{1} << slot;
  slot_of_[i] = slot;
  const Open open{.amount = amount, .returned = c.returned, .call = i, .slot = slot};
  open_.insert(std::upper_bound(open_.begin(), open_.end(), open,
                                [](const Open& a, const Open& b) {
                                  return std::pair(-a.amount, a.returned) <
                                         std::pair(-b.amount, b.returned);
                                }),
               open);
  return true;
}

void Layout::note_step(std::uint32_t i) {
  const bool read = calls_[i].role == Role::observer;
  Step step{.call = i,
            .slot = slot_of_[i],
            .read = read,
            .amount = course.amounts[i],
            .first_open = static_cast<std::uint32_t>(course.open.size()),
            .first_read = static_cast<std::uint32_t>(course.reads.size()),
            .least_new_read = least_new_read_};
  course.open.insert(course.open.end(), open_.begin(), open_.end());
  course.reads.insert(course.reads.end(), reads_.begin(), reads_.end());
  step.last_open = static_cast<std::uint32_t>(course.open.size());
  step.last_read = static_cast<std::uint32_t>(course.reads.size());
  course.steps.push_back(step);
  course.invoked.push_back(invoked_);
  least_new_read_ = INT64_MAX;
  if (read) {
    reads_.erase(std::lower_bound(reads_.begin(), reads_.end(), step.amount));
  } else {
    taken_ &= ~(std::uint64_t{1} << step.slot);
    std::erase_if(open_, [&](const Open& o) { return o.call == i; });
  }
}

Laid Layout::lay() {
  course.calls = &calls_;
  slot_of_.assign(calls_.size(), 0);
  if (!read_amounts()) return Laid::no;
  if (impossible != nullptr) return Laid::impossible;
  std::vector<std::uint32_t> returns;
  for (std::uint32_t i = 0; i < calls_.size(); ++i)
    if (calls_[i].required) returns.push_back(i);
  std::sort(returns.begin(), returns.end(), [&](std::uint32_t a, std::uint32_t b) {
    return calls_[a].returned < calls_[b].returned;
  });
  std::uint32_t next = 0;
  for (const std::uint32_t i : returns) {
    for (; next < calls_.size() && calls_[next].call->invoked < calls_[i].returned; ++next)
      if (!begin(next)) return Laid::no;
    note_step(i);
  }
  return Laid::yes;
}

}  // namespace plumbline::climbing
