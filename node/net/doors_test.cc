// Both doors over loopback, with a service that answers when the test says so.

#include <gtest/gtest.h>

#include <asio/read.hpp>
#include <deque>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "node/net/client_door.h"
#include "node/net/http_door.h"
#include "node/net/testing.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace plumbline::net {
namespace {

using Socket = asio::ip::tcp::socket;

class FakeService final : public Service {
 public:
  void ask(proto::Request request, ReturnAddress to) override {
    asked.emplace_back(std::move(request), std::move(to));
    if (at_once) answer_next();
  }
  std::string metrics() const override { return "up 1\n"; }
  bool healthy() const override { return true; }

  void answer_next() {
    const auto [request, to] = asked.front();
    asked.pop_front();
    ++answered;
    to.answer({.value = request.key, .revision = answered});
  }

  bool at_once = true;
  std::uint64_t answered = 0;
  std::deque<std::pair<proto::Request, ReturnAddress>> asked;
};

class Doors : public testing::Test {
 protected:
  Doors() {
    EXPECT_TRUE(client_door.listen(loopback(0)));
    EXPECT_TRUE(http_door.listen(loopback(0)));
  }
  void TearDown() override {
    service.asked.clear();
    client_door.close();
    http_door.close();
    io.restart();
    io.run_for(10ms);
  }

  Socket call(std::uint16_t port) {
    Socket socket(io);
    socket.connect(loopback(port));
    socket.non_blocking(true);
    return socket;
  }
  void say(Socket& socket, const std::string& bytes) {
    std::size_t sent = 0;
    ASSERT_TRUE(run_until(io, [&] {
      std::error_code error;
      sent += socket.write_some(asio::buffer(bytes.data() + sent, bytes.size() - sent), error);
      return sent == bytes.size() || (error && error != asio::error::would_block);
    }));
  }
  /// Turns the loop, as the server does, and adds what `socket` got to `got`; false when it is
  /// closed.
  bool turn(Socket& socket, std::string& got) {
    io.restart();
    io.run_for(2ms);
    client_door.flush();
    char bytes[4096];
    std::error_code error;
    const std::size_t n = socket.read_some(asio::buffer(bytes), error);
    got.append(bytes, n);
    return !error || error == asio::error::would_block;
  }
  bool closes(Socket& socket) {
    std::string got;
    for (int i = 0; i < 2000; ++i)
      if (!turn(socket, got)) return true;
    return false;
  }
  std::vector<proto::NumberedReply> replies(Socket& socket, std::size_t count) {
    proto::FrameReader reader(proto::k_reply_frame_max);
    std::vector<proto::NumberedReply> all;
    for (int i = 0; i < 2000 && all.size() < count; ++i) {
      std::string got;
      turn(socket, got);
      std::copy(got.begin(), got.end(), reader.space().begin());
      reader.got(got.size());
      while (true) {
        const auto frame = reader.next();
        if (!frame || !*frame) break;
        all.push_back(*proto::decode_reply(**frame));
      }
    }
    return all;
  }
  std::string http(const std::string& request, const std::string& until) {
    Socket socket = call(http_door.port());
    say(socket, request);
    std::string got;
    for (int i = 0; i < 2000 && got.find(until) == std::string::npos; ++i)
      if (!turn(socket, got)) break;
    return got;
  }

  static DoorLimits limits() {
    DoorLimits small;
    small.connections = 4;
    small.in_flight = 3;
    small.message_deadline_ms = 10'000;
    small.idle_ms = 100'000;
    return small;
  }

  asio::io_context io{1};
  FakeService service;
  Log log{1, -1};
  ClientDoor client_door{io, service, log, limits()};
  HttpDoor http_door{io, service, [](std::uint64_t) { return "a:1"; }, limits()};
};

TEST_F(Doors, RepliesMayComeInAnotherOrder) {
  service.at_once = false;
  Socket socket = call(client_door.port());
  std::string out;
  for (std::uint64_t id = 10; id < 13; ++id)
    proto::append_request(out, id, {.op = proto::Op::get, .key = str("k", id)});
  say(socket, out);
  ASSERT_TRUE(run_until(io, [&] { return service.asked.size() == 3; }));
  std::swap(service.asked[0], service.asked[2]);
  for (int i = 0; i < 3; ++i) service.answer_next();
  const auto all = replies(socket, 3);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, 12u);
  EXPECT_EQ(all[0].reply.value, proto::Value("k12"));
  EXPECT_EQ(all[2].id, 10u);
}

TEST_F(Doors, AConnectionWithTooMuchInFlightIsNotRead) {
  service.at_once = false;
  Socket socket = call(client_door.port());
  std::string out;
  for (std::uint64_t id = 0; id < 10; ++id)
    proto::append_request(out, id, {.op = proto::Op::get, .key = "k"});
  say(socket, out);
  ASSERT_TRUE(run_until(io, [&] { return service.asked.size() == 3; }));
  std::string nothing;
  for (int i = 0; i < 20; ++i) turn(socket, nothing);
  EXPECT_EQ(service.asked.size(), 3u);
  service.at_once = true;
  for (int i = 0; i < 3; ++i) service.answer_next();
  EXPECT_EQ(replies(socket, 10).size(), 10u);
}

