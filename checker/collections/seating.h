#pragma once
/// Seating: stack elements that indeterminate removals have to take (lifo.h): by when at the
/// latest, and where to put them into a linearization of the others.

#include <optional>
#include <vector>

#include "checker/collections/elements.h"
#include "checker/collections/peeling.h"

namespace plumbline {

/// In which gap each of `all.left` has to be gone in every linearization; `end` if in none.
class Departures {
 public:
  Departures(const Elements& all, int end);
  const std::vector<int>& deadlines() const { return deadlines_; }
  /// Calls that are not linearizable, if there are too few indeterminate removals; else empty.
  std::vector<const NormalCall*> refutation() const;

 private:
  struct Bound {
    int gap = 0;     ///< whoever is added here is gone by that gap
    int cause = -1;  ///< index in removed, or, behind those, in empties
  };
  const Elements& all_;
  std::vector<Bound> bounds_;   ///< by gap of the addition
  std::vector<int> deadlines_;  ///< of all.left
};

/// The linearization of the calls of `tokens` and of the elements all.left[leaving...], each of
/// which an indeterminate removal takes; nothing if those do not suffice.
std::optional<DirectAnswer> seat(const Elements& all, const std::vector<Peeling::Token>& tokens,
                                 const std::vector<std::size_t>& leaving);

}  // namespace plumbline
