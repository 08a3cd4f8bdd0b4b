// Goal: what a raftkv client completes is what the node's answer proves, and hints are followed
// only where nothing can have been done. Method: nodes that answer as they are told, on loopback.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "control/systems/all.h"
#include "core/base/text.h"
#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

namespace plumbline {
namespace {

using proto::Code;
using proto::Reply;
using proto::Request;
using testing::StartsWith;

constexpr std::uint16_t k_port = 7001;

/// One node: answers each request with `answer`; nothing means that it hangs up instead.
class FakeNode {
 public:
  using Answer = std::function<std::optional<Reply>(const Request&)>;

  FakeNode(std::string node_address, Answer answer)
      : address(std::move(node_address)), answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(k_port);
    ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0)
        << address;
    EXPECT_EQ(::listen(listener_, 16), 0);
    thread_ = std::jthread([this](const std::stop_token& token) { serve(token); });
  }
  ~FakeNode() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  std::vector<Request> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  const std::string address;

 private:
  static bool readable(int fd) {
    pollfd what{fd, POLLIN, 0};
    return ::poll(&what, 1, 10) == 1;
  }

  void serve(const std::stop_token& token) {
    std::vector<std::jthread> talks;
    while (!token.stop_requested()) {
      if (!readable(listener_)) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      talks.emplace_back([this, fd, token] { talk(fd, token); });
    }
  }

  void talk(int fd, const std::stop_token& token) {
    proto::FrameReader reader(proto::k_client_frame_max);
    while (!token.stop_requested()) {
      if (!readable(fd)) continue;
      const auto space = reader.space();
      const ssize_t bytes = ::read(fd, space.data(), space.size());
      if (bytes <= 0) break;
      reader.got(static_cast<std::size_t>(bytes));
      const auto frame = reader.next();
      if (!frame || !*frame) continue;
      if (!reply(fd, *proto::decode_request(**frame))) break;
    }
    ::close(fd);
  }

  bool reply(int fd, const proto::NumberedRequest& request) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(request.request);
    }
    const auto answer = answer_(request.request);
    if (!answer) return false;
    std::string out;
    proto::append_reply(out, request.id, *answer);
    return ::write(fd, out.data(), out.size()) == static_cast<ssize_t>(out.size());
  }

  const Answer answer_;
  int listener_ = -1;
  mutable std::mutex mutex_;
  std::vector<Request> asked_;
  std::jthread thread_;
};

Reply with(Code code) {
  Reply reply;
  reply.code = code;
  return reply;
}
FakeNode::Answer always(Reply reply) {
  return [reply](const Request&) { return reply; };
}
FakeNode::Answer leader_is(const std::string& address) {
  Reply reply = with(Code::not_leader);
  reply.leader = proto::LeaderHint{};
  reply.leader->id = 2;
  reply.leader->client_address = address + ":7001";
  return always(reply);
}

class RaftkvClients : public testing::Test {
 protected:
  /// An address that no other process that runs this test uses.
  static std::string address(int node) { return str("127.77.", ::getpid() % 250 + 1, ".", node); }
  NodeAccess access(int node) const {
    NodeAccess made;
    made.name = str("n", node);
    made.address = address(node);
    made.directory = "/opt/plumb";
    return made;
  }
  std::unique_ptr<Client> client(int node = 1) {
    auto made = system->connect(access(node), {});
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }
  /// A client that follows hints for changes too: every second one of a node does.
  std::unique_ptr<Client> following_client() {
    client();
    return client();
  }
  static Operation operation(const std::string& f, Value value = {}) {
    return {.f = f, .key = Value("k7"), .value = std::move(value)};
  }

  std::unique_ptr<System> system = *make_system("raftkv", {});
};

TEST_F(RaftkvClients, AskForWhatTheOperationMeans) {
  FakeNode node(address(1), always(with(Code::ok)));
  auto process = client();
  for (const Operation& asked :
       {operation("read"), operation("write", 3), operation("cas", Value::list(3, 4)),
        operation("cas", Value::list(Value(), 1)), operation("append", 9)})
    EXPECT_EQ(process->invoke(asked, 1s).type, EventType::ok) << asked.f;
  const auto asked = node.asked();
  ASSERT_EQ(asked.size(), 5u);
  for (const Request& request : asked) EXPECT_EQ(request.key, "k7");
  EXPECT_EQ(asked[0].op, proto::Op::get);
  EXPECT_EQ(asked[0].mode, proto::ReadMode::linearizable);
  EXPECT_EQ(asked[1].value, "3");
  EXPECT_EQ(asked[2].expected, "3");
  EXPECT_EQ(asked[2].value, "4");
  EXPECT_FALSE(asked[3].expected);
  EXPECT_EQ(asked[4].op, proto::Op::append);
}

