#include "checker/column_cells.h"

#include <algorithm>
#include <queue>

namespace plumbline {

CellColumns::Step CellColumns::step(std::uint32_t row) const {
  using What = Step::What;
  if (of_texts_) return texts_.step(row);
  switch (key_->operation(row)) {
    case ColumnOperation::read: {
      if (!key_->required(row)) return {What::nothing};
      const ValueId seen = key_->result(row);
      if (seen == ValueTable::k_no_value) return {What::foreign};
      return {What::observe, seen};
    }
    case ColumnOperation::write:
      if (key_->failed(row)) return {What::nothing};
      if (key_->pair(row)) return {What::foreign};
      return {What::update, ValueTable::k_no_value, key_->argument(row)};
    case ColumnOperation::remove:
      if (key_->failed(row)) return {What::nothing};
      return {What::update, ValueTable::k_no_value, ValueTable::k_nil};
    case ColumnOperation::cas: {
      if (!key_->pair(row)) return {What::foreign};
      if (key_->failed(row)) return {What::nothing};
      const ValueId from = key_->argument(row), to = key_->second(row);
      if (from != to) return {What::update, from, to};
      if (!key_->required(row)) return {What::nothing};
      return {What::observe, from};
    }
    default:
      return {What::foreign};
  }
}

/// Was this update kept? It is the one writer of its value then.
bool CellColumns::happened(std::uint32_t row, const Step& update) const {
  return clusters_[slot_of(update.to)].written == key_->table.invoked(row);
}

/// Slots of values: by the value itself where they are dense, else by hashing.
void CellColumns::number_values() {
  const std::size_t n = key_->rows.size();
  ValueId low = ValueTable::k_no_value, high = 0;
  const auto meet = [&](ValueId id) {
    if (id == ValueTable::k_nil || id == ValueTable::k_no_value) return;
    low = std::min(low, id);
    high = std::max(high, id);
  };
  meet(key_->initial);
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    const Step s = step(row);
    meet(s.from);
    meet(s.to);
  }
  clusters_.clear();
  constexpr std::size_t k_slack = 16;
  dense_ = low > high || high - low < n + k_slack;
  if (dense_) {
    low_ = low;
    clusters_.resize(low > high ? 1 : std::size_t{high} - low + 2);
  } else {
    slots_.reset(n + 1);
  }
  initial_ = key_->initial == ValueTable::k_no_value ? k_none : slot(key_->initial);
}

std::uint32_t CellColumns::slot(ValueId id) {
  if (dense_) return id == ValueTable::k_nil ? 0 : id - low_ + 1;
  const auto fresh = static_cast<std::uint32_t>(clusters_.size());
  const std::uint32_t at = slots_.insert(id, fresh);
  if (at == fresh) clusters_.emplace_back();
  return at;
}

std::uint32_t CellColumns::slot_of(ValueId id) const {
  if (dense_) return id == ValueTable::k_nil ? 0 : id - low_ + 1;
  return slots_.find(id);
}

/// False: some value has two writers.
bool CellColumns::update(std::uint32_t from, std::uint32_t to, std::uint32_t invoked,
                         std::uint32_t returned) {
  Cluster& written = clusters_[to];
  if (written.has_writer() || to == initial_) return false;
  written.written = invoked;
  written.write_returned = returned;
  written.from = from;
  if (from == k_none) return true;
  Cluster& taken = clusters_[from];
  doubled_ = doubled_ || taken.next != k_none;
  taken.next = to;
  return true;
}

bool CellColumns::take(std::uint32_t row) {
  const Step s = step(row);
  if (s.what == Step::What::foreign) return false;
  if (s.what == Step::What::nothing) return true;
  const std::uint32_t from = s.from == ValueTable::k_no_value ? k_none : slot(s.from);
  const std::uint32_t invoked = key_->table.invoked(row), returned = key_->returned(row);
  if (from != k_none && returned != k_open)
    clusters_[from].use = std::max(clusters_[from].use, returned);
  if (s.what == Step::What::observe) {
    Cluster& c = clusters_[from];
    c.first_read = std::min(c.first_read, returned);
    c.last_read = std::max(c.last_read, invoked);
    return true;
  }
  const std::uint32_t to = slot(s.to);
  if (returned != k_open) return update(from, to, invoked, returned);
  late_.push_back({from, to, invoked});
  return true;
}

void CellColumns::find_uses() {
  std::vector<Late> swaps;  // by what they leave
  for (const Late& l : late_)
    if (l.from != k_none) swaps.push_back(l);
  std::ranges::sort(swaps, {}, &Late::to);
  std::priority_queue<std::pair<std::uint32_t, std::uint32_t>> settled;  // use, value
  for (std::size_t i = 0; i < swaps.size(); ++i)
    if (i == 0 || swaps[i - 1].to != swaps[i].to)
      settled.emplace(clusters_[swaps[i].to].use, swaps[i].to);
  while (!settled.empty()) {
    const auto [use, value] = settled.top();
    settled.pop();
    if (use != clusters_[value].use) continue;  // it came again with a later one
    for (const Late& l : std::ranges::equal_range(swaps, value, {}, &Late::to)) {
      if (use == 0 || use < l.invoked || clusters_[l.from].use >= use) continue;
      clusters_[l.from].use = use;
      settled.emplace(use, l.from);
    }
  }
}

