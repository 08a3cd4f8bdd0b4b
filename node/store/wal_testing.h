#pragma once
/// For the tests of the WAL: what a log has to hold after each record, and a random user of a WAL
/// that knows what it was promised.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "node/store/memory_file_system.h"
#include "node/store/wal.h"

namespace plumbline::store::testing {

inline constexpr const char* k_directory = "data";

inline raft::EntryPtr make_entry(std::uint64_t index, std::uint64_t term, std::string data = "x") {
  return std::make_shared<const raft::Entry>(
      raft::Entry{raft::Term(term), raft::Index(index), raft::EntryType::command, std::move(data)});
}
/// Entries first, first + 1, ... `count` of them.
inline raft::Persist entries_batch(std::uint64_t first, std::uint64_t count, std::uint64_t term = 1,
                                   std::size_t size = 20) {
  raft::Persist batch;
  for (std::uint64_t i = 0; i < count; ++i)
    batch.entries.push_back(
        make_entry(first + i, term, std::string(size, static_cast<char>('a' + i % 26))));
  return batch;
}
inline raft::Persist hard_state_batch(std::uint64_t term, std::uint64_t vote) {
  raft::Persist batch;
  batch.hard_state = raft::HardState{raft::Term(term), raft::NodeId(vote)};
  return batch;
}

/// What the log says after some record.
struct Model {
  raft::HardState hard_state;
  raft::SnapshotMeta restarted_after;
  std::vector<raft::EntryPtr> entries;
  std::uint64_t next = 1;
};

/// The states after each record of `batch`, in the order in which the WAL writes them.
inline std::vector<Model> states_after(Model model, const raft::Persist& batch) {
  std::vector<Model> states;
  if (batch.hard_state) {
    model.hard_state = *batch.hard_state;
    states.push_back(model);
  }
  if (batch.truncate_from) {
    while (!model.entries.empty() && model.entries.back()->index >= *batch.truncate_from)
      model.entries.pop_back();
    model.next = std::min(model.next, batch.truncate_from->value);
    states.push_back(model);
  }
  if (batch.restart_after) {
    model.entries.clear();
    model.restarted_after = *batch.restart_after;
    model.next = batch.restart_after->index.value + 1;
    states.push_back(model);
  }
  if (!batch.entries.empty()) {
    model.entries.insert(model.entries.end(), batch.entries.begin(), batch.entries.end());
    model.next = batch.entries.back()->index.value + 1;
    states.push_back(model);
  }
  return states;
}

/// Whether `opened` is `model` but for entries up to `dropped`, which may be there or not.
inline bool matches(const Wal::Opened& opened, const Model& model, std::uint64_t dropped) {
  if (opened.hard_state != model.hard_state || opened.restarted_after != model.restarted_after)
    return false;
  if (opened.entries.size() > model.entries.size()) return false;
  const std::size_t missing = model.entries.size() - opened.entries.size();
  if (missing > 0 && model.entries[missing - 1]->index.value > dropped) return false;
  for (std::size_t i = 0; i < opened.entries.size(); ++i)
    if (*opened.entries[i] != *model.entries[missing + i]) return false;
  return true;
}

/// Uses a WAL at random, as a Raft node would, until something fails; then says whether what a new
/// open() finds is what was promised.
class WalUser {
 public:
  WalUser(FileSystem& files, std::uint64_t seed, std::uint64_t segment_bytes = 2048)
      : files_(files), rng_(seed), options_{segment_bytes} {}

  /// Opens the WAL and compares. Gives what is wrong, if anything; or that it cannot be opened.
  std::optional<std::string> open() {
    wal_.reset();
    auto opened = Wal::open(files_, k_directory, options_);
    if (!opened) return opened.error().what;
    std::size_t found = states_.size();
    while (found > acknowledged_ && !matches(*opened, states_[found - 1], dropped_)) --found;
    if (found == acknowledged_ && !matches(*opened, states_[acknowledged_ - 1], dropped_))
      return str("lost or wrong: ", opened->entries.size(), " entries, term ",
                 opened->hard_state.term, "; promised: ", states_[acknowledged_ - 1].entries.size(),
                 " entries, term ", states_[acknowledged_ - 1].hard_state.term);
    states_.resize(std::max(found, acknowledged_));
    acknowledged_ = states_.size();  // what open() gives, it promises
    repaired_ = opened->repaired;
    wal_ = std::move(opened->wal);
    return std::nullopt;
  }

  Status step() {
    const std::uint64_t die = rng_.below(20);
    if (die < 12) return append(random_batch());
    if (die < 18) return sync();
    return drop();
  }
  /// Up to `steps` of them; stops at the first Error.
  Status run(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) TRY(step());
    return {};
  }
  Status append(const raft::Persist& batch) {
    // Before the call: a batch that fails may be on the disk all the same.
    const auto more = states_after(states_.back(), batch);
    states_.insert(states_.end(), more.begin(), more.end());
    return wal_->append(batch);
  }
  Status sync() {
    TRY(wal_->sync());
    acknowledged_ = states_.size();
    return {};
  }

  Wal& wal() { return *wal_; }
  const Model& now() const { return states_.back(); }
  const std::string& repaired() const { return repaired_; }

 private:
  Status drop() {
    // Only what is durable is ever in a snapshot.
    const std::uint64_t last = states_[acknowledged_ - 1].next - 1;
    const std::uint64_t limit = std::min(last, states_.back().next - 1);
    if (limit <= dropped_) return {};
    dropped_ += rng_.below(limit - dropped_ + 1);
    return wal_->drop_up_to(raft::Index(dropped_));
  }

  raft::Persist random_batch() {
    const Model& model = states_.back();
    raft::Persist batch;
    std::uint64_t next = model.next;
    if (rng_.chance(0.3))
      batch.hard_state = raft::HardState{model.hard_state.term.next(), raft::NodeId(rng_.below(5))};
    const std::uint64_t floor = std::max(dropped_, model.restarted_after.index.value) + 1;
    if (rng_.chance(0.15) && next > floor) {
      next = floor + rng_.below(next - floor);
      batch.truncate_from = raft::Index(next);
    } else if (rng_.chance(0.04)) {
      next += rng_.below(10);
      batch.restart_after = raft::SnapshotMeta{raft::Index(next - 1),
                                               raft::Term(rng_.below(9)),
                                               {.voters = {raft::NodeId(1), raft::NodeId(2)}}};
    }
    const std::uint64_t term = model.hard_state.term.value;
    for (std::uint64_t left = rng_.below(5); left > 0; --left)
      batch.entries.push_back(
          make_entry(next++, term, std::string(rng_.below(rng_.chance(0.05) ? 3000 : 300), '#')));
    return batch;
  }

  FileSystem& files_;
  Rng rng_;
  WalOptions options_;
  std::vector<Model> states_{Model{}};
  std::size_t acknowledged_ = 1;  // states_ up to here must be found again
  std::uint64_t dropped_ = 0;
  std::unique_ptr<Wal> wal_;
  std::string repaired_;
};

}  // namespace plumbline::store::testing