TEST_F(RaftkvClients, ReadsGiveNilIntegersAndLists) {
  Reply reply = with(Code::ok);
  std::mutex mutex;
  FakeNode node(address(1), [&](const Request&) {
    const std::lock_guard lock(mutex);
    return std::optional(reply);
  });
  auto process = client();
  EXPECT_EQ(process->invoke(operation("read"), 1s).value, Value());
  const auto answer = [&](std::optional<proto::Value> value) {
    const std::lock_guard lock(mutex);
    reply.value = std::move(value);
  };
  answer("41");
  EXPECT_EQ(process->invoke(operation("read"), 1s).value, Value(41));
  answer(std::vector<std::string>{"1", "2"});
  EXPECT_EQ(process->invoke(operation("read"), 1s).value, Value::list(1, 2));
  answer("no number");
  EXPECT_EQ(process->invoke(operation("read"), 1s).value, Value("no number"));
}

TEST_F(RaftkvClients, EveryRefusalIsFailAndEverythingElseIsInfo) {
  Code code = Code::ok;
  std::mutex mutex;
  FakeNode node(address(1), [&](const Request&) {
    const std::lock_guard lock(mutex);
    return std::optional(with(code));
  });
  const std::vector<std::pair<Code, EventType>> meanings = {
      {Code::mismatch, EventType::fail},
      {Code::not_found, EventType::fail},
      {Code::wrong_type, EventType::fail},
      {Code::not_leader, EventType::fail},
      {Code::busy, EventType::fail},
      {Code::no_quorum, EventType::fail},
      {Code::invalid, EventType::fail},
      {Code::unknown_outcome, EventType::info},
      {Code::session_expired, EventType::info},
      {Code::sequence_forgotten, EventType::info}};
  for (const auto& [answered, type] : meanings) {
    {
      const std::lock_guard lock(mutex);
      code = answered;
    }
    const Completion change = client()->invoke(operation("cas", Value::list(1, 2)), 1s);
    EXPECT_EQ(change.type, type) << to_string(answered);
    EXPECT_THAT(change.error, StartsWith(to_string(answered)));
    EXPECT_NE(client()->invoke(operation("read"), 1s).type, EventType::info) << to_string(answered);
  }
}

TEST_F(RaftkvClients, AChangeWhoseAnswerNeverComesIsInfoAndSuchAReadIsFail) {
  FakeNode node(address(1), [](const Request&) { return std::nullopt; });
  EXPECT_EQ(client()->invoke(operation("write", 1), 1s).type, EventType::info);
  EXPECT_EQ(client()->invoke(operation("read"), 1s).type, EventType::fail);
}

TEST_F(RaftkvClients, ReadsFollowTheHintToTheLeader) {
  FakeNode follower(address(1), leader_is(address(2)));
  Reply found = with(Code::ok);
  found.value = "5";
  FakeNode leader(address(2), always(found));
  EXPECT_EQ(client()->invoke(operation("read"), 1s).value, Value(5));
}

TEST_F(RaftkvClients, EverySecondOneStaysWithItsNodeForChanges) {
  FakeNode follower(address(1), leader_is(address(2)));
  FakeNode leader(address(2), always(with(Code::ok)));
  std::vector<EventType> types;
  for (int i = 0; i < 4; ++i) types.push_back(client()->invoke(operation("write", 1), 1s).type);
  EXPECT_THAT(types,
              testing::ElementsAre(EventType::fail, EventType::ok, EventType::fail, EventType::ok));
}

TEST_F(RaftkvClients, HintsThatGoInACircleEndAsFail) {
  FakeNode one(address(1), leader_is(address(2)));
  FakeNode two(address(2), leader_is(address(1)));
  const Completion ended = following_client()->invoke(operation("write", 1), 1s);
  EXPECT_EQ(ended.type, EventType::fail);
  EXPECT_LT(one.asked().size() + two.asked().size(), 10u);
}