/// The indeterminate updates whose values are needed did happen. False as in update().
bool CellColumns::keep_needed() {
  find_uses();
  for (const Late& l : late_) {
    const std::uint32_t use = clusters_[l.to].use;
    if (use != 0 && use >= l.invoked && !update(l.from, l.to, l.invoked, k_open)) return false;
  }
  return true;
}

/// False: some call needs a value that nobody wrote, or that comes from a cycle of updates.
bool CellColumns::follow_chains() {
  chains_.clear();
  std::size_t values = 0, followed = 0;
  for (std::uint32_t root = 0; root < clusters_.size(); ++root) {
    const Cluster& first = clusters_[root];
    if (!first.has_writer() && root != initial_) {
      if (first.needed()) return false;
      continue;
    }
    ++values;
    if (first.from != k_none) continue;
    std::uint32_t first_return = k_open, last_invoked = 0;
    for (std::uint32_t at = root; at != k_none; at = clusters_[at].next) {
      const Cluster& c = clusters_[at];
      first_return = std::min({first_return, c.write_returned, c.first_read});
      if (c.has_writer()) last_invoked = std::max(last_invoked, c.written);
      last_invoked = std::max(last_invoked, c.last_read);
      ++followed;
    }
    // The initial value was there before every call.
    const std::uint64_t sort_key =
        root == initial_ ? 0 : 1 + std::uint64_t{std::min(first_return, last_invoked)};
    chains_.push_back({sort_key, root});
  }
  std::sort(chains_.begin(), chains_.end());
  return followed == values;
}

bool CellColumns::in_real_time() const {
  std::uint32_t latest = 0;
  for (const Chain& chain : chains_)
    for (std::uint32_t at = chain.root; at != k_none; at = clusters_[at].next) {
      const Cluster& c = clusters_[at];
      if (c.has_writer()) {
        if (c.write_returned < latest) return false;
        latest = std::max(latest, c.written);
      }
      if (c.first_read < latest) return false;
      latest = std::max(latest, c.last_read);
    }
  return true;
}

std::optional<bool> CellColumns::decide_steps() {
  late_.clear();
  doubled_ = false;
  number_values();
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    if (!take(row)) return std::nullopt;
  }
  if (!late_.empty() && !keep_needed()) return std::nullopt;
  return !doubled_ && follow_chains() && in_real_time();
}

bool CellColumns::walk() {
  std::vector<ColumnStep> steps;
  steps.reserve(key_->rows.size());
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    steps.push_back(step(row));
  }
  return walk_.gets_through(*key_, steps);
}

std::optional<bool> CellColumns::decide(const KeyRows& key) {
  key_ = &key;
  walked_ = wrong_texts_ = false;
  of_texts_ = std::ranges::any_of(
      key.rows, [&](std::uint32_t row) { return key.operation(row) == ColumnOperation::append; });
  if (of_texts_) {
    const TextColumns::Parts parts = texts_.take_apart(key);
    if (parts == TextColumns::Parts::other) return std::nullopt;
    wrong_texts_ = parts == TextColumns::Parts::wrong;
    if (wrong_texts_) return false;
  }
  if (const auto answer = decide_steps()) return answer;
  walked_ = walk();
  return walked_ ? std::optional(true) : std::nullopt;
}

std::vector<std::uint32_t> CellColumns::order() const {
  if (walked_) return walk_.order();
  std::vector<std::uint32_t> rank(clusters_.size(), 0);
  std::uint32_t next_rank = 0;
  for (const Chain& chain : chains_)
    for (std::uint32_t at = chain.root; at != k_none; at = clusters_[at].next)
      rank[at] = next_rank++;
  struct Placed {
    std::uint32_t rank;
    bool observer;
    std::uint32_t row;
    auto operator<=>(const Placed&) const = default;
  };
  std::vector<Placed> placed;
  for (const std::uint32_t row : key_->rows) {
    if (key_->table.invoked(row) >= key_->limit) break;
    const Step s = step(row);
    if (s.what == Step::What::observe) placed.push_back({rank[slot_of(s.from)], true, row});
    if (s.what == Step::What::update && happened(row, s))
      placed.push_back({rank[slot_of(s.to)], false, row});
  }
  std::ranges::sort(placed);
  std::vector<std::uint32_t> order;
  order.reserve(placed.size());
  for (const Placed& p : placed) order.push_back(p.row);
  return order;
}

}  // namespace plumbline
