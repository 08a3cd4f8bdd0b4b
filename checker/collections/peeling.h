#pragma once
/// Peeling: takes bottom elements (lifo.h) away until none is left, and lists what it did.

#include <deque>
#include <vector>

#include "checker/collections/elements.h"
#include "checker/collections/gap_trees.h"

namespace plumbline {

class Peeling {
 public:
  /// Which of the free gaps a call gets, and who of several goes first.
  enum class Choice : std::uint8_t {
    narrow,  ///< added late, removed early: little is enclosed; in the order in which they are free
    late,  ///< added late, removed late; whose removal may be last first, for it to enclose others
    wide,  ///< added early, removed late; as before
  };
  static constexpr std::uint32_t k_none = UINT32_MAX;
  struct Token {
    int gap = 0;
    std::uint32_t element = k_none;  ///< k_none: a removal that found nothing
    bool out = false;
    const NormalCall* call = nullptr;  ///< null: an element that stays is "removed"
  };

  /// `elements` with out_from = end and out_by = end + 1 stay; `end` is behind every event.
  Peeling(const std::vector<Element>& elements, const std::vector<Lone>& empties, int end,
          Choice choice);

  /// As if this element did not exist. Before run(), or when it is stuck.
  void ignore(std::uint32_t element);
  /// Places the removals that found nothing. Gives: one that has no free gap, or null. Once it gave
  /// null it is run()'s turn.
  const Lone* place_empties();
  /// True if all elements are taken away; else what remains has no bottom element.
  bool run();
  bool remains(std::uint32_t element) const { return !gone_[element]; }
  std::vector<Token> tokens() const;

 private:
  void drain();
  void make_ready(std::uint32_t element);
  std::uint32_t take_ready();
  void place(std::uint32_t element);
  void uncover(const Element& e);
  std::uint32_t insert(std::uint32_t behind, Token token, bool last_of_gap);

  const std::vector<Element>& elements_;
  const std::vector<Lone>& empties_;
  int end_;
  Choice choice_;
  CoverCounts counts_;
  WaitingWindows windows_;  ///< of addition and removal of element e: 2e, 2e + 1
  GapSet free_, used_;      ///< gaps that nobody covers; gaps of tokens
  std::vector<std::uint8_t> sides_;
  std::vector<bool> gone_;
  std::deque<std::uint32_t> ready_;     ///< narrow: a line; else a heap by out_by
  std::size_t waiting_;                 ///< elements that are not gone
  std::vector<Token> list_;             ///< [0] is the list's beginning
  std::vector<std::uint32_t> next_;     ///< behind each; 0: none
  std::vector<std::uint32_t> last_of_;  ///< by gap: its last token
};

/// A few elements without a bottom element among those that remain.
std::vector<const Element*> without_bottom(const std::vector<Element>& elements,
                                           const Peeling& peeling);

}  // namespace plumbline
