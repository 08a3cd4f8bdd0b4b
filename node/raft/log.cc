#include "node/raft/log.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace plumbline::raft {

std::optional<Term> Log::term_at(Index index) const {
  if (index == base_) return base_term_;
  if (!holds(index)) return std::nullopt;
  return entries_[position(index)]->term;
}

EntryPtr Log::entry_at(Index index) const {
  return holds(index) ? entries_[position(index)] : nullptr;
}

Index Log::last_of_term(Term term, Index index) const {
  // Terms never fall along a log, so the last one of `term` is before the first larger one.
  const Index end = std::min(index, last());
  if (end < base_) return Index{0};
  const auto begin = entries_.begin();
  const auto stop = begin + static_cast<std::ptrdiff_t>(end.value - base_.value);
  const auto after =
      std::partition_point(begin, stop, [&](const EntryPtr& entry) { return entry->term <= term; });
  if (after == begin) return base_term_ == term ? base_ : Index{0};
  const auto& candidate = *std::prev(after);
  return candidate->term == term ? candidate->index : Index{0};
}

Index Log::start_of_term(Index index, Index floor) const {
  CHECK(floor < index && holds(index), "only of an entry that is held");
  const Term term = entries_[position(index)]->term;
  while (index.prev() > floor && term_at(index.prev()) == term && holds(index.prev()))
    index = index.prev();
  return index;
}

std::vector<EntryPtr> Log::slice(Index from, std::size_t max_cost) const {
  CHECK(holds(from), "a slice starts at an entry that is held");
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(position(from));
  auto end = begin + 1;
  std::size_t cost = cost_of(**begin);
  while (end != entries_.end() && (cost += cost_of(**end)) <= max_cost) ++end;
  return {begin, end};
}

void Log::append(EntryPtr entry) {
  CHECK(entry->index == last().next(), "a log has no holes");
  CHECK(entry->term >= last_term(), "terms never fall along a log");
  entries_.push_back(std::move(entry));
}

void Log::truncate_from(Index index) {
  CHECK(index > base_, "what was compacted is committed and stays");
  if (index > last()) return;
  entries_.resize(position(index));
}

void Log::compact(Index index) {
  CHECK(index <= last(), "nothing beyond the log can be compacted");
  if (index <= base_) return;
  const Term term = *term_at(index);
  entries_.erase(entries_.begin(),
                 entries_.begin() + static_cast<std::ptrdiff_t>(position(index) + 1));
  base_ = index;
  base_term_ = term;
}

void Log::restart(Index index, Term term) {
  entries_.clear();
  base_ = index;
  base_term_ = term;
}

void Log::load(std::vector<EntryPtr> entries) {
  // What came before the first entry is known only at the very start of a log. Elsewhere the first
  // entry itself becomes the base: it is inside the snapshot, and only its term is of use.
  const Entry& front = *entries.front();
  const bool base_known = front.index == last().next() || front.index == Index{1};
  if (front.index != last().next()) {
    if (base_known)
      restart(Index{0}, Term{0});
    else
      restart(front.index, front.term);
  }
  for (std::size_t i = base_known ? 0 : 1; i < entries.size(); ++i) append(std::move(entries[i]));
}

}  // namespace plumbline::raft
