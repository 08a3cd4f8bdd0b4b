#pragma once
/// Structures over gaps (elements.h) and windows of them, for lifo.cc.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace plumbline {

/// How often each gap is covered; gives the gaps that are not, each once. O(log gaps) an operation.
class CoverCounts {
 public:
  /// counts: how often each gap is covered at the start.
  explicit CoverCounts(const std::vector<int>& counts)
      : leaves_(std::bit_ceil(std::max<std::size_t>(counts.size(), 2))),
        least_(2 * leaves_, k_given),
        added_(leaves_, 0) {
    std::copy(counts.begin(), counts.end(), least_.begin() + static_cast<std::ptrdiff_t>(leaves_));
    for (std::size_t p = leaves_ - 1; p > 0; --p) pull(p);
  }
  /// The gaps from..end-1 are covered once less.
  void uncover(int from, int end) {
    std::size_t l = static_cast<std::size_t>(from) + leaves_;
    std::size_t r = static_cast<std::size_t>(end) + leaves_;
    const std::size_t first = l, last = r - 1;
    for (; l < r; l >>= 1, r >>= 1) {
      if ((l & 1) != 0) add(l++, -1);
      if ((r & 1) != 0) add(--r, -1);
    }
    for (std::size_t p = first >> 1; p > 0; p >>= 1) pull(p);
    for (std::size_t p = last >> 1; p > 0; p >>= 1) pull(p);
  }
  /// The next gap that is not covered and was not given before; -1 if there is none now.
  int give() {
    if (least_[1] != 0) return -1;
    std::size_t p = 1;
    for (int wanted = 0; p < leaves_;) {
      wanted -= added_[p];
      p = least_[2 * p] == wanted ? 2 * p : 2 * p + 1;
    }
    const auto gap = static_cast<int>(p - leaves_);
    least_[p] += k_given;
    for (p >>= 1; p > 0; p >>= 1) pull(p);
    return gap;
  }

 private:
  /// Far more than there are elements.
  static constexpr int k_given = 1 << 30;
  void add(std::size_t p, int count) {
    least_[p] += count;
    if (p < leaves_) added_[p] += count;
  }
  void pull(std::size_t p) { least_[p] = std::min(least_[2 * p], least_[2 * p + 1]) + added_[p]; }

  std::size_t leaves_;
  std::vector<int> least_, added_;
};

/// Windows by their first gaps; gives those that contain some gap, each once. O(log n) a window.
class WaitingWindows {
 public:
  struct Window {
    int from = 0, last = 0;  ///< its gaps
  };
  explicit WaitingWindows(std::vector<Window> windows)
      : windows_(std::move(windows)),
        leaves_(std::bit_ceil(std::max<std::size_t>(windows_.size(), 2))),
        latest_(2 * leaves_, -1) {
    for (std::size_t i = 0; i < windows_.size(); ++i)
      by_from_.push_back(static_cast<std::uint32_t>(i));
    std::stable_sort(by_from_.begin(), by_from_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return windows_[a].from < windows_[b].from;
    });
    for (std::size_t i = 0; i < by_from_.size(); ++i)
      latest_[leaves_ + i] = windows_[by_from_[i]].last;
    for (std::size_t p = leaves_ - 1; p > 0; --p) pull(p);
  }
  /// The index of a window that contains `gap` and was not given before; -1 if there is none.
  int give(int gap) {
    // The first in the tree that lasts long enough has the least beginning of those that do.
    if (latest_[1] < gap) return -1;
    std::size_t p = 1;
    while (p < leaves_) p = latest_[2 * p] >= gap ? 2 * p : 2 * p + 1;
    const std::uint32_t window = by_from_[p - leaves_];
    if (windows_[window].from > gap) return -1;
    latest_[p] = -1;
    for (p >>= 1; p > 0; p >>= 1) pull(p);
    return static_cast<int>(window);
  }

 private:
  void pull(std::size_t p) { latest_[p] = std::max(latest_[2 * p], latest_[2 * p + 1]); }

  std::vector<Window> windows_;
  std::vector<std::uint32_t> by_from_;
  std::size_t leaves_;
  std::vector<int> latest_;
};

/// A set of gaps with the nearest member on either side. A few steps an operation.
class GapSet {
 public:
  explicit GapSet(int gaps) {
    for (auto size = static_cast<std::size_t>(gaps);;) {
      size = size / k_bits + 1;
      levels_.emplace_back(size, 0);
      if (size == 1) break;
    }
  }
  void insert(int gap) {
    auto at = static_cast<std::size_t>(gap);
    for (auto& level : levels_) {
      level[at / k_bits] |= std::uint64_t{1} << (at % k_bits);
      at /= k_bits;
    }
  }
  /// The least member >= gap, or -1.
  int next(int gap) const {
    auto at = static_cast<std::size_t>(gap);
    for (std::size_t l = 0; l < levels_.size(); ++l, at = at / k_bits + 1) {
      if (at / k_bits >= levels_[l].size()) return -1;
      const std::uint64_t word = levels_[l][at / k_bits] >> (at % k_bits);
      if (word == 0) continue;
      at += static_cast<std::size_t>(std::countr_zero(word));
      while (l-- > 0) at = at * k_bits + static_cast<std::size_t>(std::countr_zero(levels_[l][at]));
      return static_cast<int>(at);
    }
    return -1;
  }
  /// The greatest member <= gap, or -1.
  int previous(int gap) const {
    if (gap < 0) return -1;
    auto at = static_cast<std::size_t>(gap);
    for (std::size_t l = 0; l < levels_.size(); ++l) {
      const std::uint64_t word = levels_[l][at / k_bits] << (k_bits - 1 - at % k_bits);
      if (word != 0) {
        at -= static_cast<std::size_t>(std::countl_zero(word));
        while (l-- > 0)
          at =
              at * k_bits + k_bits - 1 - static_cast<std::size_t>(std::countl_zero(levels_[l][at]));
        return static_cast<int>(at);
      }
      if (at / k_bits == 0) return -1;
      at = at / k_bits - 1;
    }
    return -1;
  }

 private:
  static constexpr std::size_t k_bits = 64;
  std::vector<std::vector<std::uint64_t>> levels_;
};

}  // namespace plumbline
