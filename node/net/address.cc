#include "node/net/address.h"

#include <iterator>
#include <vector>

#include "core/base/text.h"

namespace plumbline::net {
namespace {

constexpr std::size_t k_host_max = 255;  // what DNS allows

Result<std::uint16_t> parse_port(const std::string& text, const std::string& whole) {
  const auto number = parse_int(text);
  if (!number || *number < 1 || *number > UINT16_MAX)
    return fail(Error::Code::invalid,
                str("'", printable(whole), "': '", printable(text), "' is not a port"));
  return static_cast<std::uint16_t>(*number);
}

/// A word that can stand in a log line, a configuration and a URL.
bool is_host(const std::string& host) {
  if (host.empty() || host.size() > k_host_max) return false;
  for (const char c : host)
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == ',' || c == '=' || c == 0x7f)
      return false;
  return true;
}

}  // namespace

Result<NodeAddress> parse_contact(raft::NodeId id, const std::string& text) {
  const auto bad =
      fail(Error::Code::invalid,
           str("'", printable(text), "' is not HOST[:PEER_PORT[:CLIENT_PORT[:HTTP_PORT]]]"));
  NodeAddress node;
  node.id = id;
  std::string_view rest = trim(text);
  std::size_t host_end = rest.find(':');
  if (rest.starts_with('[')) {
    const std::size_t bracket = rest.find(']');
    if (bracket == std::string_view::npos) return bad;
    node.host = rest.substr(1, bracket - 1);
    host_end = bracket + 1;
  } else {
    node.host = rest.substr(0, host_end);
  }
  rest = host_end >= rest.size() ? std::string_view() : rest.substr(host_end);
  if (!is_host(node.host) || (!rest.empty() && rest.front() != ':')) return bad;
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.empty() && host_end < trim(text).size()) return bad;  // a colon, and no port
  const std::vector<std::string> ports = split(rest, ':');
  std::uint16_t* const fields[] = {&node.peer_port, &node.client_port, &node.http_port};
  if (ports.size() > std::size(fields)) return bad;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    TRY_ASSIGN(*fields[i], parse_port(ports[i], text));
  }
  return node;
}

Result<NodeAddress> parse_node(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto id = equals == std::string::npos
                      ? std::nullopt
                      : parse_int(trim(std::string_view(text).substr(0, equals)));
  if (!id || *id < 1)
    return fail(Error::Code::invalid,
                str("'", printable(text),
                    "' is not ID=HOST[:PEER_PORT[:CLIENT_PORT[:HTTP_PORT]]] with an ID from 1"));
  return parse_contact(raft::NodeId(static_cast<std::uint64_t>(*id)), text.substr(equals + 1));
}

std::string contact_of(const NodeAddress& node) {
  return str(host_and_port(node.host, node.peer_port), ':', node.client_port, ':', node.http_port);
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? str('[', host, "]:", port) : str(host, ':', port);
}

}  // namespace plumbline::net
