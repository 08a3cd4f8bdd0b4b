#include "checker/collections/cover.h"

#include <algorithm>

namespace plumbline {

std::vector<int> empty_gaps(const Elements& all, const Cover& cover) {
  const std::vector<int> left = all.left_by_gap(), takers = all.takers_by_gap();
  // A gap in which too many of `left` are there is as good as covered; this needs no new structure.
  std::vector<int> gaps;
  gaps.reserve(all.empties.size());
  Cover open = cover;
  for (std::size_t g = 0; g < left.size(); ++g)
    if (left[g] > takers[g]) open.add(static_cast<int>(g), static_cast<int>(g) + 1);
  for (const Lone& empty : all.empties) {
    const int gap = open.free_from(empty.from);
    gaps.push_back(gap < empty.by ? gap : -1);
  }
  return gaps;
}

std::vector<const Element*> covering(const Elements& all, int from, int by, const Value* before) {
  const auto counts = [&](const Element& e) { return before == nullptr || e.value() < *before; };
  std::vector<const Element*> sorted;  // what may cover some of the window
  for (const Element& e : all.removed)
    if (e.certain() && e.add_by < by && e.out_from > from && counts(e)) sorted.push_back(&e);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Element* a, const Element* b) { return a->add_by < b->add_by; });
  std::vector<const Element*> core;
  bool others = false;  // gaps that only the elements left cover
  std::size_t next = 0;
  for (int gap = from; gap < by;) {
    const Element* furthest = nullptr;
    for (; next < sorted.size() && sorted[next]->add_by <= gap; ++next)
      if (furthest == nullptr || sorted[next]->out_from > furthest->out_from)
        furthest = sorted[next];
    if (furthest != nullptr && furthest->out_from > gap) {
      core.push_back(furthest);
      gap = furthest->out_from;
    } else {
      others = true;
      ++gap;
    }
  }
  if (others)
    for (const Element& e : all.left)
      if (e.add_by < by && counts(e)) core.push_back(&e);
  return core;
}

std::vector<const NormalCall*> core_of_empty(const Elements& all, const Lone& empty) {
  std::vector<const NormalCall*> calls =
      calls_of(covering(all, empty.from, empty.by, nullptr), all);
  calls.push_back(empty.call);
  return calls;
}

}  // namespace plumbline
