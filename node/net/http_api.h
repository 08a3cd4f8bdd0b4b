#pragma once
/// The HTTP door's paths, as plain functions: a request in, what to ask the node out; a reply in,
/// the JSON answer out.
///   GET    /v1/kv/KEY[?mode=linearizable|lease|stale]     {"key","value" or "list","revision"}
///   PUT    /v1/kv/KEY          body: the value            {"revision"}
///   PUT    /v1/kv/KEY?expected=OLD  or ?absent            compare and set; 409 if it was otherwise
///   POST   /v1/kv/KEY?append   body: one item             {"revision"}
///   DELETE /v1/kv/KEY                                     {"revision"}; 404 if there was nothing
///   GET    /v1/status[?hash]   POST /v1/snapshot
///   GET    /v1/members             {"members": [{"id","as","contact"}], "settled", ...}
///   POST   /v1/members/ID?contact=HOST[:PEER[:CLIENT[:HTTP]]]   add, as a learner
///   POST   /v1/members/ID?promote  learner to voter       DELETE /v1/members/ID
///   POST   /v1/transfer?to=ID      hand leadership over
/// KEY is percent-encoded. A text that is not UTF-8 is given as hex in "value_hex" or "list_hex".
/// Errors are {"error": code, "message"}; 421 and 503 carry {"leader": {"id","client","http"}}.

#include <functional>
#include <string>
#include <variant>

#include "node/net/http_reader.h"
#include "node/proto/request.h"

namespace plumbline::net {

struct HttpReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body{};
};

HttpReply http_error(int status, const std::string& code, const std::string& message);

/// What a request asks of the node, or the reply that it gets at once.
std::variant<proto::Request, HttpReply> http_route(HttpRequest request);

/// Where a node's HTTP door is, "host:port"; empty if that is not known.
using HttpAddressOf = std::function<std::string(std::uint64_t)>;

HttpReply http_answer(const proto::Request& asked, const proto::Reply& reply,
                      const HttpAddressOf& http_address_of);

/// Status line, headers and body, ready for the wire.
void append_http_reply(std::string& out, const HttpReply& reply, bool keep_alive, bool with_body);

}  // namespace plumbline::net
