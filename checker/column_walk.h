#pragma once
/// ColumnWalk: one walk through a key's calls without ever turning back. Where it gets through, the
/// calls are linearizable, and it has the order; where it does not, nothing is known. It is for
/// keys of which no rule tells the order (values come again, as nil does where keys are deleted)
/// but few calls are open at once: those rarely need a search.
///
/// It goes from return to return with one state, and puts calls into the order as late as they may
/// be: a call that needs a value when it returns is placed behind an open update that leaves that
/// value; observers are placed as soon as they are legal. A call is placed while it is open, and
/// the order is that of placing, so real time is kept; it is placed where it is legal, so each step
/// is. There is one exception: an overwriting call that returns may be put just before the last
/// overwriting call w in the order, if it was open when w was placed: nobody sees it there, and
/// whatever stands from w on was open then or later, so none of it returned before it was invoked.
/// What it guesses (which of several, and whether to hide a call behind w) it guesses from who
/// needs which value next.
///
/// Cost: O(n) for a few open calls; those that are indeterminate are looked through where no other
/// call leaves the value that is needed.

#include "checker/column_rows.h"

namespace plumbline {

class ColumnWalk {
 public:
  /// Takes: what each call of `key` needs and leaves, by its place in key.rows.
  bool gets_through(const KeyRows& key, const std::vector<ColumnStep>& steps);
  /// A linearization. Requires: it got through.
  const std::vector<std::uint32_t>& order() const { return order_; }

 private:
  static constexpr std::uint32_t k_open = CallTable::k_open_row;
  struct Open {
    std::uint32_t row, invoked, returned;
    ColumnStep step;
    bool observes() const { return step.what == ColumnStep::What::observe; }
    bool blind() const { return step.from == ValueTable::k_no_value; }
  };

  bool finish_before(std::uint32_t position);
  bool finish(const Open& call);
  bool reach(ValueId value, int updates);
  bool hides(const Open& call) const;
  ValueId needed_next() const;
  void place(const Open& call);
  void place_observers();

  const KeyRows* key_ = nullptr;
  const std::vector<ColumnStep>* steps_ = nullptr;
  std::size_t next_ = 0;   ///< the first call that has not begun
  std::uint32_t now_ = 0;  ///< the return at hand
  ValueId value_ = ValueTable::k_nil;
  std::vector<Open> open_;  ///< required, begun and not placed; in order of invocation
  std::vector<Open> late_;  ///< indeterminate updates that were not used
  std::vector<std::uint32_t> order_;
  std::size_t last_blind_ = 0;       ///< place in the order of the last overwriting call
  std::uint32_t last_blind_at_ = 0;  ///< when it was placed; 0: there is none
};

}  // namespace plumbline
