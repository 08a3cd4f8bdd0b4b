#pragma once
/// Options of raftkvd, from its command line and its configuration file.

#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/raft/types.h"

namespace plumbline::net {

inline constexpr std::uint16_t k_peer_port = 7000;
inline constexpr std::uint16_t k_client_port = 7001;
inline constexpr std::uint16_t k_http_port = 7002;

struct NodeAddress {
  raft::NodeId id;
  std::string host{};
  std::uint16_t peer_port = k_peer_port;
  std::uint16_t client_port = k_client_port;
  std::uint16_t http_port = k_http_port;
  bool operator==(const NodeAddress&) const = default;
};
/// `ID=HOST[:PEER[:CLIENT[:HTTP]]]`; an IPv6 address stands in brackets. Fails: invalid.
Result<NodeAddress> parse_node(const std::string& text);
/// "host:port", with brackets where IPv6 needs them.
std::string host_and_port(const std::string& host, std::uint16_t port);

struct Options {
  raft::NodeId id;
  std::vector<NodeAddress> nodes;
  std::string data_dir;
  std::string cluster = "plumbline";
  std::string listen;  ///< empty: the host of this node in `nodes`
  Nanos election_min = 300ms;
  Nanos election_max = 600ms;
  Nanos heartbeat = 50ms;
  std::uint64_t snapshot_every = 10'000;
  std::uint64_t segment_bytes = 16 << 20;
  std::set<std::string> defects;
  std::uint64_t seed = 0;  ///< of the election timeouts; 0: one of its own

  const NodeAddress& self() const;
  std::set<raft::NodeId> voters() const;
  std::string describe() const;  ///< for the log
};

/// Why the program ends at once: what to print, and where.
struct EarlyExit {
  int code = 0;  ///< 0: --help or --version, on stdout; 2: one line on stderr
  std::string text;
};
std::expected<Options, EarlyExit> parse_options(int argc, const char* const* argv);

}  // namespace plumbline::net
