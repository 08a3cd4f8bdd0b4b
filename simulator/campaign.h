#pragma once
/// A campaign: many seeds, each of which decides one case (workload, faults, nodes, pace, reads)
/// and with it one simulated run. draw_case() depends on the seed and the campaign's options alone:
/// no case knows of another, so that shards and workers may run them in any order.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "simulator/simulate.h"

namespace plumbline::simulator {

/// What the cases of a campaign are drawn from. No list is empty.
struct CampaignOptions {
  std::vector<std::string> workloads = {"register"};
  std::vector<std::string> faults = {"partition", "kill", "pause"};  ///< a case has some of them
  bool all_faults_at_once = false;                                   ///< or every one
  std::vector<int> nodes = {3, 5};
  /// Leases are drawn only for cases without a fault of clocks, under which they promise nothing.
  std::vector<std::string> reads = {"linearizable"};
  Nanos time_limit = 20s;
  Nanos fault_interval{};    ///< of all cases; 0: drawn
  int rate = 0;              ///< likewise, operations a second
  int clients_per_node = 0;  ///< likewise
  /// Fields of a weather that all cases have; the others are drawn. Requires: parse_weather().
  std::string weather{};
  std::set<std::string> defects{};
  bool invariants = true;
};

struct Case {
  std::uint64_t index = 0;  ///< among the campaign's seeds, from 0, over all shards
  Options options{};
};

Options draw_case(std::uint64_t seed, const CampaignOptions& campaign);

/// Which seeds, and which part of them is ours.
struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;   ///< included
  std::uint64_t shard = 1;  ///< of `shards`, from 1: every shards-th seed
  std::uint64_t shards = 1;
  std::uint64_t total() const { return last - first + 1; }  ///< of all shards
  /// Of this shard.
  std::uint64_t size() const { return (total() + shards - shard) / shards; }
  /// Index in the campaign of the n-th seed of this shard.
  std::uint64_t index(std::uint64_t n) const { return n * shards + shard - 1; }
  bool operator==(const Seeds&) const = default;
};
/// "1..10000" or "7", and "2/8" or "" for all. Fails: invalid, with what was expected.
plumbline::Result<Seeds> parse_seeds(const std::string& seeds, const std::string& shard);

/// simulate(), or what a test puts in its place.
using Simulate = std::function<plumbline::Result<Result>(const Options&)>;

}  // namespace plumbline::simulator
