#pragma once
/// Metrics: counters of a node, and their Prometheus text.

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "node/net/peers.h"
#include "node/raft/raft.h"
#include "node/replica/figures.h"
#include "node/store/wal.h"

namespace plumbline::net {

/// Of the disk; what the replica counts is its own.
struct Metrics {
  std::uint64_t slow_syncs = 0;
  replica::Histogram sync_seconds;
  store::Wal::Figures wal;
};

/// What is not counted here but looked up when somebody asks.
struct Gauges {
  replica::Figures replica;
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
