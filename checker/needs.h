#pragma once
/// Needs: of a cell, who needs it to hold which value, now and later, and who can still make it so.
/// The history is known to its end, so a search need not run into what it can foresee.
///
/// `hopeless`: some required call needs value v before its return at T and was not done; the cell
/// holds another value; and every call that could make it hold v, invoked before T, was done. Then
/// no linearization goes on from here: one of those calls would have to come before T. A call that
/// is optional (moves.h) was not done; an indeterminate one counts while its class is not used up.
///
/// `finished`: value v of which every call that needs it was done and none is to come, nor any
/// indeterminate one that would be of use (last_use in normalise.h). Nothing is gained by writing v
/// then: from a linearization that does so, delete the call; whatever comes next overwrites.
///
/// Requires: the timeline is a cell's, or nothing below is ever true.
/// Threads:  one belongs to one search.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/timeline.h"

namespace plumbline {

class Needs {
 public:
  using Word = std::uint32_t;
  /// The open calls of one value that no call still to come will need.
  struct Closing {
    StateId value = 0;
    const Word* writers = nullptr;  ///< open overwriting calls that leave it
    const Word* readers = nullptr;  ///< open calls that need it
    bool only_readers = false;      ///< `readers` are observers, and the returning call is neither
  };

  explicit Needs(const Timeline& timeline);
  /// Gets ready for the cursor's step. Requires: called before what is below, whenever it moved.
  void load(const Cursor& cursor);
  /// `used` says how many of a class's calls were used (0 if they are inexhaustible).
  template <class Used>
  bool hopeless(const Cursor& cursor, StateId value, const Word* done, Used used);
  std::size_t closing_count() const { return closing_.size(); }
  Closing closing(std::size_t i) const {
    const Group& g = groups_[closing_[i]];
    const Word* masks = masks_.data() + g.masks;
    return {.value = g.value,
            .writers = masks,
            .readers = masks + mask_words_,
            .only_readers = g.only_readers};
  }
  /// The latest return T of all that was hopeless so far, or -1: calls that return later had no
  /// part in it.
  std::int64_t foreseen() const { return foreseen_; }
  std::size_t bytes() const;

 private:
  static constexpr std::uint32_t k_bits = 32;
  static constexpr std::uint32_t k_none = UINT32_MAX;
  /// Numbers grouped by value.
  struct Lists {
    std::vector<std::uint32_t> starts, all;
    std::span<const std::uint32_t> of(StateId v) const {
      return {all.data() + starts[v], all.data() + starts[v + 1]};
    }
  };
  /// What is known of a value at the step that was loaded.
  struct Group {
    StateId value = 0;
    std::size_t masks = 0;  ///< where its writers, readers and makers are
    bool only_readers = true, any_writer = false;
  };
  template <class Numbers, class ValueOf>
  Lists group(const Numbers& numbers, ValueOf value_of) const;
  std::uint32_t group_of(StateId value);
  bool made_later(const Cursor& cursor, StateId value, std::int64_t before);
  std::int64_t first_unmet(StateId value, std::int64_t now, const Word* done);

  const Timeline& timeline_;
  std::size_t mask_words_;
  std::uint32_t values_ = 0;
  Lists needs_;                             ///< required calls that need the value, by return
  Lists makers_;                            ///< required calls that leave it, by invocation
  Lists making_;                            ///< classes that leave it
  std::vector<std::int64_t> wanted_until_;  ///< value -> after this nobody new needs it
  std::vector<std::uint32_t> next_need_, next_maker_;  ///< value -> index; follow the cursor
  std::size_t step_ = SIZE_MAX;
  std::int64_t now_ = 0;
  std::vector<std::uint32_t> group_of_value_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> closing_;  ///< groups
  std::vector<Word> masks_;
  std::int64_t foreseen_ = -1;
};

template <class Used>
bool Needs::hopeless(const Cursor& cursor, StateId value, const Word* done, Used used) {
  if (value >= values_) return false;
  const std::int64_t before = first_unmet(value, now_, done);
  if (before == k_open) return false;
  if (const std::uint32_t g = group_of_value_[value]; g != k_none) {
    const Word* makers = masks_.data() + groups_[g].masks + 2 * mask_words_;
    for (std::size_t w = 0; w < mask_words_; ++w)
      if ((makers[w] & ~done[w]) != 0) return false;
  }
  for (const std::uint32_t c : making_.of(value)) {
    const std::uint32_t begun = cursor.available(c);
    if (begun > used(c)) return false;
    const auto& members = timeline_.classes[c].members;
    if (begun < members.size() && timeline_.items[members[begun]].invoked < before) return false;
  }
  if (made_later(cursor, value, before)) return false;
  foreseen_ = std::max(foreseen_, before);
  return true;
}

}  // namespace plumbline
