#pragma once
/// A cluster seen from outside: who leads, who is a member, whether the replicas are equal; and
/// changes of members, asked for until they have come about. Threads: none of their own.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/client/client.h"

namespace plumbline::kv_client {

/// One call to one client door, "host:port". Fails: as Connection.
Result<Reply> ask_one(const std::string& endpoint, const Request& request, Nanos timeout);
/// Fails: as Connection; failed, with what the node answered instead.
Result<proto::Status> status_of(const std::string& endpoint, Nanos timeout, bool with_hash = false);

struct Leader {
  std::string endpoint;
  proto::Status status;
};
/// Whoever says that it leads in the highest term; also one that is not of `endpoints`, if they
/// name it. `timeout`: for each node. Fails: unavailable, if nobody does.
Result<Leader> find_leader(const std::vector<std::string>& endpoints, Nanos timeout);

/// What the leader says once a majority has confirmed that it leads: one that slept does not know
/// that it was replaced, nor that its members may change yet.
/// `timeout`: for each node to say whether it leads. Fails: unavailable, if nobody does or it is
/// not confirmed in a second.
Result<Leader> find_confirmed_leader(const std::vector<std::string>& endpoints, Nanos timeout);

/// What to ask of whoever says that it leads; nothing: all is as wanted. It is shown settled states
/// only, of which the last is a confirmed leader's.
using NextChange = std::function<std::optional<Request>(const proto::Status&)>;
/// Asks, waits until it is settled, and asks on, whoever leads; what was refused or not answered is
/// asked again. Requires: that asking twice does no harm, as with members.
/// Fails: timeout, with the last trouble.
plumbline::Status change_members(const std::vector<std::string>& endpoints, const NextChange& next,
                                 Nanos timeout);

/// The greatest index at which every one of `statuses` (with hashes) keeps a hash.
struct Comparison {
  std::uint64_t index = 0;
  std::vector<std::uint64_t> hashes{};  ///< in the order of the statuses
  bool equal() const;
};
/// Nothing if there is no such index.
std::optional<Comparison> compare(const std::vector<proto::Status>& statuses);

}  // namespace plumbline::kv_client
