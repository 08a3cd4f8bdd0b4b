#pragma once
/// Frontier: breadth-first search, all configurations after each step, none dominated by another.
/// Indeterminate calls may be taken for inexhaustible, class by class: every real linearization is
/// one of these too, so if there is none the history is invalid, and no counts are needed.
/// Threads: one belongs to one search.
/// Cost:    memory is one step's configurations, and how those came about: what led nowhere is
///          forgotten.

#include <string>
#include <unordered_map>
#include <vector>

#include "checker/budget.h"
#include "checker/moves.h"

namespace plumbline {

enum class Turn { found, refuted, used_up, out_of_budget };

/// The moves of all steps.
struct Path {
  std::vector<std::uint32_t> moves{};
  std::vector<std::uint32_t> ends{};  ///< step -> end of its moves
};

/// How configurations came about, each by the moves of one step from another.
class Lineage {
 public:
  static constexpr std::uint32_t k_start = UINT32_MAX;
  std::uint32_t add(std::uint32_t parent, std::span<const std::uint32_t> moves);
  /// Forgets all but `live` and their ancestors, and renumbers those. Cheap if called often.
  void keep(std::vector<std::uint32_t>& live);
  Path path(std::uint32_t last) const;
  std::size_t bytes() const { return nodes_.capacity() * sizeof(Node) + moves_.capacity() * 4; }

 private:
  struct Node {
    std::uint32_t parent = k_start, from = 0, to = 0;
  };
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> moves_;
  std::size_t kept_ = 0;
};

class Frontier {
 public:
  struct Width {
    std::size_t configs =
        SIZE_MAX;  ///< of a step: those with the fewest uses of indeterminate calls
    Moves::Limits limits{};
    bool thrifty = false;             ///< see Moves
    std::uint32_t band = UINT32_MAX;  ///< of a step: how many more uses than the fewest
  };
  /// `counted`: the classes that are not inexhaustible.
  Frontier(const Timeline& timeline, Machine& machine, Budget& budget,
           const std::vector<bool>& counted, Width width);
  /// Goes on where it stopped, for about `most` configurations.
  Turn run(std::size_t most);
  std::size_t step() const { return cursor_.step(); }
  /// It did not keep all: what it refuted may be valid all the same.
  bool narrowed() const { return narrowed_; }
  /// Moves::foreseen().
  std::int64_t foreseen() const { return moves_.foreseen(); }
  /// Requires: run() found one. Of those it has, one with few indeterminate calls.
  Path path() const { return lineage_.path(now_.lines.front()); }

 private:
  /// The configurations of one step.
  struct Layer {
    std::vector<Word> words;
    std::vector<std::uint32_t> lines;  ///< of each, in lineage_
    std::vector<std::uint32_t> uses;   ///< of indeterminate calls so far
    void clear();
  };
  void merge(const Word* config, std::uint32_t parent, const Moves::Successor& how);
  void advance();
  bool within_budget();

  const Timeline& timeline_;
  Budget& budget_;
  Width width_;
  bool narrowed_ = false;
  Moves moves_;
  Cursor cursor_;
  MemoryShare share_;
  Moves::Successors successors_;
  Layer now_, next_;
  Lineage lineage_;
  std::unordered_map<StateId, std::vector<std::uint32_t>> by_state_;  ///< numbers in next_
};

}  // namespace plumbline
