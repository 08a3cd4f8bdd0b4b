// The calls that make a cell's history invalid, found by looking again at what decide() gathered.

#include <algorithm>
#include <set>

#include "checker/column_cells.h"

namespace plumbline {

class CellCore {
 public:
  explicit CellCore(const CellColumns& cells)
      : cells_(cells),
        key_(*cells.key_),
        writer_(cells.clusters_.size(), k_none),
        witness_(cells.clusters_.size(), k_none) {
    each([&](std::uint32_t row, const Step& s) {
      if (s.what == What::update) writer_[cells_.slot_of(s.to)] = row;
      if (s.from == ValueTable::k_no_value || !key_.required(row)) return;
      std::uint32_t& latest = witness_[cells_.slot_of(s.from)];
      if (latest == k_none || key_.returned(row) > key_.returned(latest)) latest = row;
    });
  }

  ColumnCore find() {
    find_orphans();
    if (cells_.doubled_) find_doubled();
    if (best_.rows.empty()) find_broken_chain();
    if (best_.rows.empty()) find_entangled_chains();
    if (best_.rows.empty()) find_cycle();
    for (const std::uint32_t row : best_.rows) close_over(row);
    best_.rows.assign(closed_.begin(), closed_.end());
    // What texts consist of is known when those who tell so have returned.
    if (cells_.of_texts_)
      for (const std::uint32_t row : best_.rows)
        if (key_.required(row)) best_.completed = std::max(best_.completed, key_.returned(row));
    return std::move(best_);
  }

 private:
  using Cluster = CellColumns::Cluster;
  using Step = CellColumns::Step;
  using What = CellColumns::Step::What;
  static constexpr std::uint32_t k_none = CellColumns::k_none;

  /// Every call that decide() kept.
  template <class Work>
  void each(Work work) const {
    for (const std::uint32_t row : key_.rows) {
      if (key_.table.invoked(row) >= key_.limit) break;
      const Step s = cells_.step(row);
      if (s.what == What::observe || (s.what == What::update && cells_.happened(row, s)))
        work(row, s);
    }
  }
  bool orphan(std::uint32_t slot) const {
    return !cells_.clusters_[slot].has_writer() && slot != cells_.initial_;
  }
  std::uint32_t invoked(std::uint32_t row) const { return key_.table.invoked(row); }
  /// When it is known that this call happened.
  std::uint32_t known(std::uint32_t row, const Step& s) const {
    return key_.required(row) ? key_.returned(row) : cells_.clusters_[cells_.slot_of(s.to)].use;
  }
  std::uint32_t known(std::uint32_t row) const { return known(row, cells_.step(row)); }
  void propose(std::vector<std::uint32_t> rows) {
    std::uint32_t completed = 0;
    for (const std::uint32_t row : rows) completed = std::max(completed, known(row));
    if (best_.rows.empty() || completed < best_.completed) best_ = {std::move(rows), completed};
  }

  /// A value that nobody wrote.
  void find_orphans() {
    std::uint32_t first = k_none;
    each([&](std::uint32_t row, const Step& s) {
      if (s.from == ValueTable::k_no_value || !orphan(cells_.slot_of(s.from))) return;
      if (first == k_none || known(row, s) < known(first)) first = row;
    });
    if (first != k_none) propose({first});
  }

  /// Two updates that both need one value.
  void find_doubled() {
    std::vector<std::uint32_t> taker(cells_.clusters_.size(), k_none);
    each([&](std::uint32_t row, const Step& s) {
      if (s.what != What::update || s.from == ValueTable::k_no_value) return;
      std::uint32_t& other = taker[cells_.slot_of(s.from)];
      if (other != k_none) propose({other, row});
      other = row;
    });
  }

  /// Numbers the chains, and the values in each; k_none where no chain leads.
  void number_chains() {
    chain_.assign(cells_.clusters_.size(), k_none);
    place_.assign(cells_.clusters_.size(), 0);
    for (std::uint32_t i = 0; i < cells_.chains_.size(); ++i) {
      std::uint32_t place = 0;
      for (std::uint32_t at = cells_.chains_[i].root; at != k_none;
           at = cells_.clusters_[at].next) {
        chain_[at] = i;
        place_[at] = place++;
      }
    }
  }
  /// The value that a call stands at in its chain.
  std::uint32_t home(const Step& s) const {
    return cells_.slot_of(s.what == What::update ? s.to : s.from);
  }

