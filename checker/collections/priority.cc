#include "checker/collections/priority.h"

#include <algorithm>
#include <climits>
#include <set>
#include <tuple>

#include "checker/collections/cover.h"
#include "checker/models/bag.h"
#include "checker/models/priority_queue.h"
#include "core/base/check.h"

namespace plumbline {
namespace {

/// Where the calls take effect; makes the linearization of it.
class Placement {
 public:
  /// `out_gap` < 0: the element stays. `rank`: who is removed first within a gap.
  void element(const Element& e, int out_gap, std::size_t rank) {
    const int latest = e.add_by - 1;
    if (out_gap < 0 || latest < out_gap)
      entries_.push_back({latest, Phase::add, 0, e.add, nullptr});
    if (out_gap < 0) return;
    const bool within = latest >= out_gap;
    entries_.push_back(
        {out_gap, Phase::out, rank, within ? e.add : e.out, within ? e.out : nullptr});
  }
  void empty(const NormalCall* call, int gap) {
    entries_.push_back({gap, Phase::empty, 0, call, nullptr});
  }
  DirectAnswer answer() {
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::tie(a.gap, a.phase, a.rank) < std::tie(b.gap, b.phase, b.rank);
    });
    DirectAnswer answer{.linearizable = true};
    answer.order.reserve(entries_.size() * 2);
    for (const Entry& entry : entries_) {
      answer.order.push_back(entry.first);
      if (entry.second != nullptr) answer.order.push_back(entry.second);
    }
    return answer;
  }

 private:
  enum class Phase : std::uint8_t { out, empty, add };
  struct Entry {
    int gap;
    Phase phase;
    std::size_t rank;
    const NormalCall *first, *second;
  };
  std::vector<Entry> entries_;
};

struct Deadline {
  int gap;
  std::size_t x;  ///< index in Elements::left
};

/// Gives the elements with deadlines a removal each; nothing if there are too few in time.
bool give_takers(const Elements& all, std::vector<Deadline> deadlines, std::vector<Element>& left) {
  std::stable_sort(deadlines.begin(), deadlines.end(),
                   [](const Deadline& a, const Deadline& b) { return a.gap < b.gap; });
  for (std::size_t i = 0; i < deadlines.size(); ++i) {
    if (i >= all.takers.size() || all.takers[i].from > deadlines[i].gap) return false;
    left[deadlines[i].x].out = all.takers[i].call;
  }
  return true;
}

}  // namespace

std::optional<DirectAnswer> decide_unordered_queue(const std::vector<NormalCall>& calls,
                                                   const ModelEntry& /*model*/,
                                                   const Value& initial, Budget& /*budget*/) {
  if (!starts_empty(initial)) return std::nullopt;
  Gathered gathered = gather_elements(calls, UnorderedQueue::k_add);
  if (gathered.refuted) return refuted(std::move(gathered.core));
  if (!gathered.elements) return std::nullopt;
  const Elements& all = *gathered.elements;
  Cover cover(all.events);
  for (const Element& e : all.removed) cover.add(e);
  const std::vector<int> gaps = empty_gaps(all, cover);
  Placement placement;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (gaps[i] < 0) return refuted(core_of_empty(all, all.empties[i]));
    placement.empty(all.empties[i].call, gaps[i]);
  }
  for (const Element& e : all.removed) placement.element(e, e.out_from, 0);
  std::vector<int> cuts = gaps;
  std::sort(cuts.begin(), cuts.end());
  std::vector<Deadline> deadlines;
  for (std::size_t x = 0; x < all.left.size(); ++x) {
    const auto cut = std::lower_bound(cuts.begin(), cuts.end(), all.left[x].add_by);
    if (cut != cuts.end()) deadlines.push_back({*cut, x});
  }
  std::vector<Element> left = all.left;
  CHECK(give_takers(all, deadlines, left), "more elements have to go than can");
  for (Element& e : left) e.out_from = -1;
  for (const Deadline& d : deadlines) left[d.x].out_from = d.gap;
  for (const Element& e : left) placement.element(e, e.out_from, 0);
  return placement.answer();
}

namespace {

/// How many of some elements are certainly there in a gap if nobody took them.
class Arrivals {
 public:
  explicit Arrivals(int gaps) : sums_(static_cast<std::size_t>(gaps) + 2, 0) {}
  void add(int gap) {
    for (auto i = static_cast<std::size_t>(gap) + 1; i < sums_.size(); i += i & -i) ++sums_[i];
  }
  int until(int gap) const {
    int sum = 0;
    for (auto i = static_cast<std::size_t>(gap) + 1; i > 0; i -= i & -i) sum += sums_[i];
    return sum;
  }

