#include "checker/order.h"

#include <algorithm>
#include <unordered_set>

#include "core/base/text.h"

namespace plumbline {

bool respects_real_time(std::span<const NormalCall* const> order) {
  std::int64_t latest_invoked = -1;
  for (const NormalCall* c : order) {
    if (c->returned < latest_invoked) return false;
    latest_invoked = std::max(latest_invoked, c->call->invoked);
  }
  return true;
}

std::string verify_order(const std::vector<Call>& calls, std::span<const Call* const> order,
                         Machine& machine) {
  std::unordered_set<std::int64_t> placed;
  std::int64_t latest_invoked = -1;
  for (const Call* call : order) {
    if (call->type == EventType::fail) return str("call ", call->id, " failed");
    if (!placed.insert(call->id).second) return str("call ", call->id, " stands there twice");
    const bool known = call->type == EventType::ok;
    if (known && call->returned < latest_invoked)
      return str("call ", call->id, " stands behind one that began after it had ended");
    latest_invoked = std::max(latest_invoked, call->invoked);
  }
  if (const Replayed replayed = machine.replay(order); replayed.legal < order.size())
    return str("call ", order[replayed.legal]->id, " is not legal in state ", replayed.state);
  for (const Call& call : calls)
    if (call.type == EventType::ok && !placed.contains(call.id))
      return str("call ", call.id, " is missing");
  return "";
}

}  // namespace plumbline
