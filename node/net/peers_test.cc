// Links between nodes over loopback, without a Raft core.

#include "node/net/peers.h"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <map>
#include <memory>

#include "node/net/link_health.h"
#include "node/net/testing.h"
#include "node/proto/frame.h"

namespace plumbline::net {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Round;
using raft::Term;

class PeersTest : public testing::Test {
 protected:
  /// A port nobody listens on, as far as one can know.
  std::uint16_t free_port() {
    asio::ip::tcp::acceptor probe(io, loopback(0));
    return probe.local_endpoint().port();
  }
  std::unique_ptr<Peers> node(std::uint64_t self, std::uint64_t other, std::uint16_t other_port,
                              std::vector<raft::Message>& inbox, const std::string& cluster = "c") {
    auto made = stranger(self, free_port(), inbox, cluster);
    made->set_members({address(other, other_port)});
    return made;
  }
  /// A node that knows of no other; `own_port` is where it says that it is.
  std::unique_ptr<Peers> stranger(std::uint64_t self, std::uint16_t own_port,
                                  std::vector<raft::Message>& inbox,
                                  const std::string& cluster = "c", std::uint64_t store = 0) {
    return std::make_unique<Peers>(
        io,
        replica::PeerIdentities(cluster, NodeId(self),
                                replica::StoreId(store == 0 ? 10 * self : store), "1,2"),
        address(self, own_port),
        [&inbox](raft::Message message) { inbox.push_back(std::move(message)); },
        [this, self](const std::string& met) { remembered[self] = met; }, log);
  }
  static NodeAddress address(std::uint64_t id, std::uint16_t port) {
    return {.id = NodeId(id), .host = "127.0.0.1", .peer_port = port};
  }
  static Hello hello_of(std::uint64_t from, std::uint64_t to, std::uint16_t port = 1) {
    return {.who = {.cluster = "c",
                    .origin = "1,2",
                    .from = NodeId(from),
                    .to = NodeId(to),
                    .from_store = replica::StoreId(10 * from)},
            .contact = contact_of(address(from, port))};
  }
  bool turn_until(const std::vector<Peers*>& all, const std::function<bool()>& done) {
    return run_until(io, [&] {
      for (Peers* one : all) {
        one->tick(steady_now());
        one->flush();
      }
      return done();
    });
  }
  static raft::Message heartbeat(std::uint64_t from, std::uint64_t to, std::uint64_t round) {
    return {NodeId(from), NodeId(to), Term(1), raft::Heartbeat{Index(0), Round(round)}};
  }

  asio::io_context io{1};
  Log log{1, -1};
  std::vector<raft::Message> at_one, at_two;
  std::map<std::uint64_t, std::string> remembered;
};

TEST_F(PeersTest, MessagesGoBothWays) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, port_two, at_one);
  auto two = node(2, 1, port_one, at_two);
  ASSERT_TRUE(one->start(loopback(port_one)));
  ASSERT_TRUE(two->start(loopback(port_two)));
  ASSERT_TRUE(turn_until({one.get(), two.get()},
                         [&] { return one->links_up() == 1 && two->links_up() == 1; }));
  for (std::uint64_t i = 0; i < 100; ++i) one->send(heartbeat(1, 2, i));
  two->send(heartbeat(2, 1, 7));
  ASSERT_TRUE(turn_until({one.get(), two.get()},
                         [&] { return at_two.size() == 100 && at_one.size() == 1; }));
  EXPECT_EQ(std::get<raft::Heartbeat>(at_two[99].body).round, Round(99));
  EXPECT_EQ(one->figures().sent, 100u);
}

TEST_F(PeersTest, ANodeThatComesBackIsReachedWithinAFractionOfASecond) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, port_two, at_one);
  ASSERT_TRUE(one->start(loopback(port_one)));
  for (int i = 0; i < 100; ++i) {
    one->tick(steady_now());
    io.restart();
    io.run_for(10ms);
  }
  one->send(heartbeat(1, 2, 1));
  EXPECT_EQ(one->figures().dropped, 1u);
  auto two = node(2, 1, port_one, at_two);
  ASSERT_TRUE(two->start(loopback(port_two)));
  const Nanos begin = steady_now();
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] { return one->links_up() == 1; }));
  EXPECT_LT(steady_now() - begin, 2s);  // 200 ms on a machine with nothing else to do
}

TEST_F(PeersTest, AForeignClusterIsRefusedAndNothingItSaysIsHeard) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, port_two, at_one, "ours");
  auto two = node(2, 1, port_one, at_two, "theirs");
  ASSERT_TRUE(one->start(loopback(port_one)));
  ASSERT_TRUE(two->start(loopback(port_two)));
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] {
    one->send(heartbeat(1, 2, 1));
    two->send(heartbeat(2, 1, 1));
    return one->figures().refused > 1 && two->figures().refused > 1;
  }));
  EXPECT_TRUE(at_one.empty());
  EXPECT_TRUE(at_two.empty());
}

