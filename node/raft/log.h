#pragma once
/// Log: the entries of one node in memory, without a hole, after a base that stands for all that
/// was compacted away. The base's term is kept, so that the first entry's predecessor can be named.
/// Threads: none. Cost: every operation is constant time, or linear in the entries it touches.

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "node/raft/types.h"

namespace plumbline::raft {

/// What an entry counts for in every limit: its data and about what it costs on the wire and on
/// disk beside them, so that a million empty commands are not free.
inline std::size_t cost_of(const Entry& entry) {
  constexpr std::size_t k_entry_overhead = 32;
  return entry.data.size() + k_entry_overhead;
}

class Log {
 public:
  Index first() const { return base_.next(); }
  Index last() const { return Index{base_.value + entries_.size()}; }
  Term last_term() const { return entries_.empty() ? base_term_ : entries_.back()->term; }
  /// Of an entry held, or of the base; nothing else is known.
  std::optional<Term> term_at(Index index) const;
  EntryPtr entry_at(Index index) const;
  /// The last entry at or before `index` whose term is `term`. Index 0 if there is none (known).
  Index last_of_term(Term term, Index index) const;
  /// Where the run of equal terms that ends at `index` starts, but not at or before `floor`.
  /// Requires: floor < index <= last().
  Index start_of_term(Index index, Index floor) const;
  /// Entries from `from` on, as many as cost no more than `max_cost`, but at least one.
  std::vector<EntryPtr> slice(Index from, std::size_t max_cost) const;

  /// Requires: it follows the last one.
  void append(EntryPtr entry);
  void truncate_from(Index index);
  /// Forgets entries up to and with `index`. Requires: index <= last(). No effect before the base.
  void compact(Index index);
  /// Forgets everything: the log is empty after (index, term).
  void restart(Index index, Term term);
  /// Takes what a disk gave. Requires: entries contiguous and not empty.
  void load(std::vector<EntryPtr> entries);

 private:
  std::size_t position(Index index) const { return index.value - base_.value - 1; }
  bool holds(Index index) const { return index > base_ && index <= last(); }

  Index base_;
  Term base_term_;
  std::deque<EntryPtr> entries_;
};

}  // namespace plumbline::raft
