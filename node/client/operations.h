#pragma once
/// Operations: how the operations of a history are asked of raftkv, and what its answers prove of
/// them. The real and the simulated client share this.
///   read, write, remove    of a register; a key that is not there reads as nil
///   cas [expected new]     expected nil: the key must not exist
///   append                 to a list
/// Integers are kept as texts.

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/history/event.h"
#include "node/proto/request.h"

namespace plumbline::kv_client {

/// The f's that request_for() knows.
const std::vector<std::string>& known_operations();

/// Fails: invalid, if raftkv cannot do that.
Result<proto::Request> request_for(const Operation& operation, proto::ReadMode reads);

/// What `code`, as the answer to a change, proves: ok, fail (it certainly was not and will not be
/// done) or info.
EventType meaning_of(proto::Code code);

/// ok: of read and remove what was there (nil: nothing), else what was asked. A read whose outcome
/// is unknown has failed: it changed nothing.
Completion completion_of(const Operation& operation, const proto::Reply& reply);

/// Where a node that is not the leader says that the leader is; nothing if it does not say.
std::optional<std::string> leader_named(const proto::Reply& reply);
/// Leaders move, and hints are old: more hops than this are a circle.
inline constexpr int k_most_hops = 4;
/// Whether a client goes on to the leader that its node names. Every second client of a node does
/// so for reads only: were all to follow with changes, all would wait for a leader that is cut off,
/// and nobody would change anything behind its back.
inline bool follows_hint(const Operation& operation, bool client_follows) {
  return client_follows || operation.f == "read";
}

}  // namespace plumbline::kv_client
