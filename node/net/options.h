#pragma once
/// Options of raftkvd, from its command line and its configuration file.

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/net/address.h"
#include "node/net/bad_links.h"
#include "node/raft/types.h"
#include "node/replica/reset_points.h"
#include "node/store/holding_file_system.h"

namespace plumbline::net {

struct Options {
  raft::NodeId id;
  std::vector<NodeAddress> nodes;  ///< the cluster's first ones; empty: this node joins
  NodeAddress self;                ///< how the others and clients reach it
  std::string data_dir;
  std::string cluster = "plumbline";
  std::string listen;  ///< empty: the host of `self`
  Nanos election_min = 300ms;
  Nanos election_max = 600ms;
  Nanos heartbeat = 50ms;
  std::uint64_t snapshot_every = 10'000;
  std::uint64_t segment_bytes = 16 << 20;
  std::uint64_t append_bytes = 0;  ///< of entries in one message; 0: the core's own default
  std::uint64_t inflight = 0;      ///< appends to one peer at a time; likewise
  std::uint64_t chunk_bytes = 0;   ///< of a snapshot in one message; likewise
  // For tests:
  std::optional<store::Holding> holding{};  ///< nothing: files as the operating system has them
  LinkTrouble link_trouble{};
  std::string link_trouble_file;
  replica::ResetShares reset_at{};
  std::set<std::string> defects;
  std::uint64_t seed = 0;  ///< of the election timeouts; 0: one of its own

  bool joins() const { return nodes.empty(); }
  std::set<raft::NodeId> first_voters() const;
  std::string describe() const;  ///< for the log
};

/// Why the program ends at once: what to print, and where.
struct EarlyExit {
  int code = 0;  ///< 0: --help or --version, on stdout; 2: one line on stderr
  std::string text;
};
std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace plumbline::net
