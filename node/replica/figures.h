#pragma once
/// Figures: what a replica counts.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace plumbline::replica {

/// How often something took how long. Bounds double from 50 us to about 3.3 s.
class Histogram {
 public:
  void add(Nanos duration);
  /// As Prometheus text. `labels` as in `op="put"`; may be empty.
  void print(std::string& out, std::string_view name, std::string_view labels) const;

 private:
  static constexpr std::size_t k_buckets = 17;
  static constexpr Nanos k_first_bound = 50us;
  std::array<std::uint64_t, k_buckets + 1> counts_{};  // the last: longer than every bound
  Nanos sum_{0};
};

struct Figures {
  std::uint64_t proposals = 0;
  std::uint64_t proposals_refused = 0;
  std::uint64_t proposals_lost = 0;  ///< another leader's entry took their place
  std::uint64_t unknown_outcomes = 0;
  std::uint64_t busy = 0;
  std::uint64_t elections = 0;  ///< times this node stood for election
  std::uint64_t leaderships = 0;
  std::uint64_t snapshots_made = 0;
  std::uint64_t snapshots_installed = 0;
  std::array<std::uint64_t, 3> reads{};  ///< by proto::ReadMode
  Histogram write_seconds;
  Histogram read_seconds;
};

}  // namespace plumbline::replica