TEST_F(Doors, ABrokenFrameEndsTheConnection) {
  Socket socket = call(client_door.port());
  std::string out;
  proto::append_request(out, 1, {.op = proto::Op::get, .key = "k"});
  out.back() = static_cast<char>(out.back() ^ 1);
  say(socket, out);
  EXPECT_TRUE(closes(socket));
  EXPECT_EQ(client_door.connections(), 0u);
}

TEST_F(Doors, ARequestThatBreaksALimitIsAnsweredAndTheConnectionStays) {
  Socket socket = call(client_door.port());
  std::string out;
  proto::append_request(out, 1, {.op = proto::Op::get, .key = ""});
  proto::append_request(out, 2, {.op = proto::Op::get, .key = "k"});
  say(socket, out);
  const auto all = replies(socket, 2);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].reply.code, proto::Code::invalid);
  EXPECT_EQ(all[1].reply.code, proto::Code::ok);
}

TEST_F(Doors, HalfARequestAndSilenceAreBothClosedInTheEnd) {
  Socket half = call(client_door.port());
  Socket half_http = call(http_door.port());
  Socket silent = call(client_door.port());
  say(half, "abc");
  say(half_http, "GET / HT");
  // The doors are asked what they would do later: nothing here waits for a clock.
  const auto swept = [&](Nanos later, std::size_t left) {
    return run_until(io, [&] {
      client_door.sweep(steady_now() + later);
      http_door.sweep(steady_now() + later);
      return client_door.connections() == left && http_door.connections() == 0;
    });
  };
  ASSERT_TRUE(run_until(
      io, [&] { return client_door.connections() == 2 && http_door.connections() == 1; }));
  client_door.sweep(steady_now());
  http_door.sweep(steady_now());
  EXPECT_EQ(client_door.connections() + http_door.connections(), 3u);
  EXPECT_TRUE(swept(20s, 1));
  EXPECT_TRUE(closes(half));
  EXPECT_TRUE(closes(half_http));
  EXPECT_TRUE(swept(200s, 0));
  EXPECT_TRUE(closes(silent));
}

TEST_F(Doors, ConnectionsBeyondTheLimitAreTurnedAway) {
  std::vector<Socket> sockets;
  for (int i = 0; i < 5; ++i) sockets.push_back(call(client_door.port()));
  EXPECT_TRUE(closes(sockets.back()));
  EXPECT_EQ(client_door.connections(), 4u);
}

TEST_F(Doors, HttpRequestsOnOneConnectionAreAnsweredInOrder) {
  const std::string got = http(
      "GET /v1/kv/one HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/kv/two HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nConnection: close\r\n\r\n",
      "\"health\":true");
  EXPECT_LT(got.find("\"one\""), got.find("\"two\""));
  EXPECT_LT(got.find("\"two\""), got.find("up 1"));
  EXPECT_LT(got.find("up 1"), got.find("\"health\":true"));
}

TEST_F(Doors, APipelinedHttpRequestWaitsForTheAnswerBeforeIt) {
  service.at_once = false;
  Socket socket = call(http_door.port());
  say(socket,
      "GET /v1/kv/one HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/kv/two HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(run_until(io, [&] { return service.asked.size() == 1; }));
  std::string got;
  for (int i = 0; i < 10; ++i) turn(socket, got);
  EXPECT_EQ(service.asked.size(), 1u);
  service.answer_next();
  ASSERT_EQ(service.asked.size(), 1u);
  service.answer_next();
  for (int i = 0; i < 2000 && got.find("\"two\"") == std::string::npos; ++i) turn(socket, got);
  EXPECT_NE(got.find("\"two\""), std::string::npos) << got;
}

TEST_F(Doors, MalformedHttpIsABadRequestAndTheConnectionCloses) {
  Socket socket = call(http_door.port());
  say(socket, "rubbish\r\n\r\n");
  std::string got;
  for (int i = 0; i < 2000; ++i)
    if (!turn(socket, got)) break;
  EXPECT_TRUE(got.starts_with("HTTP/1.1 400 Bad Request\r\n")) << got;
  EXPECT_EQ(http_door.connections(), 0u);
}

TEST_F(Doors, CurlsExpectationIsMet) {
  Socket socket = call(http_door.port());
  say(socket, "PUT /v1/kv/k HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  std::string got;
  for (int i = 0; i < 2000 && got.empty(); ++i) turn(socket, got);
  EXPECT_EQ(got, "HTTP/1.1 100 Continue\r\n\r\n");
  say(socket, "hi");
  for (int i = 0; i < 2000 && got.find("revision") == std::string::npos; ++i) turn(socket, got);
  EXPECT_NE(got.find("HTTP/1.1 200 OK"), std::string::npos) << got;
}

TEST_F(Doors, AnAnswerToAConnectionThatIsGoneIsDropped) {
  service.at_once = false;
  Socket client = call(client_door.port());
  Socket http_client = call(http_door.port());
  std::string out;
  proto::append_request(out, 1, {.op = proto::Op::get, .key = "k"});
  say(client, out);
  say(http_client, "GET /v1/kv/one HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(run_until(io, [&] { return service.asked.size() == 2; }));
  client.close();
  http_client.close();
  ASSERT_TRUE(run_until(io, [&] { return client_door.connections() == 0; }));
  while (!service.asked.empty()) service.answer_next();
  client_door.flush();
  EXPECT_TRUE(run_until(io, [&] { return http_door.connections() == 0; }));
}

}  // namespace
}  // namespace plumbline::net
