#include "node/replica/pending.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace plumbline::replica {
namespace {

template <class Map, class Key>
auto taken_from(Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
  auto node = map.extract(key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

}  // namespace

std::uint64_t PendingWrites::add(PendingWrite write) {
  proposed_.emplace(++last_proposal_, std::move(write));
  return last_proposal_;
}

void PendingWrites::accepted(const raft::ProposalAccepted& accepted) {
  auto write = taken_from(proposed_, accepted.proposal);
  CHECK(write, "Raft accepts what was proposed, once");
  by_index_.emplace(std::pair(accepted.index, accepted.term), Accepted{std::move(*write), k_never});
}

std::optional<PendingWrite> PendingWrites::take(std::uint64_t proposal) {
  return taken_from(proposed_, proposal);
}

std::vector<PendingWrites::Fate> PendingWrites::committed(raft::Index index, raft::Term term) {
  std::vector<Fate> fates;
  auto at = by_index_.lower_bound({index, raft::Term(0)});
  while (at != by_index_.end() && at->first.first == index) {
    fates.push_back({std::move(at->second.write), at->first.second == term});
    at = by_index_.erase(at);
  }
  return fates;
}

std::vector<PendingWrite> PendingWrites::hidden_by_snapshot(raft::Index index) {
  std::vector<PendingWrite> hidden;
  while (!by_index_.empty() && by_index_.begin()->first.first <= index) {
    hidden.push_back(std::move(by_index_.begin()->second.write));
    by_index_.erase(by_index_.begin());
  }
  return hidden;
}

void PendingWrites::leadership_lost(Nanos give_up) {
  for (auto& [place, accepted] : by_index_)
    if (accepted.give_up == k_never) accepted.give_up = give_up;
  orphans_ = !by_index_.empty();
}

Nanos PendingWrites::next_give_up() const {
  Nanos next = k_never;
  if (!orphans_) return next;
  for (const auto& [place, accepted] : by_index_) next = std::min(next, accepted.give_up);
  return next;
}

std::vector<PendingWrite> PendingWrites::given_up(Nanos now) {
  std::vector<PendingWrite> over;
  if (!orphans_) return over;
  orphans_ = false;
  for (auto at = by_index_.begin(); at != by_index_.end();) {
    orphans_ = orphans_ || at->second.give_up != k_never;
    if (now < at->second.give_up) {
      ++at;
      continue;
    }
    over.push_back(std::move(at->second.write));
    at = by_index_.erase(at);
  }
  return over;
}

raft::ReadId PendingReads::add(PendingRead read) {
  const raft::ReadId id(++last_id_);
  asked_.emplace(id, std::move(read));
  return id;
}

std::optional<PendingRead> PendingReads::ready(const raft::ReadReady& ready, raft::Index applied) {
  auto read = taken_from(asked_, ready.id);
  if (!read || ready.index <= applied) return read;
  behind_.emplace(ready.index, std::move(*read));
  return std::nullopt;
}

std::optional<PendingRead> PendingReads::refused(raft::ReadId id) { return taken_from(asked_, id); }

std::vector<PendingRead> PendingReads::caught_up(raft::Index applied) {
  std::vector<PendingRead> reads;
  while (!behind_.empty() && behind_.begin()->first <= applied) {
    reads.push_back(std::move(behind_.begin()->second));
    behind_.erase(behind_.begin());
  }
  return reads;
}

}  // namespace plumbline::replica
