#pragma once
/// Counting of majorities. The set of voters is fixed for a node's life.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "core/base/check.h"

namespace plumbline::raft {

constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }

/// The largest value that a majority of the voters has reached. Takes: one value for each voter.
template <class T>
T reached_by_majority(std::vector<T> values) {
  CHECK(!values.empty(), "a cluster has at least one voter");
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(majority_of(values.size()) - 1);
  std::nth_element(values.begin(), nth, values.end(), std::greater<>{});
  return *nth;
}

}  // namespace plumbline::raft
