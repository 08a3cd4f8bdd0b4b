// Goal: a command survives the log; bytes that are no command are refused, whatever they say.
// Method: fixed bytes as a witness of the format, round trips and damage over seeds.
#include "node/kv/commands.h"

#include <gtest/gtest.h>

#include "node/kv/bytes.h"
#include "node/kv/testing.h"

namespace plumbline::kv {
namespace {

using namespace std::string_literals;

TEST(Commands, BytesAreThoseOfTheFormat) {
  // Logs on disk are read by later versions: these bytes may not change.
  EXPECT_EQ(encode({.op = Op::put, .key = "k", .value = "v", .time_ms = 300}),
            "\x01\x00\xac\x02\x01k\x01v"s);
  EXPECT_EQ(encode({.op = Op::compare_and_set,
                    .key = "k",
                    .value = "new",
                    .expected = "",
                    .session = 7,
                    .sequence = 2,
                    .ack_below = 1}),
            "\x03\x03\x00\x01k\x03new\x00\x07\x02\x01"s);
  EXPECT_EQ(encode({.op = Op::register_session}), "\x05\x00\x00\x00\x00"s);
}

TEST(Commands, EveryCommandComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    Rng rng(seed);
    const Command command = testing::any_command(rng);
    const auto back = decode_command(encode(command));
    ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().what;
    ASSERT_EQ(*back, command) << "seed " << seed;
  }
}

TEST(Commands, ExtremeNumbersComeBack) {
  for (const std::uint64_t n : {0ULL, 127ULL, 128ULL, 1ULL << 62, 1ULL << 63, ~0ULL}) {
    const Command command{.session = n, .sequence = n, .ack_below = n, .time_ms = n};
    EXPECT_EQ(decode_command(encode(command)), command) << n;
  }
}

TEST(Commands, EveryShorterOrLongerTextIsRefused) {
  const std::string bytes = encode(
      {.op = Op::compare_and_set, .key = "key", .value = "value", .expected = "x", .session = 300});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_command(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_command(bytes + '\0'));
  EXPECT_EQ(decode_command("").error().code, Error::Code::corrupt);
}

TEST(Commands, UnknownOperationsAndPartsAreRefused) {
  std::string bytes = encode({.op = Op::put});
  for (int op = 0; op < 256; ++op) {
    bytes[0] = static_cast<char>(op);
    EXPECT_EQ(decode_command(bytes).has_value(), op >= 1 && op <= 6) << op;
  }
  bytes[0] = 1;
  for (int parts = 1; parts < 256; ++parts) {
    bytes[1] = static_cast<char>(parts);
    EXPECT_FALSE(decode_command(bytes)) << parts;
  }
}

TEST(Commands, LengthsBeyondTheBytesAreRefused) {
  EXPECT_FALSE(decode_command("\x01\x00\x00\x05key"s));
  EXPECT_FALSE(decode_command("\x01\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01k"s));
}

TEST(Commands, OneCommandHasOneEncoding) {
  EXPECT_FALSE(decode_command("\x01\x00\x80\x00\x00\x00"s)) << "a zero of two bytes";
  EXPECT_FALSE(decode_command("\x01\x02\x00\x00\x00\x00\x00\x00"s)) << "a session part of zeros";
  for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
    Rng rng(seed);
    const std::string bytes = testing::damage(encode(testing::any_command(rng)), rng);
    if (const auto command = decode_command(bytes)) {
      ASSERT_EQ(encode(*command), bytes) << "seed " << seed;
    }
  }
}

TEST(Commands, CodesHaveNames) {
  EXPECT_STREQ(to_string(Code::ok), "ok");
  EXPECT_STREQ(to_string(Code::mismatch), "mismatch");
  EXPECT_STREQ(to_string(Code::not_found), "not_found");
  EXPECT_STREQ(to_string(Code::wrong_type), "wrong_type");
  EXPECT_STREQ(to_string(Code::session_expired), "session_expired");
  EXPECT_STREQ(to_string(Code::sequence_forgotten), "sequence_forgotten");
}

TEST(Bytes, NumbersBeyondSixtyFourBitsAreRefused) {
  Reader most("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(most.number(), UINT64_MAX);
  EXPECT_TRUE(most.finished());
  Reader more("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  more.number();
  EXPECT_FALSE(more.ok());
  Reader longer("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01");
  longer.number();
  EXPECT_FALSE(longer.ok());
}

TEST(Bytes, AfterAFailureEverythingReadIsNothing) {
  Reader in(
      "\x09"
      "abc");
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.byte(), 0);
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.stored(), Stored(""));
  EXPECT_FALSE(in.finished());
}

TEST(Bytes, StoredTextsAndListsComeBack) {
  for (const Stored& stored : {Stored(""), Stored("text"), Stored(List{}), Stored(List{"", "b"})}) {
    std::string bytes;
    put_stored(bytes, stored);
    Reader in(bytes);
    EXPECT_EQ(in.stored(), stored);
    EXPECT_TRUE(in.finished());
  }
  Reader unknown_kind("\x02\x00");
  unknown_kind.stored();
  EXPECT_FALSE(unknown_kind.ok());
}

}  // namespace
}  // namespace plumbline::kv
