#pragma once
/// NodeAddress: where a node's three doors are, and how that is written. A contact is the text
/// without the id; it is what a configuration holds of a member.

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "node/raft/types.h"

namespace plumbline::net {

inline constexpr std::uint16_t k_peer_port = 7000;
inline constexpr std::uint16_t k_client_port = 7001;
inline constexpr std::uint16_t k_http_port = 7002;

struct NodeAddress {
  raft::NodeId id;
  std::string host{};  ///< looked up anew at every attempt: containers change theirs
  std::uint16_t peer_port = k_peer_port;
  std::uint16_t client_port = k_client_port;
  std::uint16_t http_port = k_http_port;
  bool operator==(const NodeAddress&) const = default;
};

/// `ID=HOST[:PEER[:CLIENT[:HTTP]]]`; an IPv6 address stands in brackets. Fails: invalid.
Result<NodeAddress> parse_node(const std::string& text);
/// `HOST[:PEER[:CLIENT[:HTTP]]]`. Fails: invalid.
Result<NodeAddress> parse_contact(raft::NodeId id, const std::string& text);
/// With all three ports.
std::string contact_of(const NodeAddress& node);
/// "host:port", with brackets where IPv6 needs them.
std::string host_and_port(const std::string& host, std::uint16_t port);

}  // namespace plumbline::net
