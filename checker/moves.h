#pragma once
/// Moves: what a search may do at one step of a timeline, without losing an answer.
///
/// A configuration stands for a family of situations: the object's state, the open calls that have
/// taken effect (`done`), and open calls of which each may be taken as done or not, whichever is
/// needed (`optional`): every subset of them is reachable. A count a class says how many of its
/// indeterminate calls were used. So configuration a serves wherever b does (`dominates`) if the
/// states are equal, each observer done in b is done in a, for the other calls
/// [done, done+optional] of b lies within that of a (but see rule 6), and a has used no more of any
/// class: from an observer not yet done, or an indeterminate call used, nothing is ever gained.
///
/// 1. Observers at once. An open observer that is legal is done now: the state stays the same, so
///    any linearization that places it later can have it here.
/// 2. Just in time (Lowe 2017). Nothing happens but when a required call returns that is not done:
///    then some sequence of open calls that ends in it. Proof: cut any linearization after each
///    returning call that is not yet placed; what lies between two cuts is such a sequence.
/// 3. What was overwritten unseen is optional. Before an overwriting call every open overwriting
///    call may be placed, or not: nobody can tell. So may a call that leaves the state as it is.
/// 4. Useful exposure only. After an overwriting call, or one of a class, that no open call was
///    waiting for, no other overwriting call comes next: leaving the first out serves in its place,
///    by rule 3 or because it need not have happened.
/// 5. Earliest deadline first. Of open calls with the same effect (overwrites: that leave the same
///    state) the one that returns first is used, an indeterminate one last. Proof: if a
///    linearization places y before x, both open at that point and x returning first, exchange
///    them: y comes where x was, before x's return and so before its own, and the states are the
///    same. With optional calls: using required y covers using any other required one that returns
///    later, and any optional x that returns later ({x done, y not} turns into {y done, x not} by
///    the exchange); it does not cover an optional x that returns sooner, so that is tried too. An
///    indeterminate z is covered by any of them. Of two optional ones the first to return covers
///    the other. And so nothing with the effect of the returning call is used but itself.
/// 6. What is over is finished (cells). Value v is closing if no call that is still to come needs
///    it. An open writer of such a v that is done serves as well as one that is not, once all
///    open calls that need v are done: to write v then gains nothing (needs.h). So `dominates` lets
///    a have more done there; and just before an overwriting call, a closing v whose needers are
///    observers is written by one of its open writers, its observers are done, and its other
///    writers with them (they are hidden just before the one). Only the value of the returning
///    call is let be: what comes behind it belongs to a later step.
/// 7. No dead ends that can be foreseen (cells): needs.h says when nobody can make a value any more
///    that somebody needs. That can become so only when the state leaves it, or when a call that
///    would have made it vanishes at its return.
/// 8. As late as can be. Call w overwrites, serves some open calls R that were waiting for its
/// value,
///    and the next update overwrites too: w might as well come just before any later overwriting
///    call, w and R with it, up to the first return D of w and R: what stands between is legal
///    without them. So after such an exposure no call overwrites before D, but for those that
///    follow it at once: moving w to the last place it can have only makes it later. A
///    configuration says until when (`hold`); one that must not overwrite dominates none that may,
///    and an open overwriting call that is neither done nor optional and returns before D leads
///    nowhere.
/// 9. What is free is had at once. Let a class that overwrites and leaves v be inexhaustible. Just
///    before any overwriting call v may be written, whatever the state, and read: nobody can tell.
///    So all open observers of v are done there. And in a state v that is free in this way, all
///    free values may be written and read, the open overwriting calls placed, and v written again:
///    so observers of free values are done there, and overwriting calls optional (rule 3). What is
///    thus done or optional is no loss (see above), and rule 8 does not forbid it: it says which
///    order of what is left to do is looked at, and this leaves less to do.
/// Each rule drops a configuration only if another one dominates it (1, 3 to 6, 9), if it leads
/// nowhere (7), or if the same calls are reached in another order (8). What replaces it is shorter,
/// or has as many calls and returns them sooner, or leaves fewer undone, or has them later, and
/// none of these can go on for ever; that they do not undo each other is what the fuzz is for
/// (decide_test.cc, engines_test.cc).

#include <array>
#include <span>

#include "checker/budget.h"
#include "checker/needs.h"
#include "checker/offers.h"

namespace plumbline {

/// A configuration is `words()` of these: state, the first step at which an overwriting call may
/// come (rule 8), done bits, optional bits, counts.
using Word = Offers::Word;

class Moves {
 public:
  struct Limits {
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
    std::size_t bytes() const {
      return configs.capacity() * sizeof(Word) + paths.capacity() * 4 +
             list.capacity() * sizeof(Successor);
    }
  };

