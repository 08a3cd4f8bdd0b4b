#include "node/replica/peer_identities.h"

#include <utility>
#include <vector>

#include "core/base/text.h"

namespace plumbline::replica {
namespace {

constexpr std::size_t k_hex_digits = 16;
constexpr std::string_view k_header = "origin ";

std::string lost_its_data(raft::NodeId node) {
  return str("node ", node, " lost its data: remove it and add it again under a new id");
}

}  // namespace

PeerIdentities::PeerIdentities(std::string cluster, raft::NodeId self, StoreId own,
                               std::string origin)
    : cluster_(std::move(cluster)), self_(self), own_(own), origin_(std::move(origin)) {}

Introduction PeerIdentities::introduce_to(raft::NodeId to) const {
  return {.cluster = cluster_,
          .origin = origin_,
          .from = self_,
          .to = to,
          .from_store = own_,
          .to_store = known(to)};
}

PeerIdentities::Verdict PeerIdentities::meet(const Introduction& caller) {
  if (std::string refusal = refuse(caller); !refusal.empty()) return {std::move(refusal)};
  Verdict verdict;
  verdict.news = met_.emplace(caller.from, caller.from_store).second;
  if (origin_.empty() && !caller.origin.empty()) {
    origin_ = caller.origin;
    verdict.news = true;
  }
  return verdict;
}

StoreId PeerIdentities::known(raft::NodeId node) const {
  const auto met = met_.find(node);
  return met == met_.end() ? k_unknown_store : met->second;
}

std::string PeerIdentities::refuse(const Introduction& caller) const {
  if (caller.cluster != cluster_)
    return str("cluster '", printable(caller.cluster, 64), "'; this node is of '", cluster_, "'");
  if (caller.to != self_)
    return str("a call to node ", caller.to, "; this is node ", self_, ": check the addresses");
  if (caller.from == raft::k_nobody || caller.from == self_)
    return str("a call from node ", caller.from, " to node ", self_);
  if (caller.from_store == k_unknown_store) return str("node ", caller.from, " names no store");
  if (!origin_.empty() && !caller.origin.empty() && caller.origin != origin_)
    return str("node ", caller.from, " is of a cluster that began with nodes ",
               printable(caller.origin, 64), "; that of node ", self_, " began with ", origin_);
  if (caller.to_store != k_unknown_store && caller.to_store != own_)
    return str("node ", caller.from, " met this node with other data: ", lost_its_data(self_));
  const StoreId met = known(caller.from);
  if (met != k_unknown_store && met != caller.from_store)
    return str("store ", to_hex(caller.from_store), " where node ", self_, " met ", to_hex(met),
               ": ", lost_its_data(caller.from));
  return {};
}

std::string PeerIdentities::encode() const {
  std::string out = str(k_header, origin_, "\n");
  for (const auto& [node, store] : met_) out += str(node, " ", to_hex(store), "\n");
  return out;
}

Status PeerIdentities::restore(std::string_view bytes) {
  const auto damaged = fail(Error::Code::corrupt, "the list of nodes met is damaged");
  std::vector<std::string> lines = split(bytes, '\n');
  if (lines.size() < 2 || !lines.front().starts_with(k_header) || !lines.back().empty())
    return damaged;
  PeerIdentities read(cluster_, self_, own_, lines.front().substr(k_header.size()));
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> words = split(lines[i], ' ');
    const auto node = words.size() == 2 ? parse_int(words[0]) : std::nullopt;
    const auto store = node && *node > 0 ? store_from_hex(words[1]) : std::nullopt;
    if (!store) return damaged;
    read.met_.emplace(raft::NodeId(static_cast<std::uint64_t>(*node)), *store);
  }
  if (!origin_.empty() && read.origin_ != origin_) return damaged;
  *this = std::move(read);
  return {};
}

std::string to_hex(StoreId store) {
  static constexpr char k_digits[] = "0123456789abcdef";
  std::string hex(k_hex_digits, '0');
  for (std::size_t i = 0; i < k_hex_digits; ++i)
    hex[k_hex_digits - 1 - i] = k_digits[(store.value >> (4 * i)) & 15];
  return hex;
}

std::optional<StoreId> store_from_hex(std::string_view text) {
  if (text.size() != k_hex_digits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return value == 0 ? std::nullopt : std::optional(StoreId(value));
}

}  // namespace plumbline::replica
