#pragma once
/// RaftkvSession: the changes of one process, made under a session of its own: asked again, of
/// other nodes too, until they are answered or their time is up, and yet each done once. Threads:
/// one.

#include <optional>
#include <vector>

#include "control/target.h"
#include "core/base/time.h"
#include "core/history/event.h"
#include "node/client/endpoints.h"

namespace plumbline {

class RaftkvSession {
 public:
  /// Asks `home` first.
  RaftkvSession(const NodeAccess& home, const std::vector<NodeAccess>& all);

  Completion change(const Operation& operation, const proto::Request& request, Nanos timeout);

 private:
  kv_client::Endpoints endpoints_;
  bool registered_ = false;
};

}  // namespace plumbline