  /// A call that returned before one was invoked that stands before it in the same chain.
  void find_broken_chain() {
    number_chains();
    std::uint32_t where = k_none, returned = CellColumns::k_open;
    bool reads = false;
    for (const CellColumns::Chain& chain : cells_.chains_) {
      std::uint32_t latest = 0;
      for (std::uint32_t at = chain.root; at != k_none; at = cells_.clusters_[at].next) {
        const Cluster& c = cells_.clusters_[at];
        const std::uint32_t written = c.has_writer() ? c.written : 0;
        const bool early_read = c.first_read < std::max(latest, written);
        if (early_read && c.first_read < returned) {
          where = at, returned = c.first_read, reads = true;
        }
        if (c.write_returned < latest && c.write_returned < returned) {
          where = at, returned = c.write_returned, reads = false;
        }
        latest = std::max({latest, written, c.last_read});
      }
    }
    if (where == k_none) return;
    std::uint32_t early = k_none, late = k_none;
    each([&](std::uint32_t row, const Step& s) {
      const std::uint32_t at = home(s);
      if (key_.returned(row) == returned) early = row;
      const bool before =
          chain_[at] == chain_[where] &&
          (place_[at] < place_[where] || (at == where && reads && s.what == What::update));
      if (!before || invoked(row) < returned) return;
      if (late == k_none || known(row, s) < known(late)) late = row;
    });
    propose({early, late});
  }

  /// Two chains of which each must come before the other.
  void find_entangled_chains() {
    std::uint32_t latest = 0, of = k_none;
    for (std::uint32_t i = 0; i < cells_.chains_.size(); ++i) {
      const std::uint32_t before = of;
      const std::uint32_t bound = latest;
      for (std::uint32_t at = cells_.chains_[i].root; at != k_none;
           at = cells_.clusters_[at].next) {
        const Cluster& c = cells_.clusters_[at];
        if (before != k_none && std::min(c.write_returned, c.first_read) < bound)
          return entangle(before, i);
        const std::uint32_t last = std::max(c.has_writer() ? c.written : 0, c.last_read);
        if (last >= latest) {
          latest = last;
          of = i;
        }
      }
    }
  }
  void entangle(std::uint32_t a, std::uint32_t b) {
    std::uint32_t first[2] = {k_none, k_none}, late[2] = {k_none, k_none};
    const auto side = [&](const Step& s) {
      const std::uint32_t chain = chain_[home(s)];
      return chain == a ? 0 : chain == b ? 1 : -1;
    };
    each([&](std::uint32_t row, const Step& s) {
      const int of = side(s);
      if (of < 0 || !key_.required(row)) return;
      if (first[of] == k_none || key_.returned(row) < key_.returned(first[of])) first[of] = row;
    });
    each([&](std::uint32_t row, const Step& s) {
      const int of = side(s);
      if (of < 0 || first[1 - of] == k_none) return;
      if (invoked(row) < key_.returned(first[1 - of])) return;
      if (late[of] == k_none || known(row, s) < known(late[of])) late[of] = row;
    });
    std::vector<std::uint32_t> rows;
    for (const std::uint32_t row : {first[0], first[1], late[0], late[1]})
      if (row != k_none) rows.push_back(row);
    propose(std::move(rows));
  }

  /// Updates that need one another's values in a circle.
  void find_cycle() {
    each([&](std::uint32_t row, const Step& s) {
      if (best_.rows.empty() && chain_[home(s)] == k_none) propose({row});
    });
    // All of the circle takes part.
    for (const std::uint32_t row : best_.rows) close_over(row);
    for (const std::uint32_t row : closed_) best_.completed = std::max(best_.completed, known(row));
  }

  /// `row`, the writers before it, who saw that an indeterminate one happened, and who told what a
  /// text consists of.
  void close_over(std::uint32_t row) {
    std::vector<std::uint32_t> open{row};
    while (!open.empty()) {
      row = open.back();
      open.pop_back();
      if (row == k_none || !closed_.insert(row).second) continue;
      const Step s = cells_.step(row);
      if (s.from != ValueTable::k_no_value) open.push_back(writer_[cells_.slot_of(s.from)]);
      if (cells_.of_texts_)
        for (const std::uint32_t other : cells_.texts_.besides(row)) open.push_back(other);
      if (s.what != What::update || key_.required(row)) continue;
      const std::uint32_t to = cells_.slot_of(s.to);
      const bool seen = witness_[to] != k_none && key_.returned(witness_[to]) >= invoked(row);
      const std::uint32_t next = cells_.clusters_[to].next;
      if (seen)
        open.push_back(witness_[to]);
      else if (next != k_none)
        open.push_back(writer_[next]);
    }
  }

  const CellColumns& cells_;
  const KeyRows& key_;
  std::vector<std::uint32_t> writer_;   ///< by value: the row that leaves it
  std::vector<std::uint32_t> witness_;  ///< by value: the required row that saw it last
  std::vector<std::uint32_t> chain_, place_;
  ColumnCore best_;
  std::set<std::uint32_t> closed_;
};

ColumnCore CellColumns::core() const {
  return wrong_texts_ ? texts_.core() : CellCore(*this).find();
}

}  // namespace plumbline
