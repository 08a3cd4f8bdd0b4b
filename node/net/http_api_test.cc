#include "node/net/http_api.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plumbline::net {
namespace {

using nlohmann::json;
using proto::Code;
using proto::Op;
using Query = std::vector<std::pair<std::string, std::string>>;

proto::Request asked(const std::string& method, const std::string& path, Query query = {},
                     std::string body = {}) {
  auto routed = http_route({method, path, std::move(query), std::move(body), true});
  const auto* request = std::get_if<proto::Request>(&routed);
  if (!request) ADD_FAILURE() << method << ' ' << path << ": " << std::get<HttpReply>(routed).body;
  return request ? *request : proto::Request{};
}

int refused(const std::string& method, const std::string& path, Query query = {},
            std::string body = {}) {
  auto routed = http_route({method, path, std::move(query), std::move(body), true});
  const auto* reply = std::get_if<HttpReply>(&routed);
  if (!reply) return 0;
  EXPECT_TRUE(json::parse(reply->body).contains("error"));
  return reply->status;
}

TEST(HttpApi, EachMethodAsksForItsOperation) {
  EXPECT_EQ(asked("GET", "/v1/kv/a%2Fb"), (proto::Request{.op = Op::get, .key = "a/b"}));
  EXPECT_EQ(asked("GET", "/v1/kv/a/b").key, "a/b");
  EXPECT_EQ(asked("GET", "/v1/kv/k", {{"mode", "stale"}}).mode, proto::ReadMode::stale);
  EXPECT_EQ(asked("PUT", "/v1/kv/k", {}, "v"),
            (proto::Request{.op = Op::put, .key = "k", .value = "v"}));
  EXPECT_EQ(asked("PUT", "/v1/kv/k", {{"expected", ""}}, "v"),
            (proto::Request{.op = Op::compare_and_set, .key = "k", .value = "v", .expected = ""}));
  EXPECT_EQ(asked("PUT", "/v1/kv/k", {{"absent", ""}}, "v"),
            (proto::Request{.op = Op::compare_and_set, .key = "k", .value = "v"}));
  EXPECT_EQ(asked("POST", "/v1/kv/k", {{"append", ""}}, "1").op, Op::append);
  EXPECT_EQ(asked("DELETE", "/v1/kv/k", {}, "ignored"),
            (proto::Request{.op = Op::remove, .key = "k"}));
  EXPECT_TRUE(asked("GET", "/v1/status", {{"hash", ""}}).with_hash);
  EXPECT_EQ(asked("POST", "/v1/snapshot").op, Op::make_snapshot);
}

TEST(HttpApi, WhatIsNotThereIsSaid) {
  EXPECT_EQ(refused("GET", "/"), 404);
  EXPECT_EQ(refused("GET", "/v1/kv"), 404);
  EXPECT_EQ(refused("GET", "/v1/kv/"), 400);
  EXPECT_EQ(refused("GET", "/v1/kv/%zz"), 400);
  EXPECT_EQ(refused("POST", "/v1/kv/k"), 405);
  EXPECT_EQ(refused("PATCH", "/v1/kv/k"), 405);
  EXPECT_EQ(refused("GET", "/v1/kv/k", {{"mode", "fast"}}), 405);
  EXPECT_EQ(refused("GET", "/v1/kv/" + std::string(2000, 'k')), 400);
}

TEST(HttpApi, AnswersCarryTheirStatusAndTheirValue) {
  const proto::Request get{.op = Op::get, .key = "k"};
  const auto answer = [&get](const proto::Reply& reply) {
    const HttpReply http = http_answer(get, reply, [](std::uint64_t) { return "n2:7002"; });
    return std::pair(http.status, json::parse(http.body));
  };
  EXPECT_EQ(answer({.value = "v", .revision = 4}),
            std::pair(200, json::parse(R"({"key":"k","value":"v","revision":4})")));
  EXPECT_EQ(answer({.value = std::vector<std::string>{"1", "2"}, .revision = 4}).second["list"],
            json::parse(R"(["1","2"])"));
  EXPECT_EQ(answer({.value = std::string("\xff\x01"), .revision = 4}).second["value_hex"], "ff01");
  EXPECT_EQ(answer({.code = Code::not_found}),
            std::pair(404, json::parse(R"({"error":"not-found"})")));
  EXPECT_EQ(answer({.code = Code::mismatch, .value = "old"}).first, 409);
  EXPECT_EQ(answer({.code = Code::not_leader, .leader = proto::LeaderHint{2, "n2:7001", 5}}),
            std::pair(421, json::parse(R"({"error":"not-leader","term":5,
                      "leader":{"id":2,"client":"n2:7001","http":"n2:7002"}})")));
  EXPECT_EQ(answer({.code = Code::not_leader, .leader = proto::LeaderHint{0, "", 5}}),
            std::pair(503, json::parse(R"({"error":"not-leader","term":5,"leader":null})")));
  EXPECT_EQ(answer({.code = Code::busy}).first, 503);
  EXPECT_EQ(answer({.code = Code::no_quorum}).first, 503);
  EXPECT_EQ(answer({.code = Code::unknown_outcome, .message = "why"}),
            std::pair(504, json::parse(R"({"error":"unknown-outcome","message":"why"})")));
}

TEST(HttpApi, ARepliesBytesAreHttp) {
  std::string out;
  append_http_reply(out, {.status = 404, .body = "{}"}, false, false);
  EXPECT_TRUE(out.starts_with("HTTP/1.1 404 Not Found\r\n")) << out;
  EXPECT_NE(out.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_NE(out.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace plumbline::net