TEST_F(PeersTest, ACallerThatIsNoMemberIsAnsweredWhereItSaysItIs) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = stranger(1, port_one, at_one);
  auto two = stranger(2, port_two, at_two);
  two->set_members({address(1, port_one)});
  ASSERT_TRUE(one->start(loopback(port_one)));
  ASSERT_TRUE(two->start(loopback(port_two)));
  EXPECT_EQ(one->find(NodeId(2)), nullptr);
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] {
    one->send(heartbeat(1, 2, 1));
    return !at_two.empty();
  }));
  EXPECT_EQ(*one->find(NodeId(2)), address(2, port_two));
  EXPECT_NE(remembered[1].find("\n2 "), std::string::npos);
}

TEST_F(PeersTest, AMemberThatIsRemovedStillHearsOfItAndIsThenForgotten) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, port_two, at_one);
  auto two = stranger(2, port_two, at_two);
  ASSERT_TRUE(one->start(loopback(port_one)));
  ASSERT_TRUE(two->start(loopback(port_two)));
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] { return one->links_up() == 1; }));
  one->set_members({});
  one->send(heartbeat(1, 2, 1));
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] { return at_two.size() == 1; }));
  two->close();  // or it would still be in conversation
  one->tick(steady_now() + 60s);
  EXPECT_EQ(one->find(NodeId(2)), nullptr);
  one->send(heartbeat(1, 2, 2));
  EXPECT_EQ(one->figures().dropped, 1u);
}

TEST_F(PeersTest, AMemberThatMovesIsCalledAtItsNewAddress) {
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, free_port(), at_one);
  auto two = stranger(2, port_two, at_two);
  ASSERT_TRUE(one->start(loopback(free_port())));
  ASSERT_TRUE(two->start(loopback(port_two)));
  one->tick(steady_now());
  EXPECT_EQ(one->links_up(), 0u);
  one->set_members({address(2, port_two)});
  EXPECT_TRUE(turn_until({one.get(), two.get()}, [&] { return one->links_up() == 1; }));
}

TEST_F(PeersTest, ANodeWithAnotherStoreThanTheOneThatWasMetIsKeptOut) {
  const std::uint16_t port_one = free_port();
  const std::uint16_t port_two = free_port();
  auto one = node(1, 2, port_two, at_one);
  auto two = node(2, 1, port_one, at_two);
  ASSERT_TRUE(one->start(loopback(port_one)));
  ASSERT_TRUE(two->start(loopback(port_two)));
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] {
    two->send(heartbeat(2, 1, 1));
    return !at_one.empty();
  }));
  two->close();
  run_until(io, [] { return false; }, 50ms);  // what was on its way arrives
  at_one.clear();
  two = stranger(2, port_two, at_two, "c", 99);
  two->set_members({address(1, port_one)});
  ASSERT_TRUE(two->start(loopback(port_two)));
  ASSERT_TRUE(turn_until({one.get(), two.get()}, [&] {
    one->send(heartbeat(1, 2, 2));
    two->send(heartbeat(2, 1, 2));
    return one->figures().refused > 1 && two->figures().refused > 1;
  })) << "each refuses the other's call";
  EXPECT_TRUE(at_one.empty());
  EXPECT_TRUE(at_two.empty());
}

TEST_F(PeersTest, AFrameOutOfPlaceEndsTheSession) {
  const std::uint16_t port_one = free_port();
  auto one = node(1, 2, free_port(), at_one);
  ASSERT_TRUE(one->start(loopback(port_one)));
  const auto ends = [&](const std::string& bytes) {
    asio::ip::tcp::socket socket(io);
    socket.connect(loopback(port_one));
    socket.non_blocking(true);
    asio::write(socket, asio::buffer(bytes));
    return run_until(io, [&] {
      char buffer[512];
      std::error_code error;
      socket.read_some(asio::buffer(buffer), error);
      return error && error != asio::error::would_block;
    });
  };
  const auto hello = [](Hello what) {
    std::string bytes;
    append_hello(bytes, what);
    return bytes;
  };
  const Hello good = hello_of(2, 1);
  Hello old_version = good;
  old_version.version = 9;
  Hello nowhere = good;
  nowhere.contact = "a:b";
  std::string message;
  append_message(message, heartbeat(2, 1, 1));
  std::string from_another;
  append_message(from_another, heartbeat(3, 1, 1));
  EXPECT_TRUE(ends(message)) << "a message before a hello";
  EXPECT_TRUE(ends(hello(good) + hello(good)));
  EXPECT_TRUE(ends(hello(good) + from_another));
  EXPECT_TRUE(ends(hello(old_version)));
  EXPECT_TRUE(ends(hello(hello_of(2, 4))));
  EXPECT_TRUE(ends(hello(nowhere)));
  EXPECT_TRUE(ends(std::string(100, '\xff')));
  EXPECT_TRUE(at_one.empty());
}

