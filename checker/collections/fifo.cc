#include "checker/collections/fifo.h"

#include <algorithm>

#include "checker/collections/cover.h"
#include "checker/models/queue.h"
#include "core/base/check.h"

namespace plumbline {
namespace {

using ElementIndex = std::uint32_t;

/// The indexes of `elements` by rising `key`, which is at most `most`.
std::vector<ElementIndex> sorted_by(const std::vector<Element>& elements, int Element::* key,
                                    int most) {
  std::vector<ElementIndex> ends(static_cast<std::size_t>(most) + 2, 0);
  for (const Element& e : elements) ++ends[static_cast<std::size_t>(e.*key) + 1];
  for (std::size_t k = 1; k < ends.size(); ++k) ends[k] += ends[k - 1];
  std::vector<ElementIndex> sorted(elements.size());
  for (ElementIndex i = 0; i < elements.size(); ++i)
    sorted[ends[static_cast<std::size_t>(elements[i].*key)]++] = i;
  return sorted;
}

/// Condition (1): two elements that must be in front of each other; empty if there are none.
std::vector<const Element*> crossing_pair(const Elements& all) {
  std::vector<const Element*> by_end;
  for (const Element& e : all.removed) by_end.push_back(&e);
  std::sort(by_end.begin(), by_end.end(),
            [](const Element* a, const Element* b) { return a->add_by < b->add_by; });
  const Element* latest = nullptr;  // to be removed, of those whose addition has ended
  std::size_t ended = 0;
  for (const Element& b : all.removed) {  // by add_from
    for (; ended < by_end.size() && by_end[ended]->add_by < b.add_from; ++ended)
      if (latest == nullptr || by_end[ended]->out_from > latest->out_from) latest = by_end[ended];
    if (latest != nullptr && b.out_by < latest->out_from) return {latest, &b};
  }
  return {};
}

/// Condition (3): an element that left in front of too many others, and those; empty if none did.
std::vector<const Element*> overtaken(const Elements& all) {
  if (all.left.empty()) return {};
  const std::vector<int> left = all.left_by_gap(), takers = all.takers_by_gap();
  for (const Element& b : all.removed) {
    const auto before = [](int event) { return static_cast<std::size_t>(event) - 1; };
    if (left[before(b.add_from)] <= takers[before(b.out_by)]) continue;
    std::vector<const Element*> core = {&b};
    for (const Element& x : all.left)
      if (x.add_by < b.add_from) core.push_back(&x);
    return core;
  }
  return {};
}

/// All elements, with a removal for those of `left` that have to be gone at some time.
std::vector<Element> with_takers(const Elements& all, const std::vector<int>& cuts) {
  std::vector<int> deadline(static_cast<std::size_t>(all.events) + 3, all.never());
  for (const Element& b : all.removed) {
    int& least = deadline[static_cast<std::size_t>(b.add_from)];
    least = std::min(least, b.out_by);
  }
  for (std::size_t i = deadline.size() - 1; i > 0; --i)
    deadline[i - 1] = std::min(deadline[i - 1], deadline[i]);
  std::vector<Element> elements = all.removed;
  std::size_t taken = 0;
  for (Element x : all.left) {
    const bool cut = !cuts.empty() && cuts.back() >= x.add_by;
    if (cut || deadline[static_cast<std::size_t>(x.add_by)] < all.never()) {
      CHECK(taken < all.takers.size(), "more elements have to go than can");
      const Lone& taker = all.takers[taken++];
      x.out = taker.call;
      x.out_from = std::max(taker.from, x.add_from);
      x.out_by = all.events + 1;
    } else {
      x.out_by = all.never() + 1;
    }
    elements.push_back(x);
  }
  return elements;
}

/// An order of the elements that extends =>, by segments (fifo.h).
class Passing {
 public:
  Passing(const std::vector<Element>& elements, const std::vector<int>& cuts, int most)
      : elements_(elements),
        adds_{sorted_by(elements, &Element::add_from, most),
              sorted_by(elements, &Element::add_by, most)},
        outs_{sorted_by(elements, &Element::out_from, most),
              sorted_by(elements, &Element::out_by, most)},
        passed_(elements.size(), false),
        free_(elements.size(), 0),
        ready_(cuts.size() + 1) {
    segments_.reserve(elements.size());
    for (const Element& e : elements)
      segments_.push_back(static_cast<std::size_t>(
          std::lower_bound(cuts.begin(), cuts.end(), e.out_from) - cuts.begin()));
  }

  /// One list of elements a segment.
  std::vector<std::vector<ElementIndex>> segments() {
    std::vector<std::vector<ElementIndex>> order(ready_.size());
    std::vector<std::size_t> sizes(ready_.size(), 0);
    for (const std::size_t s : segments_) ++sizes[s];
    for (std::size_t s = 0; s < ready_.size(); ++s)
      while (order[s].size() < sizes[s]) {
        advance();
        CHECK(!ready_[s].empty(), "elements of a queue go round in a circle");
        const ElementIndex e = ready_[s].back();
        ready_[s].pop_back();
        passed_[e] = true;
        order[s].push_back(e);
      }
    return order;
  }

