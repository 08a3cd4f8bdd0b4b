#pragma once
/// What users write for a host, read; and names turned into numeric addresses.

#include <string>
#include <vector>

#include "control/target.h"
#include "core/base/result.h"

namespace plumbline {

struct HostSpec {
  std::string user;  ///< empty: not said
  std::string host;
  int port = 22;
  bool operator==(const HostSpec&) const = default;
};

/// "[user@]host[:port]"; an IPv6 address stands in brackets when a port follows it.
/// Fails: invalid, with what is wrong.
Result<HostSpec> parse_host(const std::string& text);
/// The nodes' names: the hosts themselves where these are distinct names, else n1, n2...
std::vector<NodeName> node_names(const std::vector<HostSpec>& hosts);
/// The first address of `host`, IPv4 before IPv6. Asks the resolver each time.
/// Fails: not_found.
Result<std::string> resolve(const std::string& host);

}  // namespace plumbline
