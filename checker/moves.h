#pragma once
/// Moves: what a search may do at one step of a timeline, without losing an answer.
///
/// A configuration stands for a family of situations: the object's state, the open calls that have
/// taken effect (`done`), and open calls of which each may be taken as done or not, whichever is
/// needed (`optional`): every subset of them is reachable. A count a class says how many of its
/// indeterminate calls were used. So configuration a serves wherever b does (`dominates`) if the
/// states are equal, each observer done in b is done in a, for the other calls
/// [done, done+optional] of b lies within that of a, and a has used no more of any class: from an
/// observer not yet done, or an indeterminate call used, nothing is ever gained.
///
/// 1. Observers at once. An open observer that is legal is done now: the state stays the same, so
///    any linearization that places it later can have it here.
/// 2. Just in time (Lowe 2017). Nothing happens but when a required call returns that is not done:
///    then some sequence of open calls that ends in it. Proof: cut any linearization after each
///    returning call that is not yet placed; what lies between two cuts is such a sequence.
/// 3. What was overwritten unseen is optional. Before an overwriting call every open overwriting
///    call may be placed, or not: nobody can tell. So may a call that leaves the state as it is.
/// 4. Useful exposure only. After an overwriting call that no open observer was waiting for, no
///    other overwriting call comes next: leaving the first out, by rule 3, serves in its place.
/// Rules 1, 3 and 4 only drop configurations that another one dominates; that other one is reached
/// by a shorter sequence, so the chain of such replacements ends.

#include <array>
#include <span>

#include "checker/budget.h"
#include "checker/offers.h"

namespace plumbline {

/// A configuration is `words()` of these: state, done bits, optional bits, counts.
using Word = Offers::Word;

class Moves {
 public:
  struct Limits {
    bool inexhaustible = false;       ///< indeterminate calls may be used again and again
    std::uint32_t uses = UINT32_MAX;  ///< of indeterminate calls in one step
  };
  /// A move in a path: an item, or a class with this bit.
  static constexpr std::uint32_t k_class = Offers::k_class;
  struct Successor {
    std::uint32_t config = 0;                  ///< index of its first word in configs
    std::uint32_t path_from = 0, path_to = 0;  ///< in paths
    std::uint32_t uses = 0;
  };
  struct Successors {
    std::vector<Word> configs;
    std::vector<std::uint32_t> paths;
    std::vector<Successor> list;
    bool limited = false;  ///< limits.uses kept some move out
    void clear();
  };

  Moves(const Timeline& timeline, Machine& machine, Budget& budget);
  std::size_t words() const { return words_; }
  std::vector<Word> start() const;
  /// All configurations after the cursor's step, none dominated by one before it in the list.
  /// Gives: false if there were too many ways to look at, or the budget ran out meanwhile.
  bool expand(const Cursor& cursor, std::span<const Word> config, Limits limits, Successors& out);
  /// For configurations before the cursor's step.
  bool dominates(const Cursor& cursor, const Word* a, const Word* b);
  /// Tells the budget what this and the machine hold now.
  void measure() {
    share_.set(machine_.bytes() + arena_.capacity() * sizeof(Word) +
               nodes_.capacity() * sizeof(Node));
  }

 private:
  struct Node {
    std::uint32_t parent, move, uses;
    std::uint32_t same;  ///< the node before with a state of the same bucket, or k_none
    bool unseen;         ///< rule 4: the last call overwrote and nobody was waiting for it
  };
  static constexpr std::uint32_t k_most_nodes = 1 << 15;
  static constexpr std::uint32_t k_look_every = 256;  ///< nodes between looks at the budget
  static constexpr std::uint32_t k_none = UINT32_MAX;
  static constexpr std::size_t k_buckets = 64;

  void load(const Cursor& cursor);
  Word* done(Word* config) const { return config + 1; }
  Word* optional(Word* config) const { return config + 1 + mask_words_; }
  Word* counts(Word* config) const { return config + 1 + 2 * mask_words_; }
  static bool has(const Word* mask, std::uint32_t slot) {
    return mask[slot / Offers::k_bits] >> slot % Offers::k_bits & 1;
  }
  static void set(Word* mask, std::uint32_t slot) {
    mask[slot / Offers::k_bits] |= Word{1} << slot % Offers::k_bits;
  }
  static void reset(Word* mask, std::uint32_t slot) {
    mask[slot / Offers::k_bits] &= ~(Word{1} << slot % Offers::k_bits);
  }
  Word* node_config(std::size_t node) { return arena_.data() + node * words_; }
  bool saturate(Word* config);
  Word* applied(std::uint32_t node, StateId to, bool overwrites, std::uint32_t slot);
  bool absorbs_nothing(const Word* config, std::uint32_t except) const;
  void visit(const Cursor& cursor, std::uint32_t node, Limits limits, Successors& out);
  void try_option(const Cursor& cursor, std::uint32_t node, const Offers::Option& option,
                  bool overwrites, Limits limits, Successors& out);
  void keep(std::uint32_t parent, std::uint32_t move, std::uint32_t uses, bool overwrote,
            Successors& out);
  void emit(std::uint32_t node, bool with_returning, Successors& out);
  bool dominates_masks(const Word* a, const Word* b) const;

  const Timeline& timeline_;
  Machine& machine_;
  Budget& budget_;
  MemoryShare share_;
  Offers offers_;
  std::size_t mask_words_, words_;
  std::size_t step_ = SIZE_MAX;          ///< that was loaded last
  std::vector<std::uint32_t> expiring_;  ///< count slots to forget after it
  std::vector<Word> arena_;
  std::vector<Node> nodes_;
  std::array<std::uint32_t, k_buckets> buckets_{};  ///< state modulo k_buckets -> its last node
};

}  // namespace plumbline