 private:
  /// Calls of one kind, by their beginnings and by their ends.
  struct Side {
    std::vector<ElementIndex> by_from, by_end;
    std::size_t begun = 0, ended = 0;
  };
  void advance() {
    advance(adds_, &Element::add_from, &Element::add_by);
    advance(outs_, &Element::out_from, &Element::out_by);
  }
  /// Whoever begins before the first end of those that have not passed need not wait on this side.
  void advance(Side& side, int Element::* from, int Element::* by) {
    while (side.ended < side.by_end.size() && passed_[side.by_end[side.ended]]) ++side.ended;
    if (side.ended == side.by_end.size()) return;
    const int end = elements_[side.by_end[side.ended]].*by;
    for (; side.begun < side.by_from.size(); ++side.begun) {
      const ElementIndex e = side.by_from[side.begun];
      if (elements_[e].*from > end) return;
      constexpr int k_sides = 2;
      if (++free_[e] == k_sides) ready_[segments_[e]].push_back(e);
    }
  }

  const std::vector<Element>& elements_;
  Side adds_, outs_;
  std::vector<bool> passed_;
  std::vector<int> free_;  ///< on how many sides an element need not wait
  std::vector<std::size_t> segments_;
  std::vector<std::vector<ElementIndex>> ready_;  ///< by segment
};

/// The linearization: per segment additions and removals by gap, each in the elements' order.
class Weave {
 public:
  Weave(const std::vector<Element>& elements, std::vector<const NormalCall*>& order)
      : elements_(elements), order_(order) {}
  void segment(const std::vector<ElementIndex>& passing, int cut) {
    std::vector<int> removal_gaps;
    removal_gaps.reserve(passing.size());
    int out = cut;
    for (const ElementIndex i : passing) {
      out = std::max(out, elements_[i].out_from);
      removal_gaps.push_back(out);
    }
    int add = cut;
    std::size_t removed = 0;
    const auto remove = [&] {
      const Element& e = elements_[passing[removed++]];
      if (e.out != nullptr) order_.push_back(e.out);
    };
    for (const ElementIndex i : passing) {
      add = std::max(add, elements_[i].add_from);
      while (removal_gaps[removed] < add) remove();
      order_.push_back(elements_[i].add);
    }
    while (removed < passing.size()) remove();
  }

 private:
  const std::vector<Element>& elements_;
  std::vector<const NormalCall*>& order_;
};

DirectAnswer linearize(const Elements& all, const std::vector<int>& empties) {
  std::vector<std::pair<int, const NormalCall*>> found_empty;
  for (std::size_t i = 0; i < empties.size(); ++i)
    found_empty.emplace_back(empties[i], all.empties[i].call);
  std::stable_sort(found_empty.begin(), found_empty.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int> cuts;
  for (const auto& [gap, call] : found_empty)
    if (cuts.empty() || cuts.back() != gap) cuts.push_back(gap);

  const std::vector<Element> elements = with_takers(all, cuts);
  const auto segments = Passing(elements, cuts, all.never() + 1).segments();
  DirectAnswer answer{.linearizable = true};
  Weave weave(elements, answer.order);
  auto next = found_empty.begin();
  for (std::size_t s = 0; s < segments.size(); ++s) {
    weave.segment(segments[s], s == 0 ? 0 : cuts[s - 1]);
    for (; next != found_empty.end() && s < cuts.size() && next->first == cuts[s]; ++next)
      answer.order.push_back(next->second);
  }
  return answer;
}

}  // namespace

std::optional<DirectAnswer> decide_queue(const std::vector<NormalCall>& calls,
                                         const ModelEntry& /*model*/, const Value& initial,
                                         Budget& /*budget*/) {
  if (!starts_empty(initial)) return std::nullopt;
  Gathered gathered = gather_elements(calls, Queue::k_add);
  if (gathered.refuted) return refuted(std::move(gathered.core));
  if (!gathered.elements) return std::nullopt;
  const Elements& all = *gathered.elements;
  if (const auto pair = crossing_pair(all); !pair.empty()) return refuted(calls_of(pair, all));
  if (const auto late = overtaken(all); !late.empty()) return refuted(calls_of(late, all));
  Cover cover(all.events);
  for (const Element& e : all.removed) cover.add(e);
  const std::vector<int> empties = empty_gaps(all, cover);
  for (std::size_t i = 0; i < empties.size(); ++i)
    if (empties[i] < 0) return refuted(core_of_empty(all, all.empties[i]));
  return linearize(all, empties);
}

}  // namespace plumbline
