// The client against a node that misbehaves on purpose: what is certainly not done is an Error,
// what may have been done is an unknown outcome, and nothing takes longer than its deadline.

#include "node/client/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "node/client/endpoints.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace plumbline::kv_client {
namespace {

using Tcp = asio::ip::tcp;

/// Accepts connections one after the other and treats each as told, in a thread of its own.
class FakeNode {
 public:
  using Treat = std::function<void(Tcp::socket&)>;
  explicit FakeNode(std::vector<Treat> connections)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        thread_([this, connections = std::move(connections)] {
          for (const Treat& treat : connections) {
            std::error_code closed;
            auto socket = acceptor_.accept(closed);
            if (closed) return;
            treat(socket);
          }
        }) {}
  /// Connections that never came are not waited for: shutdown() wakes a blocked accept().
  ~FakeNode() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port()); }

 private:
  asio::io_context io_;
  Tcp::acceptor acceptor_;
  std::thread thread_;
};

proto::NumberedRequest take_request(Tcp::socket& socket) {
  proto::FrameReader reader(proto::k_client_frame_max);
  for (;;) {
    const auto frame = reader.next();
    if (frame && *frame) return *proto::decode_request(**frame);
    const auto space = reader.space();
    reader.got(socket.read_some(asio::buffer(space.data(), space.size())));
  }
}

void reply(Tcp::socket& socket, std::uint64_t id, const Reply& what) {
  std::string out;
  proto::append_reply(out, id, what);
  asio::write(socket, asio::buffer(out));
}

void wait_until_closed(Tcp::socket& socket) {
  char bytes[512];
  std::error_code error;
  while (!error) socket.read_some(asio::buffer(bytes), error);
}

FakeNode::Treat answer_with(Reply what) {
  return [what = std::move(what)](Tcp::socket& socket) {
    reply(socket, take_request(socket).id, what);
  };
}

TEST(Connection, GivesTheReplyThatCarriesItsNumber) {
  FakeNode node({[](Tcp::socket& socket) {
    const auto asked = take_request(socket);
    EXPECT_EQ(asked.request.key, "k");
    reply(socket, asked.id + 7, {.code = Code::mismatch});
    reply(socket, asked.id, {.value = "v", .revision = 3});
  }});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection) << connection.error().what;
  const auto got = connection->call(get("k"), 5s);
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->value, Value("v"));
  EXPECT_EQ(got->revision, 3u);
}

TEST(Connection, NobodyListeningIsAnError) {
  std::uint16_t port = 0;
  {
    port = FakeNode(std::vector<FakeNode::Treat>{}).port();
  }
  const auto connection = Connection::open("127.0.0.1", port, 1s);
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Error::Code::transport);
}

TEST(Connection, NoReplyInTimeIsAnUnknownOutcome) {
  FakeNode node({wait_until_closed});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection);
  const auto begin = std::chrono::steady_clock::now();
  const auto got = connection->call(put("k", "v"), 100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  ASSERT_TRUE(got);
  EXPECT_TRUE(outcome_unknown(*got));
  EXPECT_FALSE(connection->is_open());
  const auto again = connection->call(put("k", "v"), 100ms);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::transport);
}

TEST(Connection, AConnectionThatBreaksAfterTheRequestIsAnUnknownOutcome) {
  FakeNode node({[](Tcp::socket& socket) { take_request(socket); }});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection);
  const auto got = connection->call(put("k", "v"), 5s);
  ASSERT_TRUE(got);
  EXPECT_TRUE(outcome_unknown(*got));
}

TEST(Connection, AConnectionThatWasClosedBeforeTheRequestIsAnError) {
  FakeNode node({[](Tcp::socket&) {}});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection);
  std::this_thread::sleep_for(200ms);  // the end of the stream has to arrive
  const auto got = connection->call(put("k", "v"), 5s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Error::Code::transport);
}