 private:
  std::vector<int> sums_;  // a Fenwick tree
};

/// In which gaps a known removal can be.
struct Choices {
  int first = -1, last = -1;  ///< within its window, as priority.h says; -1: there are none
  int chosen = -1;
};

/// Of some choices, those that do not begin before a gap, and which of them ends first.
class Ends {
 public:
  struct End {
    int last = INT_MAX;
    std::size_t whose = 0;
  };
  explicit Ends(int gaps) : ends_(static_cast<std::size_t>(gaps) + 2) {}
  void add(const Choices& choices, std::size_t whose) {
    for (std::size_t i = index(choices.first); i < ends_.size(); i += i & -i)
      if (choices.last < ends_[i].last) ends_[i] = {choices.last, whose};
  }
  End earliest(int from) const {
    End best;
    for (std::size_t i = index(from); i > 0; i -= i & -i)
      if (ends_[i].last < best.last) best = ends_[i];
    return best;
  }

 private:
  /// The later a gap, the less.
  std::size_t index(int gap) const { return ends_.size() - 1 - static_cast<std::size_t>(gap); }
  std::vector<End> ends_;  // a Fenwick tree
};

/// Gives each known removal its gap, the least element first.
class LeastGaps {
 public:
  explicit LeastGaps(const Elements& all)
      : all_(all), free_(all.events), arrivals_(all.events), takers_(all.takers_by_gap()) {
    for (const Element& e : all.removed) by_value_.push_back(&e);
    for (const Element& x : all.left) by_value_.push_back(&x);
    std::sort(by_value_.begin(), by_value_.end(),
              [](const Element* a, const Element* b) { return a->value() < b->value(); });
  }
  /// Calls that are not linearizable, if some removal has no gap; else empty.
  std::vector<const NormalCall*> assign() {
    for (const Element* e : by_value_) {
      Choices choices;
      if (e->out == nullptr) {
        arrivals_.add(e->add_by);
        if (all_.takers.empty())
          free_.cover(e->add_by, all_.events + 1);
        else
          arrived_.insert(e->add_by);
      } else {
        choices = choose(e->out_from, e->out_by);
        if (choices.first < 0)
          return calls_of(with(e, covering(all_, e->out_from, e->out_by, &e->value())), all_);
        free_.cover(*e);
      }
      choices_.push_back(choices);
    }
    for (const Lone& empty : all_.empties) {
      choices_.push_back(choose(empty.from, empty.by));
      if (choices_.back().first < 0) return core_of_empty(all_, empty);
    }
    return {};
  }
  /// Calls that are not linearizable, if too many elements must be taken whatever is chosen.
  std::vector<const NormalCall*> too_many() const {
    struct Bound {
      Ends::End end;
      const Element* x;
    };
    std::vector<Bound> bounds;
    Ends ends(all_.events);
    for (std::size_t i = choices_.size(); i-- > 0;) {
      if (choices_[i].first >= 0) {
        ends.add(choices_[i], i);
      } else if (const auto end = ends.earliest(by_value_[i]->add_by); end.last < INT_MAX) {
        bounds.push_back({end, by_value_[i]});
      }
    }
    std::stable_sort(bounds.begin(), bounds.end(),
                     [](const Bound& a, const Bound& b) { return a.end.last < b.end.last; });
    std::size_t k = 0;
    while (k < bounds.size() && k < all_.takers.size() && all_.takers[k].from <= bounds[k].end.last)
      ++k;
    if (k == bounds.size()) return {};
    std::vector<const Element*> elements;
    std::vector<const NormalCall*> empties;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i <= k; ++i) {
      elements.push_back(bounds[i].x);
      whose.push_back(bounds[i].end.whose);
    }
    std::sort(whose.begin(), whose.end());
    whose.erase(std::unique(whose.begin(), whose.end()), whose.end());
    for (const std::size_t i : whose) add_reasons(i, elements, empties);
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    std::vector<const NormalCall*> core = calls_of(elements, all_);
    core.insert(core.end(), empties.begin(), empties.end());
    return core;
  }
  /// Nothing if there are too few indeterminate removals in time.
  std::optional<DirectAnswer> answer() {
    const std::vector<Deadline> taken = deadlines();
    std::vector<Element> left = all_.left;
    if (!give_takers(all_, taken, left)) return std::nullopt;
    std::vector<int> left_gaps(left.size(), -1);
    for (const Deadline& d : taken) left_gaps[d.x] = d.gap;
    Placement placement;
    for (std::size_t i = 0; i < all_.empties.size(); ++i)
      placement.empty(all_.empties[i].call, choices_[by_value_.size() + i].chosen);
    for (std::size_t rank = 0; rank < by_value_.size(); ++rank) {
      const Element* e = by_value_[rank];
      if (e->out != nullptr) {
        placement.element(*e, choices_[rank].chosen, rank);
        continue;
      }
      const auto x = static_cast<std::size_t>(e - all_.left.data());
      placement.element(left[x], left_gaps[x], rank);
    }
    return placement.answer();
  }

