#pragma once
/// Metrics: counters of a node, and their Prometheus text.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "node/net/peers.h"
#include "node/raft/raft.h"
#include "node/store/wal.h"

namespace plumbline::net {

/// How often something took how long. Bounds double from 50 us to about 3.3 s.
class Histogram {
 public:
  void add(Nanos duration);
  /// `labels` as in `op="put"`; may be empty.
  void print(std::string& out, std::string_view name, std::string_view labels) const;

 private:
  static constexpr std::size_t k_buckets = 17;
  static constexpr Nanos k_first_bound = 50us;
  std::array<std::uint64_t, k_buckets + 1> counts_{};  // the last: longer than every bound
  Nanos sum_{0};
};

struct Metrics {
  std::uint64_t proposals = 0;
  std::uint64_t proposals_refused = 0;
  std::uint64_t proposals_lost = 0;  ///< another leader's entry took their place
  std::uint64_t unknown_outcomes = 0;
  std::uint64_t busy = 0;
  std::uint64_t elections = 0;  ///< times this node stood for election
  std::uint64_t leaderships = 0;
  std::uint64_t slow_syncs = 0;
  std::uint64_t snapshots_made = 0;
  std::uint64_t snapshots_installed = 0;
  std::array<std::uint64_t, 3> reads{};  ///< by proto::ReadMode
  Histogram write_seconds;
  Histogram read_seconds;
  Histogram sync_seconds;
  store::Wal::Figures wal;
};

/// What is not counted but looked up when somebody asks.
struct Gauges {
  raft::NodeStatus raft;
  PeerFigures peers;
  std::size_t links_up = 0;
  std::size_t client_connections = 0;
  std::size_t http_connections = 0;
  std::size_t waiting_requests = 0;
  std::size_t keys = 0;
  std::size_t sessions = 0;
};

std::string prometheus(const Metrics& metrics, const Gauges& gauges);

}  // namespace plumbline::net
