#include "checker/column_lists.h"

#include <algorithm>
#include <set>

namespace plumbline {

std::optional<std::span<const ValueId>> ListColumns::answer(std::uint32_t row) const {
  const ValueId id = key_->result(row);
  if (id == ValueTable::k_nil) return std::span<const ValueId>();
  if (id == ValueTable::k_no_value || !key_->table.values().is_list(id)) return std::nullopt;
  return key_->table.values().elements(id);
}

/// False: some call is not for this decider.
bool ListColumns::find_longest() {
  longest_ = {};
  longest_row_ = k_none;
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    const ColumnOperation operation = key_->operation(row);
    if (operation == ColumnOperation::append) {
      if (key_->table.second(row) != ValueTable::k_no_value) return false;
      continue;
    }
    if (operation != ColumnOperation::read) return false;
    if (!key_->required(row)) continue;
    const auto list = answer(row);
    if (!list) return false;
    if (list->size() > longest_.size()) {
      longest_ = *list;
      longest_row_ = row;
    }
  }
  return true;
}

void ListColumns::place_elements() {
  place_.reset(longest_.size());
  repeated_ = 0;
  for (std::uint32_t i = 1; i <= longest_.size(); ++i)
    if (place_.insert(longest_[i - 1], i) != i && repeated_ == 0) repeated_ = i;
  stages_.assign(longest_.size() + 1, {});
}

void ListColumns::take_reads() {
  std::uint32_t completed = k_open;
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    if (!is_read(row) || !key_->required(row)) continue;
    const std::span<const ValueId> list = *answer(row);
    const std::uint32_t returned = key_->returned(row), invoked = key_->table.invoked(row);
    if (!std::ranges::equal(list, longest_.first(list.size()))) {
      const std::uint32_t known = std::max(returned, key_->returned(longest_row_));
      if (!wrong_.empty() && known >= completed) continue;
      wrong_ = {row, longest_row_};
      completed = known;
      continue;
    }
    Stage& stage = stages_[list.size()];
    if (stage.early == k_none || returned < stage.first_read) {
      stage.first_read = returned;
      stage.early = row;
    }
    if (stage.late == k_none || invoked > stage.last_read) {
      stage.last_read = invoked;
      stage.late = row;
    }
  }
}

/// False: an element that was seen is appended twice.
bool ListColumns::take_appends() {
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    if (is_read(row) || key_->failed(row)) continue;
    const std::uint32_t place = place_.find(key_->table.argument(row));
    if (place == k_none) {
      if (key_->required(row)) unseen_.push_back(row);
      continue;
    }
    if (stages_[place].append != k_none) return false;
    stages_[place].append = row;
  }
  return true;
}

/// Of the reads that show that many elements the one that returned first.
std::uint32_t ListColumns::first_reader(std::size_t stage) const {
  std::uint32_t best = k_none;
  for (; stage < stages_.size(); ++stage) {
    const std::uint32_t row = stages_[stage].early;
    if (row == k_none) continue;
    if (best == k_none || key_->returned(row) < key_->returned(best)) best = row;
  }
  return best;
}

/// Did somebody append each element that was seen, once?
bool ListColumns::explained() {
  std::size_t stage = repeated_;
  for (std::size_t i = 1; i < stages_.size() && stage == 0; ++i)
    if (stages_[i].append == k_none) stage = i;
  if (stage != 0) wrong_ = {first_reader(stage)};
  return stage == 0;
}

/// `early` returned before `late`, which stands before it, was invoked. Of two appends a read tells
/// the order: one that shows `shown` elements.
void ListColumns::contradict(std::uint32_t early, std::uint32_t late, bool late_is_append,
                             std::size_t shown) {
  wrong_ = {early, late};
  if (late_is_append && !is_read(early)) wrong_.push_back(first_reader(shown));
}

bool ListColumns::in_real_time() {
  std::uint32_t latest = 0, of = k_none;
  std::size_t at = 0;
  const auto keeps = [&](std::uint32_t row, std::uint32_t returned, std::size_t stage) {
    if (row == k_none || of == k_none || returned >= latest) return true;
    const std::size_t shown = stage < stages_.size() ? std::max(stage, at) : at;
    contradict(row, of, !is_read(of), shown);
    return false;
  };
  const auto pass = [&](std::uint32_t row, std::uint32_t invoked, std::size_t stage) {
    if (row == k_none || (of != k_none && invoked < latest)) return;
    latest = invoked;
    of = row;
    at = stage;
  };
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& stage = stages_[i];
    if (stage.append != k_none) {
      if (!keeps(stage.append, key_->returned(stage.append), i)) return false;
      pass(stage.append, key_->table.invoked(stage.append), i);
    }
    if (!keeps(stage.early, stage.first_read, i)) return false;
    pass(stage.late, stage.last_read, i);
  }
  return std::ranges::all_of(
      unseen_, [&](std::uint32_t row) { return keeps(row, key_->returned(row), stages_.size()); });
}

std::optional<bool> ListColumns::decide(const KeyRows& key) {
  key_ = &key;
  wrong_.clear();
  unseen_.clear();
  if (key.initial != ValueTable::k_nil || !find_longest()) return std::nullopt;
  place_elements();
  take_reads();
  if (!wrong_.empty()) return false;
  if (!take_appends()) return std::nullopt;
  return explained() && in_real_time();
}

std::vector<std::uint32_t> ListColumns::order() const {
  std::vector<std::pair<std::size_t, std::uint32_t>> placed;  // twice the stage, row
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    if (is_read(row) && key_->required(row)) placed.emplace_back(answer(row)->size() * 2 + 1, row);
  }
  for (std::size_t i = 0; i < stages_.size(); ++i)
    if (stages_[i].append != k_none) placed.emplace_back(i * 2, stages_[i].append);
  for (const std::uint32_t row : unseen_) placed.emplace_back(stages_.size() * 2, row);
  std::ranges::sort(placed);
  std::vector<std::uint32_t> order;
  for (const auto& [rank, row] : placed) order.push_back(row);
  return order;
}

ColumnCore ListColumns::core() const {
  ColumnCore core{.completed = 0};
  std::set<ValueId> shown;
  std::set<std::uint32_t> rows(wrong_.begin(), wrong_.end());
  for (std::size_t i = 0; i < wrong_.size(); ++i) {
    const std::uint32_t row = wrong_[i];
    if (is_read(row)) {
      const auto list = *answer(row);
      shown.insert(list.begin(), list.end());
    }
    // The late one of two is in the way by having begun; a read tells that it happened.
    if (is_read(row) || i == 0) core.completed = std::max(core.completed, key_->returned(row));
  }
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    if (!is_read(row) && !key_->failed(row) && shown.contains(key_->table.argument(row)))
      rows.insert(row);
  }
  core.rows.assign(rows.begin(), rows.end());
  return core;
}

}  // namespace plumbline
