#include "checker/collections/elements.h"

#include <algorithm>
#include <unordered_map>

namespace plumbline {
namespace {

/// The calls of one value, as far as there is one of each kind.
struct Slot {
  const NormalCall* add = nullptr;
  const NormalCall* out = nullptr;
  int adds = 0, outs = 0;
  bool plain() const {
    return adds == 1 && (outs == 0 || (outs == 1 && add->call->invoked < out->returned));
  }
};

/// All calls of one value.
struct ValueCalls {
  std::vector<const NormalCall*> adds, outs;
};

/// Counting (rule 3): the calls up to a removal that has too few additions before it.
std::vector<const NormalCall*> too_few_additions(ValueCalls& group) {
  std::stable_sort(
      group.outs.begin(), group.outs.end(),
      [](const NormalCall* a, const NormalCall* b) { return a->returned < b->returned; });
  std::size_t begun = 0;
  for (std::size_t i = 0; i < group.outs.size(); ++i) {
    while (begun < group.adds.size() && group.adds[begun]->call->invoked < group.outs[i]->returned)
      ++begun;
    if (begun > i) continue;
    std::vector<const NormalCall*> core = std::move(group.adds);
    core.insert(core.end(), group.outs.begin(),
                group.outs.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return core;
  }
  return {};
}

/// EventNumbers of events by their positions in the history.
class EventNumbers {
 public:
  explicit EventNumbers(const std::vector<NormalCall>& calls) {
    positions_.reserve(calls.size() * 2);
    for (const NormalCall& c : calls) positions_.push_back(c.call->invoked);
    const auto middle = static_cast<std::ptrdiff_t>(positions_.size());
    for (const NormalCall& c : calls)
      if (c.required) positions_.push_back(c.returned);
    std::sort(positions_.begin() + middle, positions_.end());
    std::inplace_merge(positions_.begin(), positions_.begin() + middle, positions_.end());
    // Histories of one object mostly use every position: then a table is quicker than a search.
    const std::int64_t last = positions_.empty() ? 0 : positions_.back();
    constexpr std::int64_t k_sparse = 8;
    if (last >= k_sparse * static_cast<std::int64_t>(positions_.size() + 1)) return;
    table_.resize(static_cast<std::size_t>(last) + 1);
    for (std::size_t i = 0; i < positions_.size(); ++i)
      table_[static_cast<std::size_t>(positions_[i])] = static_cast<int>(i) + 1;
  }
  int count() const { return static_cast<int>(positions_.size()); }
  int of(std::int64_t position) const {
    if (!table_.empty()) return table_[static_cast<std::size_t>(position)];
    const auto at = std::lower_bound(positions_.begin(), positions_.end(), position);
    return static_cast<int>(at - positions_.begin()) + 1;
  }

 private:
  std::vector<std::int64_t> positions_;
  std::vector<int> table_;
};

using Slots = std::unordered_map<Value, Slot>;

/// What the call adds or removes; null if it found nothing, or nobody knows.
const Value* value_of(const NormalCall& c, const char* add) {
  if (c.call->f == add) return &c.call->arguments;
  return c.required && c.role != Role::observer ? &c.call->result : nullptr;
}

Slots slots_of(const std::vector<NormalCall>& calls, const char* add) {
  Slots slots;
  slots.reserve(calls.size());
  for (const NormalCall& c : calls) {
    const Value* value = value_of(c, add);
    if (value == nullptr) continue;
    Slot& slot = slots[*value];
    const bool adds = value == &c.call->arguments;
    (adds ? slot.add : slot.out) = &c;
    ++(adds ? slot.adds : slot.outs);
  }
  return slots;
}

/// The values that do not come and go once, in order of their first calls.
std::vector<ValueCalls> odd_groups(const std::vector<NormalCall>& calls, const char* add,
                                   const Slots& slots) {
  std::vector<ValueCalls> groups;
  std::unordered_map<const Slot*, std::size_t> index;  // looked up only, never walked
  for (const NormalCall& c : calls) {
    const Value* value = value_of(c, add);
    if (value == nullptr) continue;
    const Slot& slot = slots.at(*value);
    if (slot.plain()) continue;
    const auto [at, fresh] = index.try_emplace(&slot, groups.size());
    if (fresh) groups.emplace_back();
    ValueCalls& group = groups[at->second];
    (value == &c.call->arguments ? group.adds : group.outs).push_back(&c);
  }
  return groups;
}

Element element_of(const Slot& slot, const EventNumbers& numbers, int never) {
  Element e{.add = slot.add,
            .out = slot.out,
            .add_from = numbers.of(slot.add->call->invoked),
            .add_by = slot.add->required ? numbers.of(slot.add->returned) : numbers.count() + 1,
            .out_from = never,
            .out_by = never};
  if (slot.out == nullptr) return e;
  e.out_from = std::max(numbers.of(slot.out->call->invoked), e.add_from);
  e.out_by = numbers.of(slot.out->returned);
  e.add_by = std::min(e.add_by, e.out_by);
  return e;
}

}  // namespace

Gathered gather_elements(const std::vector<NormalCall>& calls, const char* add) {
  const Slots slots = slots_of(calls, add);
  Gathered gathered;
  std::vector<ValueCalls> groups = odd_groups(calls, add, slots);
  for (ValueCalls& group : groups) {
    gathered.core = too_few_additions(group);
    gathered.refuted = !gathered.core.empty();
    if (gathered.refuted) return gathered;
  }
  if (!groups.empty()) return gathered;

  const EventNumbers numbers(calls);
  Elements& all = gathered.elements.emplace();
  all.events = numbers.count();
  for (const NormalCall& c : calls) {
    if (c.call->f == add) {
      const Slot& slot = slots.at(c.call->arguments);
      if (slot.out != nullptr)
        all.removed.push_back(element_of(slot, numbers, all.never()));
      else if (c.required)
        all.left.push_back(element_of(slot, numbers, all.never()));
    } else if (!c.required) {
      all.takers.push_back({&c, numbers.of(c.call->invoked), all.events + 1});
    } else if (c.role == Role::observer) {
      all.empties.push_back({&c, numbers.of(c.call->invoked), numbers.of(c.returned)});
    }
  }
  std::sort(all.left.begin(), all.left.end(),
            [](const Element& a, const Element& b) { return a.add_by < b.add_by; });
  return gathered;
}

std::vector<int> Elements::left_by_gap() const {
  std::vector<int> count(static_cast<std::size_t>(events) + 1, 0);
  for (const Element& e : left) ++count[static_cast<std::size_t>(e.add_by)];
  for (std::size_t g = 1; g < count.size(); ++g) count[g] += count[g - 1];
  return count;
}

std::vector<int> Elements::takers_by_gap() const {
  std::vector<int> count(static_cast<std::size_t>(events) + 1, 0);
  for (const Lone& taker : takers) ++count[static_cast<std::size_t>(taker.from)];
  for (std::size_t g = 1; g < count.size(); ++g) count[g] += count[g - 1];
  return count;
}

std::vector<const NormalCall*> calls_of(const std::vector<const Element*>& elements,
                                        const Elements& all) {
  std::vector<const NormalCall*> calls;
  bool taken = false;
  for (const Element* e : elements) {
    calls.push_back(e->add);
    if (e->out != nullptr) calls.push_back(e->out);
    taken = taken || e->out == nullptr;
  }
  if (taken)
    for (const Lone& taker : all.takers) calls.push_back(taker.call);
  return calls;
}

}  // namespace plumbline