TEST(Connection, GarbageInsteadOfAReplyIsAnUnknownOutcome) {
  FakeNode node({[](Tcp::socket& socket) {
    take_request(socket);
    asio::write(socket, asio::buffer(std::string(100, '\xff')));
    wait_until_closed(socket);
  }});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection);
  const auto got = connection->call(put("k", "v"), 5s);
  ASSERT_TRUE(got);
  EXPECT_TRUE(outcome_unknown(*got));
}

TEST(Connection, ARequestThatBreaksALimitIsNotSent) {
  FakeNode node({answer_with({})});
  auto connection = Connection::open("127.0.0.1", node.port(), 5s);
  ASSERT_TRUE(connection);
  const auto refused = connection->call(put("", "v"), 5s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::invalid);
  EXPECT_TRUE(connection->call(put("k", "v"), 5s)) << "and the connection is as good as before";
}

TEST(Endpoints, FollowsTheHintToTheLeader) {
  FakeNode leader({answer_with({.revision = 9})});
  FakeNode follower(
      {answer_with({.code = Code::not_leader, .leader = LeaderHint{2, leader.endpoint(), 1}})});
  auto endpoints = Endpoints::parse({follower.endpoint()});
  ASSERT_TRUE(endpoints);
  const auto got = endpoints->call(put("k", "v"), 5s);
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->revision, 9u);
}

TEST(Endpoints, ReadsAreTriedAgainAfterAnUnknownOutcomeAndWritesAreNot) {
  const auto hang_up = [](Tcp::socket& socket) { take_request(socket); };
  FakeNode node({hang_up, answer_with({.value = "v"}), hang_up});
  auto endpoints = Endpoints::parse({node.endpoint()});
  ASSERT_TRUE(endpoints);
  const auto read = endpoints->call(get("k"), 5s);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->value, Value("v"));
  const auto written = endpoints->call(put("k", "v"), 5s);
  // The node hung up after its last answer. Mostly that is seen before the request is sent, so the
  // client calls again, and is hung up on; if not, the request went to the closed connection.
  ASSERT_TRUE(written);
  EXPECT_TRUE(outcome_unknown(*written));
}

TEST(Endpoints, WithASessionTheSameCommandIsSentAgain) {
  std::vector<std::uint64_t> sequences;
  const auto note = [&sequences](Tcp::socket& socket, bool answer) {
    const auto asked = take_request(socket);
    EXPECT_EQ(asked.request.session, 5u);
    sequences.push_back(asked.request.sequence);
    if (answer) reply(socket, asked.id, {});
  };
  {
    FakeNode node({answer_with({.revision = 5}), [&](Tcp::socket& s) { note(s, false); },
                   [&](Tcp::socket& s) { note(s, true); }});
    auto endpoints = Endpoints::parse({node.endpoint()});
    ASSERT_TRUE(endpoints);
    ASSERT_TRUE(endpoints->register_session(5s));
    std::this_thread::sleep_for(100ms);
    const auto got = endpoints->call(append("k", "v"), 5s);
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(got->code, Code::ok);
  }
  EXPECT_EQ(sequences, (std::vector<std::uint64_t>{1, 1}));
}

TEST(Endpoint, IsAHostAndAPort) {
  EXPECT_EQ(*parse_endpoint("n1:80"), std::pair(std::string("n1"), std::uint16_t{80}));
  EXPECT_EQ(*parse_endpoint("n1"), std::pair(std::string("n1"), std::uint16_t{7001}));
  EXPECT_EQ(*parse_endpoint("[::1]:80"), std::pair(std::string("::1"), std::uint16_t{80}));
  EXPECT_EQ(parse_endpoint("[::1]")->first, "::1");
  for (const char* bad : {"", ":80", "n1:", "n1:x", "n1:0", "n1:65536", "[::1", "[::1]x"})
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

}  // namespace
}  // namespace plumbline::kv_client
