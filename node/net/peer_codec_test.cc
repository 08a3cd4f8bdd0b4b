#include "node/net/peer_codec.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "node/proto/frame.h"

namespace plumbline::net {
namespace {

using raft::Index;
using raft::NodeId;
using raft::Round;
using raft::Term;

std::string body_of(const std::string& frame) { return frame.substr(proto::k_frame_header_bytes); }

raft::EntryPtr entry(std::uint64_t index, std::uint64_t term, std::string data,
                     raft::EntryType type = raft::EntryType::command) {
  return std::make_shared<raft::Entry>(
      raft::Entry{Term(term), Index(index), type, std::move(data)});
}

std::vector<raft::Message> examples() {
  const raft::SnapshotMeta snapshot{
      Index(90), Term(3), {.voters = {NodeId(1), NodeId(2), NodeId(3)}}};
  const std::string binary("\0\xff\r\n", 4);
  std::vector<raft::Message> all;
  const auto add = [&all](auto body) { all.push_back({NodeId(1), NodeId(2), Term(7), body}); };
  add(raft::VoteRequest{true, false, Index(5), Term(6)});
  add(raft::VoteResponse{false, true});
  add(raft::AppendRequest{Index(4), Term(2), {}, Index(3), Round(9)});
  add(raft::AppendRequest{Index(4),
                          Term(2),
                          {entry(5, 2, binary), entry(6, 7, "", raft::EntryType::no_op)},
                          Index(4),
                          Round(UINT64_MAX)});
  add(raft::AppendResponse{false, Index(1), Term(2), Index(3), Index(4), Round(5)});
  add(raft::Heartbeat{Index(8), Round(2)});
  add(raft::HeartbeatResponse{Round(2)});
  add(raft::SnapshotChunk{snapshot, 256, 1000, 0xdeadbeef, binary});
  add(raft::SnapshotResponse{Index(90), 1000, true});
  return all;
}

/// Entries are compared by what they say, not by where they are.
bool same(const raft::Message& a, const raft::Message& b) {
  if (a.from != b.from || a.to != b.to || a.term != b.term || a.body.index() != b.body.index())
    return false;
  const auto* x = std::get_if<raft::AppendRequest>(&a.body);
  if (x) {
    const auto& y = std::get<raft::AppendRequest>(b.body);
    return x->previous_index == y.previous_index && x->previous_term == y.previous_term &&
           x->commit == y.commit && x->round == y.round &&
           std::equal(x->entries.begin(), x->entries.end(), y.entries.begin(), y.entries.end(),
                      [](const raft::EntryPtr& p, const raft::EntryPtr& q) { return *p == *q; });
  }
  return std::visit(
      [&b](const auto& one) {
        using Body = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Body, raft::AppendRequest>)
          return false;
        else
          return one == std::get<Body>(b.body);
      },
      a.body);
}

TEST(PeerCodec, MessagesComeBackEqual) {
  for (const raft::Message& message : examples()) {
    std::string frame;
    append_message(frame, message);
    const auto back = decode_peer_frame(body_of(frame));
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_TRUE(same(std::get<raft::Message>(*back), message)) << "kind " << message.body.index();
  }
}

TEST(PeerCodec, HelloAndRefusalComeBackEqual) {
  const Hello hello{.who = {.cluster = "c1",
                            .origin = "1,2",
                            .from = NodeId(1),
                            .to = NodeId(2),
                            .from_store = replica::StoreId(7),
                            .to_store = replica::StoreId(8)},
                    .contact = "a:1:2:3"};
  std::string frame;
  append_hello(frame, hello);
  EXPECT_EQ(std::get<Hello>(*decode_peer_frame(body_of(frame))), hello);
  frame.clear();
  append_refusal(frame, "because");
  EXPECT_EQ(std::get<Refusal>(*decode_peer_frame(body_of(frame))).reason, "because");
}

TEST(PeerCodec, EntriesThatDoNotFollowEachOtherAreRefused) {
  const auto refused = [](raft::AppendRequest request) {
    std::string frame;
    append_message(frame, {NodeId(1), NodeId(2), Term(7), std::move(request)});
    return !decode_peer_frame(body_of(frame));
  };
  EXPECT_FALSE(refused({Index(4), Term(2), {entry(5, 2, "a")}, Index(0), Round(0)}));
  EXPECT_TRUE(refused({Index(4), Term(2), {entry(6, 2, "a")}, Index(0), Round(0)}));
  EXPECT_TRUE(
      refused({Index(4), Term(2), {entry(5, 2, "a"), entry(5, 2, "b")}, Index(0), Round(0)}));
  EXPECT_TRUE(refused({Index(4), Term(2), {entry(5, 0, "a")}, Index(0), Round(0)}));
  EXPECT_TRUE(refused({Index(UINT64_MAX), Term(2), {}, Index(0), Round(0)}));
}

TEST(PeerCodec, AnEntryTypeThatIsNotKnownIsRefused) {
  std::string frame;
  append_message(frame, {NodeId(1), NodeId(2), Term(7),
                         raft::AppendRequest{Index(0),
                                             Term(0),
                                             {entry(1, 1, "a", static_cast<raft::EntryType>(9))},
                                             Index(0),
                                             Round(0)}});
  EXPECT_FALSE(decode_peer_frame(body_of(frame)));
}

TEST(PeerCodec, MutatedBytesGiveAnErrorOrAMessageAndNeverACrash) {
  const auto all = examples();
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    std::string frame;
    append_message(frame, rng.pick(all));
    std::string body = body_of(frame);
    for (std::uint64_t n = 1 + rng.below(4); n > 0 && !body.empty(); --n) {
      if (rng.chance(0.3))
        body.resize(rng.below(body.size()) + 1);
      else
        body[rng.below(body.size())] = static_cast<char>(rng.below(256));
    }
    (void)decode_peer_frame(body);
  }
}

}  // namespace
}  // namespace plumbline::net
