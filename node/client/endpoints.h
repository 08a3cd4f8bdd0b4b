#pragma once
/// Endpoints: one client of a whole cluster: finds the leader, follows its hints, and tries again
/// where that is safe: after anything that was certainly not done, and after an unknown outcome
/// only for reads and for commands of a session. Threads: one at a time.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/client/client.h"

namespace plumbline::kv_client {

class Endpoints {
 public:
  /// Client doors, "host:port" each. Fails: invalid.
  static Result<Endpoints> parse(const std::vector<std::string>& endpoints);

  /// The last reply when the time is up, or the first that is final. Fails: transport, timeout,
  /// invalid: certainly not done.
  Result<Reply> call(const Request& request, Nanos timeout);
  /// Commands from now on are of a new session of this client: each is done once, however often it
  /// is sent. Fails as call(), or with what the cluster answered.
  plumbline::Status register_session(Nanos timeout);

 private:
  explicit Endpoints(std::vector<std::string> endpoints) : endpoints_(std::move(endpoints)) {}
  Result<Reply> try_once(const Request& request, Nanos timeout);
  void look_elsewhere(const std::optional<LeaderHint>& hint);

  std::vector<std::string> endpoints_;
  std::size_t next_ = 0;  // of endpoints_
  std::string current_;   // empty: take the next of endpoints_
  std::optional<Connection> connection_;
  std::uint64_t session_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace plumbline::kv_client
