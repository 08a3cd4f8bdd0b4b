#pragma once
/// Counting of majorities: who counts, and what so many of them have reached.

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

#include "core/base/check.h"
#include "node/raft/configuration.h"

namespace plumbline::raft {

constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }

/// What a node counts for in the configuration in force. Learners, and nodes that left: nothing.
struct Standing {
  bool in_voters = false;
  bool in_outgoing = false;
  bool counts() const { return in_voters || in_outgoing; }
};

/// The values of the members of one majority. Cost: no allocation.
template <class T>
class Tally {
 public:
  void add(T value) {
    CHECK(size_ < values_.size(), "a configuration has no more than k_members_max members");
    values_[size_++] = value;
  }
  /// The largest value that at least `needed` have reached; T{} if there are not so many.
  T reached_by(std::size_t needed) {
    if (size_ < needed) return T{};
    const auto nth = values_.begin() + static_cast<std::ptrdiff_t>(needed - 1);
    std::nth_element(values_.begin(), nth, values_.begin() + static_cast<std::ptrdiff_t>(size_),
                     std::greater<>{});
    return *nth;
  }

 private:
  std::array<T, k_members_max> values_;  // the first size_ are set
  std::size_t size_ = 0;
};

}  // namespace plumbline::raft
