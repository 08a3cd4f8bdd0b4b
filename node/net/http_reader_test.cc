#include "node/net/http_reader.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/base/text.h"

namespace plumbline::net {
namespace {

/// All requests of `stream`, fed in pieces of at most `piece` bytes, or the fault that ended it.
std::expected<std::vector<HttpRequest>, HttpFault> read_all(std::string_view stream,
                                                            std::size_t piece = 1 << 20) {
  HttpReader reader;
  std::vector<HttpRequest> requests;
  while (!stream.empty()) {
    const auto used = reader.feed(stream.substr(0, piece));
    if (!used) return std::unexpected(used.error());
    stream.remove_prefix(*used);
    if (!reader.complete()) continue;
    auto request = reader.take();
    if (!request) return std::unexpected(request.error());
    requests.push_back(std::move(*request));
  }
  return requests;
}

int fault_of(std::string_view stream) {
  const auto all = read_all(stream);
  return all ? 0 : all.error().status;
}

TEST(HttpReader, TakesRequestsApartHoweverTheyAreCut) {
  const std::string stream =
      "PUT /v1/kv/a%20b?expected=x%26y&absent HTTP/1.1\r\nHost: n1\r\nContent-Length: "
      "5\r\n\r\nhello"
      "GET /metrics HTTP/1.1\r\nHost: n1\r\nConnection: close\r\n\r\n";
  for (const std::size_t piece : {1u, 3u, 1000u}) {
    const auto all = read_all(stream, piece);
    ASSERT_TRUE(all) << all.error().what;
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ((*all)[0].method, "PUT");
    EXPECT_EQ((*all)[0].path, "/v1/kv/a%20b");
    ASSERT_TRUE((*all)[0].parameter("expected"));
    EXPECT_EQ(*(*all)[0].parameter("expected"), "x&y");
    EXPECT_TRUE((*all)[0].parameter("absent"));
    EXPECT_FALSE((*all)[0].parameter("other"));
    EXPECT_EQ((*all)[0].body, "hello");
    EXPECT_TRUE((*all)[0].keep_alive);
    EXPECT_EQ((*all)[1].path, "/metrics");
    EXPECT_FALSE((*all)[1].keep_alive);
  }
}

TEST(HttpReader, ChunkedBodiesArePutTogether) {
  const auto all = read_all(
      "POST /v1/kv/k?append HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_EQ(all->at(0).body, "abcde");
}

TEST(HttpReader, WhatIsNotHttpIsABadRequest) {
  EXPECT_EQ(fault_of("hello\r\n\r\n"), 400);
  EXPECT_EQ(fault_of("GET / HTTP/9.9\r\n\r\n"), 505);
  EXPECT_EQ(fault_of(std::string("GET /\0 HTTP/1.1\r\n\r\n", 20)), 400);
  EXPECT_EQ(fault_of("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(fault_of("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(fault_of("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 400);
  EXPECT_EQ(fault_of("CONNECT a:1 HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(fault_of("GET /?a=%zz HTTP/1.1\r\n\r\n"), 400);
}

TEST(HttpReader, EverythingHasABound) {
  EXPECT_EQ(fault_of("GET /" + std::string(HttpReader::k_target_max, 'a') + " HTTP/1.1\r\n\r\n"),
            414);
  EXPECT_EQ(
      fault_of("GET / HTTP/1.1\r\nA: " + std::string(HttpReader::k_header_max, 'b') + "\r\n\r\n"),
      431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 5000; ++i) many += "A: b\r\n";
  EXPECT_EQ(fault_of(many + "\r\n"), 0) << "10 kB of short headers are allowed";
  const std::size_t too_long = HttpReader::k_body_max + 1;
  EXPECT_EQ(fault_of(str("PUT / HTTP/1.1\r\nContent-Length: ", too_long, "\r\n\r\n")), 413);
  std::string chunked = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 9; ++i) chunked += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  EXPECT_EQ(fault_of(chunked), 413);
}

TEST(HttpReader, ExpectationIsTakenOnce) {
  HttpReader reader;
  const std::string head =
      "PUT /v1/kv/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  ASSERT_TRUE(reader.feed(head));
  EXPECT_TRUE(reader.take_expectation());
  EXPECT_FALSE(reader.take_expectation());
  ASSERT_TRUE(reader.feed("hi"));
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.take()->body, "hi");
}

TEST(HttpReader, RandomBytesNeverCrashIt) {
  const std::string seed_text =
      "PUT /v1/kv/k?a=%41 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    std::string stream = seed_text + seed_text;
    for (std::uint64_t n = rng.below(6); n > 0; --n)
      stream[rng.below(stream.size())] = static_cast<char>(rng.below(256));
    (void)read_all(stream, 1 + rng.below(40));
  }
}

TEST(PercentDecoded, TurnsBackWhatIsEscapedAndNothingElse) {
  EXPECT_EQ(percent_decoded("a+b%2Fc%00"), std::string("a+b/c\0", 6));
  EXPECT_FALSE(percent_decoded("%"));
  EXPECT_FALSE(percent_decoded("%4"));
  EXPECT_FALSE(percent_decoded("%4g"));
}

}  // namespace
}  // namespace plumbline::net
