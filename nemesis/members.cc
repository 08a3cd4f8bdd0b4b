#include "nemesis/members.h"

#include <algorithm>
#include <optional>

#include "nemesis/targets.h"

namespace plumbline {

bool is_for_later(const Error& error) {
  return error.code == Error::Code::timeout || error.code == Error::Code::unavailable;
}

namespace {

/// Those who are no voters; nothing if nobody knows who is.
std::optional<Nodes> who_is_out(Cluster& cluster) {
  const Nodes voters = cluster.voters();
  if (voters.empty()) return std::nullopt;
  Nodes out = cluster.nodes();
  std::erase_if(
      out, [&](const NodeName& node) { return std::ranges::find(voters, node) != voters.end(); });
  return out;
}

Value nobody_knows() { return Value("nobody knows who votes"); }

}  // namespace

Result<Value> bring_back_members(Cluster& cluster) {
  const auto out = who_is_out(cluster);
  if (!out) return nobody_knows();
  for (const NodeName& node : *out) {
    const Status added = cluster.add_member(node);
    if (!added && !is_for_later(added.error())) return context(added.error(), node);
  }
  return to_value(cluster.voters());
}

Result<Value> bring_back_together(Cluster& cluster) {
  const auto out = who_is_out(cluster);
  if (!out) return nobody_knows();
  if (!out->empty()) {
    const Status added = cluster.add_members(*out);
    if (!added && !is_for_later(added.error())) return std::unexpected(added.error());
  }
  return to_value(cluster.voters());
}

}  // namespace plumbline
