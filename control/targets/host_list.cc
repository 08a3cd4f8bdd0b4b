#include "control/targets/host_list.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "core/base/text.h"

namespace plumbline {
namespace {

constexpr int k_highest_port = 65535;

bool only(const std::string& text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           also.find(c) != std::string_view::npos;
  });
}

bool is_numeric(const std::string& host) {
  return host.find(':') != std::string::npos || std::all_of(host.begin(), host.end(), [](char c) {
           return c == '.' || (c >= '0' && c <= '9');
         });
}

}  // namespace

Result<HostSpec> parse_host(const std::string& text) {
  const auto bad = [&](const std::string& why) {
    return fail(Error::Code::invalid,
                str("host \"", printable(text), "\": ", why, " (expected [user@]host[:port])"));
  };
  HostSpec spec;
  std::string rest = text;
  if (const auto at = rest.find('@'); at != std::string::npos) {
    spec.user = rest.substr(0, at);
    rest = rest.substr(at + 1);
    if (spec.user.empty()) return bad("no user before the @");
  }
  std::string port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string::npos) return bad("no ] after the [");
    spec.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else if (std::count(rest.begin(), rest.end(), ':') == 1) {
    spec.host = rest.substr(0, rest.find(':'));
    port = rest.substr(rest.find(':'));
  } else {
    spec.host = rest;
  }
  if (!port.empty()) {
    const auto number = port[0] == ':' ? parse_int(port.substr(1)) : std::nullopt;
    if (!number || *number < 1 || *number > k_highest_port)
      return bad("the port is no number from 1 to 65535");
    spec.port = static_cast<int>(*number);
  }
  if (spec.host.empty()) return bad("no host");
  if (!only(spec.host, ".-_:%") || spec.host[0] == '-') return bad("not a host name");
  if (!only(spec.user, ".-_") || spec.user.starts_with('-')) return bad("not a user name");
  return spec;
}

std::vector<NodeName> node_names(const std::vector<HostSpec>& hosts) {
  std::set<std::string> distinct;
  bool names = true;
  for (const auto& spec : hosts) {
    distinct.insert(spec.host);
    names = names && !is_numeric(spec.host);
  }
  std::vector<NodeName> result;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    result.push_back(names && distinct.size() == hosts.size() ? hosts[i].host : str("n", i + 1));
  return result;
}

Result<std::string> resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0)
    return fail(Error::Code::not_found,
                str("no address for host ", host, ": ", gai_strerror(error)));
  const addrinfo* best = found;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
    if (each->ai_family == AF_INET && best->ai_family != AF_INET) best = each;
  std::array<char, NI_MAXHOST> text{};
  const int shown = getnameinfo(best->ai_addr, best->ai_addrlen, text.data(), text.size(), nullptr,
                                0, NI_NUMERICHOST);
  freeaddrinfo(found);
  if (shown != 0) return fail(Error::Code::not_found, str("no numeric address for host ", host));
  return std::string(text.data());
}

}  // namespace plumbline