 private:
  static std::vector<const Element*> with(const Element* e, std::vector<const Element*> others) {
    others.push_back(e);
    return others;
  }
  /// The free gaps of a window with enough takers. Chosen is the last one before which no more
  /// elements arrive to be taken than before the first one.
  Choices choose(int from, int by) {
    int gap = free_.first_from(from);
    while (gap < by && !all_.takers.empty() &&
           arrivals_.until(gap) > takers_[static_cast<std::size_t>(gap)]) {
      // No use before another removal can take one more.
      const auto later = std::upper_bound(all_.takers.begin(), all_.takers.end(), gap,
                                          [](int g, const Lone& taker) { return g < taker.from; });
      if (later == all_.takers.end()) return {};
      gap = free_.first_from(later->from);
    }
    if (gap >= by) return {};
    const auto arrival = arrived_.upper_bound(gap);
    const int end = arrival == arrived_.end() ? by : std::min(by, *arrival);
    return {.first = gap, .last = free_.last_until(by - 1), .chosen = free_.last_until(end - 1)};
  }
  /// Pulls gaps forward as priority.h says, and tells by when each of those left must be taken.
  std::vector<Deadline> deadlines() {
    std::vector<Deadline> deadlines;
    std::set<int> gaps;  // of whoever comes behind
    for (std::size_t i = choices_.size(); i-- > 0;) {
      int& chosen = choices_[i].chosen;
      if (i >= by_value_.size()) {
        gaps.insert(chosen);
      } else if (const Element* e = by_value_[i]; e->out != nullptr) {
        const auto before = gaps.lower_bound(e->out_from);
        if (before != gaps.end()) chosen = std::min(chosen, *before);
        gaps.insert(chosen);
      } else if (const auto gap = gaps.lower_bound(e->add_by);
                 gap != gaps.end() && !all_.takers.empty()) {
        deadlines.push_back({*gap, static_cast<std::size_t>(e - all_.left.data())});
      }
    }
    return deadlines;
  }
  /// Who removal `i` is of, and why it cannot be before its first gap or behind its last.
  void add_reasons(std::size_t i, std::vector<const Element*>& elements,
                   std::vector<const NormalCall*>& empties) const {
    int from = 0, by = 0;
    const Value* value = nullptr;
    if (i < by_value_.size()) {
      elements.push_back(by_value_[i]);
      from = by_value_[i]->out_from;
      by = by_value_[i]->out_by;
      value = &by_value_[i]->value();
    } else {
      const Lone& empty = all_.empties[i - by_value_.size()];
      empties.push_back(empty.call);
      from = empty.from;
      by = empty.by;
    }
    for (const auto& reasons : {covering(all_, from, choices_[i].first, value),
                                covering(all_, choices_[i].last + 1, by, value)})
      elements.insert(elements.end(), reasons.begin(), reasons.end());
  }

  const Elements& all_;
  FreeGaps free_;
  Arrivals arrivals_;
  std::set<int> arrived_;  ///< add_by of those left, if there are takers
  std::vector<int> takers_;
  std::vector<const Element*> by_value_;
  std::vector<Choices> choices_;  ///< of by_value_ (none for those left), then of the empties
};

}  // namespace

std::optional<DirectAnswer> decide_priority_queue(const std::vector<NormalCall>& calls,
                                                  const ModelEntry& /*model*/, const Value& initial,
                                                  Budget& /*budget*/) {
  if (!starts_empty(initial)) return std::nullopt;
  Gathered gathered = gather_elements(calls, PriorityQueue::k_add);
  if (gathered.refuted) return refuted(std::move(gathered.core));
  if (!gathered.elements) return std::nullopt;
  LeastGaps gaps(*gathered.elements);
  if (auto core = gaps.assign(); !core.empty()) return refuted(std::move(core));
  if (auto answer = gaps.answer()) return answer;
  if (auto core = gaps.too_many(); !core.empty()) return refuted(std::move(core));
  return std::nullopt;
}

}  // namespace plumbline
