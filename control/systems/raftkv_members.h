#pragma once
/// Members of a raftkv cluster whose nodes are places: a node that was taken out comes back under a
/// new id, since its old one belongs to the data that it lost.

#include <cstdint>
#include <string>
#include <vector>

#include "control/system.h"
#include "control/target.h"

namespace plumbline::raftkv {

inline constexpr std::uint16_t k_peer_port = 7000;
inline constexpr std::uint16_t k_client_port = 7001;
inline constexpr std::uint16_t k_http_port = 7002;

/// The place of `node` in `all`, from 1, plus their number for each incarnation: 3, 8, 13, ...
/// Requires: it is one of them.
std::uint64_t id_of(const NodeAccess& node, const std::vector<NodeAccess>& all);
/// HOST:CLIENT of each.
std::vector<std::string> doors_of(const std::vector<NodeAccess>& all);
/// HOST:PEER:CLIENT:HTTP.
std::string contact_of(const NodeAccess& node);

// As System's.
Result<Nodes> voters(const std::vector<NodeAccess>& all, Trust in_leader);
Status remove_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                      Nanos timeout);
Status add_members(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                   Nanos timeout);
Status add_learners(const std::vector<NodeAccess>& nodes, const std::vector<NodeAccess>& all,
                    Nanos timeout);
Result<std::string> difference_of_replicas(const std::vector<NodeAccess>& all, Nanos timeout);
Status transfer_leadership(const NodeAccess& to, const std::vector<NodeAccess>& all, Nanos timeout);

}  // namespace plumbline::raftkv
