#pragma once
/// Cover: which gaps (elements.h) are certain gaps of elements, found in O(n α(n)).

#include <algorithm>
#include <vector>

#include "checker/collections/elements.h"

namespace plumbline {

class Cover {
 public:
  explicit Cover(int gaps) : next_(static_cast<std::size_t>(gaps) + 2) {
    for (std::size_t g = 0; g < next_.size(); ++g) next_[g] = static_cast<int>(g);
  }
  /// Covers the gaps from..end-1. Those beyond the last gap do not matter.
  void add(int from, int end) {
    end = std::min(end, static_cast<int>(next_.size()) - 1);
    for (int g = free_from(from); g < end; g = free_from(g))
      next_[static_cast<std::size_t>(g)] = g + 1;
  }
  void add(const Element& e) {
    if (e.certain()) add(e.add_by, e.out_from);
  }
  /// The first gap >= g that is not covered; the gap behind the last one if there is none.
  int free_from(int g) {
    int root = g;
    while (at(root) != root) root = at(root);
    while (at(g) != root) {
      const int after = at(g);
      next_[static_cast<std::size_t>(g)] = root;
      g = after;
    }
    return root;
  }

 private:
  int at(int g) const { return next_[static_cast<std::size_t>(g)]; }
  std::vector<int> next_;
};

/// The same from both sides.
class FreeGaps {
 public:
  explicit FreeGaps(int gaps) : gaps_(gaps), forth_(gaps), back_(gaps) {}
  void cover(int from, int end) {
    forth_.add(from, end);
    back_.add(gaps_ + 1 - end, gaps_ + 1 - from);
  }
  void cover(const Element& e) {
    if (e.certain()) cover(e.add_by, e.out_from);
  }
  /// The first free gap >= g; the gap behind the last one if there is none.
  int first_from(int g) { return forth_.free_from(g); }
  /// The last free gap <= g; less than 0 if there is none.
  int last_until(int g) { return gaps_ - back_.free_from(gaps_ - g); }
  const Cover& cover() const { return forth_; }

 private:
  int gaps_;
  Cover forth_, back_;  ///< the same gaps, counted from either end
};

/// For each removal that found nothing, the first gap of its window that no removed element
/// certainly covers and that has #{left, there} <= #{takers, begun}; -1 where there is none.
std::vector<int> empty_gaps(const Elements& all, const Cover& cover);

/// A few elements that cover the gaps from..by-1, or leave too few of them for those of `all.left`
/// that are there to have been taken; of those less than `before`, unless that is null. Requires:
/// there are such.
std::vector<const Element*> covering(const Elements& all, int from, int by, const Value* before);

/// The same for a removal that found nothing, with all calls.
std::vector<const NormalCall*> core_of_empty(const Elements& all, const Lone& empty);

}  // namespace plumbline