TEST_F(PeersTest, ANewSessionOfANodeReplacesItsOldOne) {
  const std::uint16_t port_one = free_port();
  auto one = node(1, 2, free_port(), at_one);
  ASSERT_TRUE(one->start(loopback(port_one)));
  std::string bytes;
  append_hello(bytes, hello_of(2, 1));
  append_message(bytes, heartbeat(2, 1, 1));
  asio::ip::tcp::socket old_one(io), new_one(io);
  old_one.connect(loopback(port_one));
  asio::write(old_one, asio::buffer(bytes));
  ASSERT_TRUE(run_until(io, [&] { return at_one.size() == 1; }));
  new_one.connect(loopback(port_one));
  asio::write(new_one, asio::buffer(bytes));
  ASSERT_TRUE(run_until(io, [&] { return at_one.size() == 2; }));
  old_one.non_blocking(true);
  EXPECT_TRUE(run_until(io, [&] {
    char byte = 0;
    std::error_code error;
    old_one.read_some(asio::buffer(&byte, 1), error);
    return error && error != asio::error::would_block;
  }));
}

TEST_F(PeersTest, ANodeThatDoesNotAnswerIsCalledAgainUntilItDoes) {
  const std::uint16_t port_one = free_port();
  asio::ip::tcp::acceptor deaf(io);
  deaf.open(asio::ip::tcp::v4());
  deaf.set_option(asio::socket_base::reuse_address(true));
  deaf.bind(loopback(0));
  deaf.listen(0);
  const std::uint16_t port_two = deaf.local_endpoint().port();
  std::vector<asio::ip::tcp::socket> callers;  // as many as it takes until a call is not answered
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back(io, asio::ip::tcp::v4());
    callers.back().async_connect(loopback(port_two), [](const std::error_code&) {});
  }
  auto one = node(1, 2, port_two, at_one);
  ASSERT_TRUE(one->start(loopback(port_one)));
  EXPECT_FALSE(run_until(
      io,
      [&] {
        one->tick(steady_now());
        return one->links_up() == 1;
      },
      1s));
  callers.clear();
  deaf.close();
  auto two = node(2, 1, port_one, at_two);
  ASSERT_TRUE(two->start(loopback(port_two)));
  EXPECT_TRUE(turn_until({one.get(), two.get()}, [&] { return one->links_up() == 1; }));
}

TEST_F(PeersTest, ALinkThatAcknowledgesNothingIsOpenedAnew) {
  asio::ip::tcp::acceptor silent(io, loopback(0));  // takes calls and never reads
  auto one = node(1, 2, silent.local_endpoint().port(), at_one);
  ASSERT_TRUE(one->start(loopback(free_port())));
  ASSERT_TRUE(turn_until({one.get()}, [&] { return one->links_up() == 1; }));
  raft::SnapshotChunk chunk;
  chunk.snapshot.index = Index(1);
  chunk.data = std::string(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) one->send({NodeId(1), NodeId(2), Term(1), chunk});
  EXPECT_GT(one->figures().dropped, 0u) << "what waits has a bound";
  EXPECT_TRUE(turn_until({one.get()}, [&] { return one->figures().losses == 1; }));
  EXPECT_TRUE(turn_until({one.get()}, [&] { return one->figures().connects == 2; }));
}

TEST_F(PeersTest, BytesThatAreNeverAcknowledgedAreNoticed) {
  // The other end accepts and never reads: once its buffers are full, nothing moves.
  asio::ip::tcp::acceptor acceptor(io, loopback(0));
  asio::ip::tcp::socket sender(io);
  sender.connect(acceptor.local_endpoint());
  const auto receiver = acceptor.accept();
  sender.non_blocking(true);
  const std::string block(1 << 20, 'x');
  std::error_code error;
  while (!error) sender.write_some(asio::buffer(block), error);
  LinkHealth health(steady_now());
  std::this_thread::sleep_for(100ms);  // the last acknowledgements come
  const Nanos begin = steady_now();
  (void)health.stuck_for(sender.native_handle(), 1, begin);
  EXPECT_GT(health.stuck_for(sender.native_handle(), 1, begin + 2s), 1s);
}

}  // namespace
}  // namespace plumbline::net
