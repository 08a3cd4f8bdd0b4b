#include "checker/collections/lifo.h"

#include <algorithm>

#include "checker/collections/cover.h"
#include "checker/collections/peeling.h"
#include "checker/collections/seating.h"
#include "checker/models/queue.h"

namespace plumbline {
namespace {

/// The known elements, then those left, which are to stay.
std::vector<Element> with_left(const Elements& all, int end) {
  std::vector<Element> elements = all.removed;
  for (Element x : all.left) {
    x.out_from = end;
    x.out_by = end + 1;
    elements.push_back(x);
  }
  return elements;
}

/// The removals that found nothing, each with but one gap to be in: from its gap in `first` the
/// last free one before which no more elements arrive to be taken.
std::vector<Lone> with_one_gap(const Elements& all, const std::vector<int>& first, FreeGaps& free) {
  std::vector<Lone> empties = all.empties;
  for (std::size_t i = 0; i < empties.size(); ++i) {
    const auto arrival = std::upper_bound(all.left.begin(), all.left.end(), first[i],
                                          [](int g, const Element& x) { return g < x.add_by; });
    const int by = empties[i].by;
    const int end = arrival == all.left.end() ? by : std::min(by, arrival->add_by);
    empties[i].from = free.last_until(end - 1);
    empties[i].by = empties[i].from + 1;
  }
  return empties;
}

/// One way of choosing gaps, to its end.
class Attempt {
 public:
  Attempt(const Elements& all, const std::vector<Element>& elements,
          const std::vector<Lone>& empties, const std::vector<int>& deadlines, int end,
          Peeling::Choice choice)
      : all_(all),
        elements_(elements),
        peeling_(elements, empties, end, choice),
        known_(all.removed.size()) {
    for (std::size_t x = 0; x < deadlines.size(); ++x)
      if (deadlines[x] < end) leave(x);
  }

  /// An answer that is right for certain, or nothing.
  std::optional<DirectAnswer> run() {
    while (const Lone* empty = peeling_.place_empties())
      if (!another_leaves(empty->by)) return refuted(core_of_empty(all_, *empty));
    while (!peeling_.run())
      if (!another_leaves(all_.never()))
        return refuted(calls_of(without_bottom(elements_, peeling_), all_));
    return seat(all_, peeling_.tokens(), leaving_);
  }

 private:
  void leave(std::size_t x) {
    const auto index = static_cast<std::uint32_t>(known_ + x);
    if (!peeling_.remains(index)) return;
    peeling_.ignore(index);
    leaving_.push_back(x);
  }
  /// Whoever covers the most of those that still stay and are there before event `by`: what is not
  /// free as long as he stays is not freed by the others. False if there is none.
  bool another_leaves(int by) {
    if (all_.takers.empty()) return false;
    while (next_ < all_.left.size() &&
           !peeling_.remains(static_cast<std::uint32_t>(known_ + next_)))
      ++next_;
    if (next_ == all_.left.size() || all_.left[next_].add_by >= by) return false;
    leave(next_++);
    return true;
  }

  const Elements& all_;
  const std::vector<Element>& elements_;
  Peeling peeling_;
  std::size_t known_;
  std::vector<std::size_t> leaving_;  ///< indexes in all_.left
  std::size_t next_ = 0;              ///< those before it do not stay, or are placed
};

}  // namespace

std::optional<DirectAnswer> decide_stack(const std::vector<NormalCall>& calls,
                                         const ModelEntry& /*model*/, const Value& initial,
                                         Budget& /*budget*/) {
  if (!starts_empty(initial)) return std::nullopt;
  Gathered gathered = gather_elements(calls, Stack::k_add);
  if (gathered.refuted) return refuted(std::move(gathered.core));
  if (!gathered.elements) return std::nullopt;
  const Elements& all = *gathered.elements;
  const int end = all.events + 1;
  std::vector<int> deadlines;
  std::vector<Lone> empties = all.empties;
  if (!all.takers.empty()) {
    FreeGaps free(all.events);
    for (const Element& e : all.removed) free.cover(e);
    const std::vector<int> first = empty_gaps(all, free.cover());
    for (std::size_t i = 0; i < first.size(); ++i)
      if (first[i] < 0) return refuted(core_of_empty(all, all.empties[i]));
    empties = with_one_gap(all, first, free);
    const Departures departures(all, end);
    if (auto core = departures.refutation(); !core.empty()) return refuted(std::move(core));
    deadlines = departures.deadlines();
  }
  const std::vector<Element> elements = with_left(all, end);
  for (const auto choice : {Peeling::Choice::narrow, Peeling::Choice::late, Peeling::Choice::wide})
    if (auto answer = Attempt(all, elements, empties, deadlines, end, choice).run()) return answer;
  return std::nullopt;
}
}  // namespace plumbline
