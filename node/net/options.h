#pragma once
/// Options of raftkvd, from its command line and its configuration file.

#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/net/address.h"
#include "node/raft/types.h"

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
