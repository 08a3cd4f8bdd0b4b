#include "node/net/http_api.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/text.h"
#include "node/proto/request_codec.h"

namespace plumbline::net {
namespace {

using nlohmann::json;
using proto::Code;
using proto::Op;

constexpr std::string_view k_kv_prefix = "/v1/kv/";
constexpr std::string_view k_members_prefix = "/v1/members/";

constexpr std::array<std::pair<int, const char*>, 14> k_reasons = {
    {{200, "OK"},
     {400, "Bad Request"},
     {404, "Not Found"},
     {405, "Method Not Allowed"},
     {408, "Request Timeout"},
     {409, "Conflict"},
     {413, "Content Too Large"},
     {414, "URI Too Long"},
     {421, "Misdirected Request"},
     {431, "Request Header Fields Too Large"},
     {500, "Internal Server Error"},
     {503, "Service Unavailable"},
     {504, "Gateway Timeout"},
     {505, "HTTP Version Not Supported"}}};

const char* reason_of(int status) {
  for (const auto& [known, reason] : k_reasons)
    if (known == status) return reason;
  return "Unknown";
}

std::string dump(const json& body) {
  // Only our own words and checked UTF-8 get here; replacing is a net below the net.
  return body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string hex(std::string_view bytes) {
  static constexpr char k_digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += k_digits[static_cast<unsigned char>(c) >> 4];
    out += k_digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool is_utf8(const std::string& text) {
  try {
    (void)json(text).dump();
    return true;
  } catch (const json::type_error&) {
    return false;
  }
}

void put_value(json& body, const proto::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (is_utf8(*text))
      body["value"] = *text;
    else
      body["value_hex"] = hex(*text);
    return;
  }
  const auto& items = std::get<std::vector<std::string>>(value);
  bool all_utf8 = true;
  for (const std::string& item : items) all_utf8 = all_utf8 && is_utf8(item);
  json& list = body[all_utf8 ? "list" : "list_hex"] = json::array();
  for (const std::string& item : items) list.push_back(all_utf8 ? item : hex(item));
}

json members_json(const proto::Status& status) {
  json members = json::array();
  const auto add = [&](const std::vector<std::uint64_t>& nodes, const char* as) {
    for (const std::uint64_t node : nodes) {
      json member = {{"id", node}, {"as", as}};
      const auto contact = status.contacts.find(node);
      if (contact != status.contacts.end()) member["contact"] = contact->second;
      members.push_back(std::move(member));
    }
  };
  add(status.voters, "voter");
  add(status.outgoing, "outgoing");
  add(status.learners, "learner");
  return members;
}

json status_json(const proto::Status& status) {
  json body = {{"id", status.id},
               {"role", status.role},
               {"term", status.term},
               {"leader", status.leader},
               {"commit", status.commit},
               {"applied", status.applied},
               {"last_index", status.last_index},
               {"durable_index", status.durable_index},
               {"first_index", status.first_index},
               {"snapshot_index", status.snapshot_index},
               {"keys", status.keys},
               {"sessions", status.sessions},
               {"members", members_json(status)},
               {"settled", proto::is_settled(status)}};
  if (status.hash) body["hash"] = *status.hash;
  for (const auto& [index, hash] : status.hashes) body["hashes"][std::to_string(index)] = hash;
  return body;
}

int http_status(const proto::Reply& reply) {
  switch (reply.code) {
    case Code::ok:
      return 200;
    case Code::mismatch:
    case Code::wrong_type:
    case Code::sequence_forgotten:
    case Code::session_expired:
      return 409;
    case Code::not_found:
      return 404;
    case Code::not_leader:
      return reply.leader && reply.leader->id != 0 ? 421 : 503;
    case Code::busy:
    case Code::no_quorum:
      return 503;
    case Code::unknown_outcome:
      return 504;
    case Code::invalid:
      return 400;
  }
  return 500;
}

/// Nothing: the method or its parameters do not exist for a key.
std::optional<proto::Request> key_request(HttpRequest& request) {
  proto::Request ask;
  if (request.method == "GET" || request.method == "HEAD") {
    ask.op = Op::get;
    if (const auto* mode = request.parameter("mode")) {
      const auto parsed = proto::parse_read_mode(*mode);
      if (!parsed) return std::nullopt;
      ask.mode = *parsed;
    }
    return ask;
  }
  ask.value = std::move(request.body);
  if (request.method == "DELETE") {
    ask.op = Op::remove;
    ask.value.clear();
  } else if (request.method == "POST" && request.parameter("append")) {
    ask.op = Op::append;
  } else if (request.method == "PUT") {
    const auto* expected = request.parameter("expected");
    ask.op = expected || request.parameter("absent") ? Op::compare_and_set : Op::put;
    if (expected) ask.expected = *expected;
  } else {
    return std::nullopt;
  }
  return ask;
}

}  // namespace

HttpReply http_error(int status, const std::string& code, const std::string& message) {
  return {.status = status, .body = dump({{"error", code}, {"message", message}})};
}

namespace {

std::variant<proto::Request, HttpReply> checked(proto::Request ask) {
  if (const auto status = proto::check_request(ask); !status)
    return http_error(400, "invalid", status.error().what);
  return ask;
}

/// A node's id; 0, which none has, for what is no number.
std::uint64_t node_id(std::string_view text) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(parse_int(text).value_or(0), 0));
}

std::variant<proto::Request, HttpReply> member_route(const HttpRequest& request) {
  const bool post = request.method == "POST";
  if (request.path == "/v1/transfer") {
    const auto* to = request.parameter("to");
    if (post && to) return checked({.op = Op::transfer_leadership, .node = node_id(*to)});
    return http_error(405, "no-such-method", "POST /v1/transfer?to=ID");
  }
  const std::uint64_t node =
      node_id(std::string_view(request.path).substr(k_members_prefix.size()));
  if (request.method == "DELETE") return checked({.op = Op::remove_member, .node = node});
  if (post && request.parameter("promote"))
    return checked({.op = Op::promote_member, .node = node});
  if (const auto* contact = request.parameter("contact"); post && contact)
    return checked({.op = Op::add_member, .node = node, .contact = *contact});
  return http_error(405, "no-such-method", "POST ?contact=HOST[:PORTS], POST ?promote, DELETE");
}

}  // namespace

