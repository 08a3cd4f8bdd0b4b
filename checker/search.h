#pragma once
/// search: is one object's history linearizable? Exact, for any model.
/// Gives:  valid with a path; invalid with a position that nothing passes; unknown with what ran
///         out.
/// Cost:   exponential in the calls open at once at worst; memory is what the budget allows.
/// Source: Wing & Gong 1993; Lowe 2017; Horn & Kroening 2015; see moves.h for what is our own.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/budget.h"
#include "checker/frontier.h"
#include "checker/verdict.h"

namespace plumbline {

struct SearchResult {
  Validity validity = Validity::unknown;
  Path path{};           ///< if valid
  std::size_t step = 0;  ///< unknown: the calls before this step have a linearization
  /// Invalid: the calls invoked up to this position have none, whatever comes later.
  std::int64_t position = k_open;
  std::string why{};  ///< unknown: what ran out
};

/// Takes turns, each longer than the last. Breadth first: if the object has but finitely many
/// states (`finite`), it starts with all indeterminate calls inexhaustible, and counts those that a
/// linearization so found used too often, until one is real or there is none: refutes most that can
/// be refuted. The same with all calls counted, but only a few configurations a step, those with
/// the fewest uses of indeterminate calls, of which one stands for all that differ in what was used
/// (thrifty), ever more: finds most linearizations. Depth first with few uses, then more.
class Search {
 public:
  /// Which of them. Each part knows the answer in the end.
  enum class Part {
    all,
    broad,   ///< breadth first
    others,  ///< all but that
    deep,    ///< depth first
  };
  virtual ~Search() = default;
  /// One turn of each; nothing if none knows yet. Unknown only if the budget ran out.
  virtual std::optional<SearchResult> turn(Part part) = 0;
};
/// Requires: what it is given outlives it.
std::unique_ptr<Search> make_search(const Timeline& timeline, Machine& machine, Budget& budget,
                                    bool finite);

/// Turns until one knows. A part alone is of use for comparison.
SearchResult search(const Timeline& timeline, Machine& machine, Budget& budget, bool finite,
                    Search::Part part = Search::Part::all);

}  // namespace plumbline
