#pragma once
/// FlatMap: small numbers by key, in one array with open addressing. Keys are never removed.
/// Requires: fewer than 2^31 keys.
/// Cost:   O(1) expected; at least a quarter, at most half of the array is in use once it has
/// grown.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace plumbline {

template <class Key>
class FlatMap {
 public:
  static constexpr std::uint32_t k_none = 0xffffffff;

  /// Forgets everything; room for `keys` of them without growing.
  void reset(std::size_t keys) {
    const std::size_t cells = std::bit_ceil(std::max<std::size_t>(keys * 2, k_least));
    cells_.assign(cells, {});
    shift_ = 64 - std::countr_zero(cells);
    size_ = 0;
  }
  /// The value of `key`; k_none if it has none.
  std::uint32_t find(Key key) const {
    return cells_.empty() ? k_none : cells_[place_of(key)].value;
  }
  /// The value of `key`, which becomes `fresh` if it had none. Requires: fresh != k_none.
  std::uint32_t insert(Key key, std::uint32_t fresh) {
    if ((size_ + 1) * 2 > cells_.size()) grow();
    Cell& cell = cells_[place_of(key)];
    if (cell.value == k_none) {
      cell = {key, fresh};
      ++size_;
    }
    return cell.value;
  }
  std::size_t size() const { return size_; }

 private:
  struct Cell {
    Key key{};
    std::uint32_t value = k_none;
  };
  static constexpr std::size_t k_least = 16;

  /// Where `key` is, or would be put.
  std::size_t place_of(Key key) const {
    constexpr std::uint64_t k_golden = 0x9e3779b97f4a7c15;  // Fibonacci hashing
    std::size_t at = (static_cast<std::uint64_t>(key) * k_golden) >> shift_;
    while (cells_[at].value != k_none && cells_[at].key != key) at = (at + 1) & (cells_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Cell> old = std::move(cells_);
    reset(old.size());
    for (const Cell& cell : old)
      if (cell.value != k_none) insert(cell.key, cell.value);
  }

  std::vector<Cell> cells_;
  int shift_ = 64;
  std::size_t size_ = 0;
};

}  // namespace plumbline