std::variant<proto::Request, HttpReply> http_route(HttpRequest request) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/v1/status" && get)
    return proto::Request{.op = Op::status, .with_hash = request.parameter("hash") != nullptr};
  if (request.path == "/v1/members" && get) return proto::Request{.op = Op::status};
  if (request.path == "/v1/snapshot" && request.method == "POST")
    return proto::Request{.op = Op::make_snapshot};
  if (request.path == "/v1/transfer" || request.path.starts_with(k_members_prefix))
    return member_route(request);
  if (!request.path.starts_with(k_kv_prefix))
    return http_error(404, "no-such-path",
                      "paths: /v1/kv/KEY /v1/status /v1/members /v1/members/ID /v1/transfer "
                      "/v1/snapshot /metrics /health");
  auto key = percent_decoded(std::string_view(request.path).substr(k_kv_prefix.size()));
  if (!key) return http_error(400, "invalid", "a % in the key is not followed by two hex digits");
  auto ask = key_request(request);
  if (!ask)
    return http_error(405, "no-such-method",
                      "GET [?mode=linearizable|lease|stale], PUT [?expected=OLD | ?absent], "
                      "POST ?append, DELETE");
  ask->key = std::move(*key);
  return checked(std::move(*ask));
}

HttpReply http_answer(const proto::Request& asked, const proto::Reply& reply,
                      const HttpAddressOf& http_address_of) {
  json body = json::object();
  if (reply.code != Code::ok) {
    body["error"] = proto::to_string(reply.code);
    if (!reply.message.empty()) body["message"] = reply.message;
  }
  if (reply.status) {
    body.update(status_json(*reply.status));
  } else if (reply.code == Code::ok || reply.value) {
    if (asked.op == Op::get && is_utf8(asked.key)) body["key"] = asked.key;
    body["revision"] = reply.revision;
  }
  if (reply.value) put_value(body, *reply.value);
  if (reply.leader) {
    json leader = {{"id", reply.leader->id}, {"client", reply.leader->client_address}};
    const std::string http = http_address_of(reply.leader->id);
    if (!http.empty()) leader["http"] = http;
    body["leader"] = reply.leader->id == 0 ? json(nullptr) : std::move(leader);
    body["term"] = reply.leader->term;
  }
  return {.status = http_status(reply), .body = dump(body)};
}

void append_http_reply(std::string& out, const HttpReply& reply, bool keep_alive, bool with_body) {
  out += str("HTTP/1.1 ", reply.status, ' ', reason_of(reply.status),
             "\r\nContent-Type: ", reply.content_type, "\r\nContent-Length: ", reply.body.size(),
             keep_alive ? "\r\n" : "\r\nConnection: close\r\n",
             "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n");
  if (with_body) out += reply.body;
}

}  // namespace plumbline::net
