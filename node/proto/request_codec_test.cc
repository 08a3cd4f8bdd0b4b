#include "node/proto/request_codec.h"

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "node/proto/frame.h"

namespace plumbline::proto {
namespace {

std::string body_of(const std::string& frame) { return frame.substr(k_frame_header_bytes); }

std::vector<Request> examples() {
  const std::string binary("\0\xff\n", 3);
  return {
      {.op = Op::get, .key = "k", .mode = ReadMode::stale},
      {.op = Op::get, .key = "k", .mode = ReadMode::lease},
      {.op = Op::put, .key = binary, .value = binary, .session = 7, .sequence = 3, .ack_below = 2},
      {.op = Op::put, .key = "k", .value = ""},
      {.op = Op::remove, .key = "k"},
      {.op = Op::compare_and_set, .key = "k", .value = "new", .expected = "old"},
      {.op = Op::compare_and_set, .key = "k", .value = "new", .expected = ""},
      {.op = Op::compare_and_set, .key = "k", .value = "new"},
      {.op = Op::append, .key = "k", .value = "1"},
      {.op = Op::register_session},
      {.op = Op::end_session, .session = 9},
      {.op = Op::status, .with_hash = true},
      {.op = Op::make_snapshot},
      {.op = Op::add_member, .node = 4, .contact = "n4:7000"},
      {.op = Op::promote_member, .node = 4},
      {.op = Op::remove_member, .node = INT64_MAX},
      {.op = Op::remove_member, .node = 1, .others = {2, INT64_MAX}},
      {.op = Op::promote_member, .node = 4, .others = {5}},
      {.op = Op::transfer_leadership, .node = 2},
  };
}

std::vector<Reply> replies() {
  Status status{.id = 3,
                .role = "leader",
                .term = 4,
                .leader = 3,
                .commit = 10,
                .applied = 9,
                .last_index = 12,
                .durable_index = 11,
                .first_index = 2,
                .snapshot_index = 1,
                .keys = 5,
                .sessions = 6,
                .hash = 77,
                .voters = {1, 2, 3},
                .outgoing = {1, 2, 5},
                .learners = {4},
                .contacts = {{1, "a:1"}, {4, "b"}},
                .configuration_index = 8,
                .hashes = {{256, 5}, {512, 6}}};
  return {
      {},
      {.code = Code::ok, .value = std::string("text"), .revision = 12},
      {.code = Code::ok, .value = std::string()},
      {.code = Code::mismatch, .value = std::vector<std::string>{"a", ""}},
      {.code = Code::wrong_type, .value = std::vector<std::string>{}},
      {.code = Code::not_leader, .leader = LeaderHint{2, "10.0.0.2:7001", 5}},
      {.code = Code::unknown_outcome, .message = "why"},
      {.status = status},
  };
}

TEST(RequestCodec, RequestsComeBackEqual) {
  std::uint64_t id = UINT64_MAX;
  for (const Request& request : examples()) {
    std::string frame;
    append_request(frame, id, request);
    const auto back = decode_request(body_of(frame));
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->request, request) << to_string(request.op);
    EXPECT_EQ(back->id, id--);
    EXPECT_TRUE(check_request(request));
  }
}

TEST(RequestCodec, RepliesComeBackEqual) {
  for (const Reply& reply : replies()) {
    std::string frame;
    append_reply(frame, 5, reply);
    const auto back = decode_reply(body_of(frame));
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->reply, reply) << to_string(reply.code);
    EXPECT_EQ(back->id, 5u);
  }
}

TEST(RequestCodec, MutatedBytesGiveAnErrorOrAMessageAndNeverACrash) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    std::string frame;
    if (rng.chance(0.5))
      append_request(frame, rng.next(), rng.pick(examples()));
    else
      append_reply(frame, rng.next(), rng.pick(replies()));
    std::string body = body_of(frame);
    for (std::uint64_t n = 1 + rng.below(4); n > 0 && !body.empty(); --n) {
      if (rng.chance(0.3))
        body.resize(rng.below(body.size()) + 1);
      else
        body[rng.below(body.size())] = static_cast<char>(rng.below(256));
    }
    if (const auto request = decode_request(body)) (void)check_request(request->request);
    (void)decode_reply(body);
  }
}

TEST(RequestCodec, AnEmptyRequestHasNoOperation) { EXPECT_FALSE(decode_request("")); }

TEST(RequestCodec, AValueTooLongForAReplyIsSaidToBe) {
  std::vector<std::string> items(40, std::string(k_value_max, 'v'));
  std::string frame;
  append_reply(frame, 1, {.code = Code::ok, .value = std::move(items)});
  EXPECT_LT(frame.size(), 1000u);
  const auto back = decode_reply(body_of(frame));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->reply.code, Code::invalid);
}

TEST(RequestCodec, LimitsAreChecked) {
  const auto refused = [](Request request) {
    const auto status = check_request(request);
    return !status && status.error().code == Error::Code::invalid;
  };
  EXPECT_TRUE(refused({.op = Op::get}));
  EXPECT_TRUE(refused({.op = Op::get, .key = std::string(k_key_max + 1, 'k')}));
  EXPECT_FALSE(refused({.op = Op::get, .key = std::string(k_key_max, 'k')}));
  EXPECT_TRUE(refused({.op = Op::put, .key = "k", .value = std::string(k_value_max + 1, 'v')}));
  EXPECT_FALSE(refused({.op = Op::put, .key = "k", .value = std::string(k_value_max, 'v')}));
  EXPECT_TRUE(refused({.op = Op::put, .key = "k", .session = 4}));
  EXPECT_TRUE(refused({.op = Op::end_session}));
  EXPECT_TRUE(refused({.op = Op::promote_member}));
  EXPECT_TRUE(refused({.op = Op::promote_member, .node = 1, .others = {0}}));
  EXPECT_TRUE(refused({.op = Op::remove_member, .node = UINT64_MAX}));
  for (const char* contact : {"", "two words", "a\nvoters 9"})
    EXPECT_TRUE(refused({.op = Op::add_member, .node = 4, .contact = contact})) << contact;
}

}  // namespace
}  // namespace plumbline::proto