  /// Calls of classes that are not `counted` may be used again and again; null: all are counted.
  /// `thrifty`: who has used no more indeterminate calls dominates, whichever they were: that keeps
  /// few configurations, but not always the right ones, so what it finds is real and what it does
  /// not find may be there.
  Moves(const Timeline& timeline, Machine& machine, Budget& budget,
        const std::vector<bool>* counted = nullptr, bool thrifty = false);
  std::size_t words() const { return words_; }
  std::vector<Word> start() const;
  /// All configurations after the cursor's step, none dominated by one before it in the list.
  /// Gives: false if there were too many ways to look at, or the budget ran out meanwhile.
  bool expand(const Cursor& cursor, std::span<const Word> config, Limits limits, Successors& out);
  /// For configurations before the cursor's step.
  bool dominates(const Cursor& cursor, const Word* a, const Word* b);
  /// Rules 7 and 8 gave up some configuration for what returns as late as this; -1: none.
  std::int64_t foreseen() const { return std::max(foreseen_, needs_.foreseen()); }
  /// Tells the budget what this and the machine hold now.
  void measure() {
    share_.set(machine_.bytes() + arena_.capacity() * sizeof(Word) +
               nodes_.capacity() * sizeof(Node));
  }

 private:
  struct Node {
    std::uint32_t parent = 0, uses = 0;
    std::uint32_t same = 0;  ///< the node before with a state of the same bucket, or k_none
    std::uint32_t trail_from = 0, trail_to = 0;  ///< in trail_: what took effect since `parent`
    std::uint32_t due = k_none;  ///< rule 8: the step before which the exposure was needed
    bool overwrote = false;      ///< the last call was an overwriting one
    bool unseen = false;  ///< rule 4: the last call need not have been, and nobody waited for it
  };
  /// A value that an inexhaustible overwriting class leaves (rule 9).
  struct Free {
    StateId value = 0;
    std::uint32_t move = 0;
  };
  struct Move {
    std::uint32_t move = 0, uses = 0;
    bool overwrites = false;
  };
  static constexpr std::size_t k_head = 2;  ///< words before the masks
  static constexpr std::uint32_t k_most_nodes = 1 << 15;
  static constexpr std::uint32_t k_look_every = 256;  ///< nodes between looks at the budget
  static constexpr std::uint32_t k_none = UINT32_MAX;
  static constexpr std::size_t k_buckets = 64;

  void load(const Cursor& cursor);
  static Word* hold(Word* config) { return config + 1; }
  static Word* done(Word* config) { return config + k_head; }
  Word* optional(Word* config) const { return config + k_head + mask_words_; }
  Word* counts(Word* config) const { return config + k_head + 2 * mask_words_; }
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
  std::uint32_t saturate(const Cursor& cursor, Word* config);
  void find_free(const Cursor& cursor);
  void expose_free(Word* config);
  void settle(Word* config);
  Word* applied(const Cursor& cursor, std::uint32_t node, StateId to, bool overwrites,
                std::uint32_t slot);
  void finish(const Cursor& cursor, Word* config);
  bool hopeless(const Cursor& cursor, StateId left, Word* config);
  bool stuck(const Cursor& cursor, Word* config);
  bool covers(const Word* mask, const Word* part) const;
  void visit(const Cursor& cursor, std::uint32_t node, Limits limits, Successors& out);
  void try_options(const Cursor& cursor, std::uint32_t node,
                   std::span<const Offers::Option> options, bool overwrite, Limits limits,
                   Successors& out);
  void try_class(const Cursor& cursor, std::uint32_t node, const Offers::Option& option,
                 bool overwrite, Limits limits, Successors& out);
  void keep(const Cursor& cursor, std::uint32_t parent, Move move, Successors& out);
  bool may_overwrite(std::uint32_t node) const {
    return nodes_[node].overwrote || arena_[node * words_ + 1] <= step_;
  }
  void emit(const Cursor& cursor, std::uint32_t node, bool with_returning, Successors& out);
  bool dominates_masks(const Word* a, const Word* b) const;

  const Timeline& timeline_;
  Machine& machine_;
  Budget& budget_;
  MemoryShare share_;
  Offers offers_;
  Needs needs_;
  bool thrifty_;
  std::size_t mask_words_, words_, counts_ = 0;
  std::vector<std::uint32_t> count_of_;  ///< class -> its count in a configuration, or k_none
  std::vector<Offers::Option> options_;
  std::vector<std::uint32_t> trail_, trail_now_;  ///< moves; of the node that is being made
  std::uint32_t uses_now_ = 0;                    ///< of indeterminate calls in trail_now_
  std::vector<Free> free_;
  std::vector<Word> free_observers_;     ///< mask: of some free value
  std::size_t step_ = SIZE_MAX;          ///< that was loaded last
  std::vector<std::uint32_t> expiring_;  ///< count slots to forget after it
  std::vector<Word> arena_;
  std::vector<Node> nodes_;
  std::int64_t foreseen_ = -1;                      ///< by rule 8
  std::array<std::uint32_t, k_buckets> buckets_{};  ///< state modulo k_buckets -> its last node
};

}  // namespace plumbline