TEST_F(RaftkvClients, ALeaderThatCannotBeReachedIsFailSinceNothingWasSent) {
  FakeNode follower(address(1), leader_is(address(3)));
  const Completion ended = following_client()->invoke(operation("write", 1), 1s);
  EXPECT_EQ(ended.type, EventType::fail);
  EXPECT_THAT(ended.error, StartsWith("not-sent"));
}

TEST_F(RaftkvClients, ALeaderThatTakesTheChangeAndHangsUpIsInfo) {
  FakeNode follower(address(1), leader_is(address(2)));
  FakeNode leader(address(2), [](const Request&) { return std::nullopt; });
  EXPECT_EQ(following_client()->invoke(operation("write", 1), 1s).type, EventType::info);
}

TEST_F(RaftkvClients, AnOperationThatRaftkvDoesNotKnowIsFail) {
  FakeNode node(address(1), always(with(Code::ok)));
  EXPECT_EQ(client()->invoke(operation("levitate"), 1s).type, EventType::fail);
  EXPECT_TRUE(node.asked().empty());
}

TEST_F(RaftkvClients, ANodeServesOnceItKnowsALeaderAndSaysWhetherItIsOne) {
  Reply reply = with(Code::ok);
  reply.status = proto::Status{};
  reply.status->role = "follower";
  std::mutex mutex;
  FakeNode node(address(1), [&](const Request&) {
    const std::lock_guard lock(mutex);
    return std::optional(reply);
  });
  EXPECT_FALSE(system->serves(access(1)));
  {
    const std::lock_guard lock(mutex);
    reply.status->leader = 1;
    reply.status->role = "leader";
  }
  EXPECT_TRUE(system->serves(access(1)));
  EXPECT_TRUE(system->is_leader(access(1)));
}

Reply standing_at(std::uint64_t applied, std::uint64_t hash) {
  Reply reply = with(Code::ok);
  reply.status = proto::Status{.applied = applied, .hash = hash};
  return reply;
}

TEST_F(RaftkvClients, ReplicasAreEqualIfTheirHashesAreOnceTheyHaveAppliedTheSame) {
  std::atomic<int> asked = 0;
  const FakeNode one(address(1), always(standing_at(9, 77)));
  const FakeNode two(address(2),
                     [&](const Request&) { return standing_at(++asked < 4 ? 7 : 9, 77); });
  EXPECT_EQ(system->difference_of_replicas({access(1), access(2)}, 20s), "");
  EXPECT_GE(asked, 4) << "the second one was waited for";
}

TEST_F(RaftkvClients, ReplicasDifferByHashOrByStayingBehind) {
  const FakeNode one(address(1), always(standing_at(9, 77)));
  const FakeNode two(address(2), always(standing_at(9, 78)));
  const FakeNode three(address(3), always(standing_at(8, 77)));
  EXPECT_EQ(system->difference_of_replicas({access(1), access(2)}, 20s),
            "the states at index 9 are not equal: n1 has hash 77, n2 has hash 78");
  EXPECT_EQ(system->difference_of_replicas({access(1), access(3)}, 20s),
            "some stay behind: n1 has applied 9, n3 has applied 8");
}

TEST_F(RaftkvClients, ReplicasWithoutAHashAreNotTakenForEqual) {
  Reply silent = standing_at(9, 77);
  silent.status->hash.reset();
  const FakeNode one(address(1), always(standing_at(9, 77)));
  const FakeNode two(address(2), always(silent));
  const auto compared = system->difference_of_replicas({access(1), access(2)}, 20s);
  ASSERT_FALSE(compared);
  EXPECT_EQ(compared.error().code, Error::Code::unavailable);
}

TEST_F(RaftkvClients, ReplicasThatDoNotComeToRestAreNotCompared) {
  std::atomic<std::uint64_t> applied = 0;
  const FakeNode one(address(1), always(standing_at(9, 77)));
  const FakeNode two(address(2), [&](const Request&) { return standing_at(100 + ++applied, 77); });
  const auto moving = system->difference_of_replicas({access(1), access(2)}, 300ms);
  ASSERT_FALSE(moving);
  EXPECT_EQ(moving.error().code, Error::Code::timeout);
  const auto silent = system->difference_of_replicas({access(1), access(3)}, 300ms);
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().what, testing::HasSubstr("n3"));
}

}  // namespace
}  // namespace plumbline
