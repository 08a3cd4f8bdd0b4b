#include "nemesis/members.h"

#include <algorithm>

#include "nemesis/targets.h"

namespace plumbline {

bool is_for_later(const Error& error) {
  return error.code == Error::Code::timeout || error.code == Error::Code::unavailable;
}

Result<Value> bring_back_members(Cluster& cluster) {
  const Nodes voters = cluster.voters();
  if (voters.empty()) return Value("nobody knows who votes");
  for (const NodeName& node : cluster.nodes()) {
    if (std::ranges::find(voters, node) != voters.end()) continue;
    const Status added = cluster.add_member(node);
    if (!added && !is_for_later(added.error())) return context(added.error(), node);
  }
  return to_value(cluster.voters());
}

}  // namespace plumbline
