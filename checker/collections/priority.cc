#include "checker/collections/priority.h"

#include <algorithm>
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

/// Gives each known removal its gap, the least element first.
class LeastGaps {
 public:
  explicit LeastGaps(const Elements& all)
      : all_(all), cover_(all.events), arrivals_(all.events), takers_(all.takers_by_gap()) {
    for (const Element& e : all.removed) by_value_.push_back(&e);
    for (const Element& x : all.left) by_value_.push_back(&x);
    std::sort(by_value_.begin(), by_value_.end(),
              [](const Element* a, const Element* b) { return a->value() < b->value(); });
  }
  /// Calls that are not linearizable, if some removal has no gap; else empty.
  std::vector<const NormalCall*> assign() {
    for (const Element* e : by_value_) {
      int gap = -1;
      if (e->out == nullptr) {
        arrivals_.add(e->add_by);
        if (all_.takers.empty()) cover_.add(e->add_by, all_.never());
      } else {
        gap = first_gap(e->out_from, e->out_by);
        if (gap < 0)
          return calls_of(with(e, covering(all_, e->out_from, e->out_by, &e->value())), all_);
        cover_.add(*e);
      }
      gaps_.push_back(gap);
    }
    for (const Lone& empty : all_.empties) {
      const int gap = first_gap(empty.from, empty.by);
      if (gap < 0) return core_of_empty(all_, empty);
      empty_gaps_.push_back(gap);
    }
    return {};
  }
  /// By when each element that has to be taken must be.
  std::vector<Deadline> deadlines() const {
    std::vector<Deadline> deadlines;
    if (all_.takers.empty()) return deadlines;
    std::set<int> gaps(empty_gaps_.begin(), empty_gaps_.end());  // of whoever comes behind
    for (std::size_t i = by_value_.size(); i-- > 0;) {
      const Element* e = by_value_[i];
      if (e->out != nullptr) {
        gaps.insert(gaps_[i]);
        continue;
      }
      const auto gap = gaps.lower_bound(e->add_by);
      if (gap != gaps.end())
        deadlines.push_back({*gap, static_cast<std::size_t>(e - all_.left.data())});
    }
    return deadlines;
  }
  /// Nothing if there are too few indeterminate removals in time.
  std::optional<DirectAnswer> answer() const {
    const std::vector<Deadline> taken = deadlines();
    std::vector<Element> left = all_.left;
    if (!give_takers(all_, taken, left)) return std::nullopt;
    std::vector<int> left_gaps(left.size(), -1);
    for (const Deadline& d : taken) left_gaps[d.x] = d.gap;
    Placement placement;
    for (std::size_t i = 0; i < empty_gaps_.size(); ++i)
      placement.empty(all_.empties[i].call, empty_gaps_[i]);
    for (std::size_t rank = 0; rank < by_value_.size(); ++rank) {
      const Element* e = by_value_[rank];
      if (e->out != nullptr) {
        placement.element(*e, gaps_[rank], rank);
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
  int first_gap(int from, int by) {
    int gap = cover_.free_from(from);
    while (gap < by && !all_.takers.empty() &&
           arrivals_.until(gap) > takers_[static_cast<std::size_t>(gap)]) {
      // No use before another removal can take one more.
      const auto later = std::upper_bound(all_.takers.begin(), all_.takers.end(), gap,
                                          [](int g, const Lone& taker) { return g < taker.from; });
      if (later == all_.takers.end()) return -1;
      gap = cover_.free_from(later->from);
    }
    return gap < by ? gap : -1;
  }

  const Elements& all_;
  Cover cover_;
  Arrivals arrivals_;
  std::vector<int> takers_;
  std::vector<const Element*> by_value_;
  std::vector<int> gaps_;  ///< of by_value_; -1 for those left
  std::vector<int> empty_gaps_;
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
  return gaps.answer();
}

}  // namespace plumbline
