#include "node/proto/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "core/base/rng.h"

namespace plumbline::proto {
namespace {

std::string framed(std::string_view body) {
  std::string out;
  FrameWriter writer(out);
  out += body;
  writer.finish();
  return out;
}

/// Feeds `stream` in pieces of at most `piece` bytes; gives the bodies, or the error it ended with.
Result<std::vector<std::string>> read_all(FrameReader& reader, std::string_view stream,
                                          std::size_t piece) {
  std::vector<std::string> bodies;
  while (!stream.empty()) {
    const std::span<char> space = reader.space();
    const std::size_t bytes = std::min({piece, stream.size(), space.size()});
    std::memcpy(space.data(), stream.data(), bytes);
    reader.got(bytes);
    stream.remove_prefix(bytes);
    for (;;) {
      TRY_ASSIGN(const auto frame, reader.next());
      if (!frame) break;
      bodies.emplace_back(*frame);
    }
  }
  return bodies;
}

TEST(Frame, BodiesComeOutAsTheyWentInHoweverTheStreamIsCut) {
  const std::vector<std::string> bodies = {"one", "", std::string(200'000, 'x'), "last"};
  std::string stream;
  for (const std::string& body : bodies) stream += framed(body);
  for (const std::size_t piece : {1u, 7u, 4096u, 1u << 20}) {
    FrameReader reader(k_client_frame_max);
    const auto got = read_all(reader, stream, piece);
    ASSERT_TRUE(got) << got.error().what;
    EXPECT_EQ(*got, bodies) << "pieces of " << piece;
    EXPECT_EQ(reader.pending(), 0u);
  }
}

TEST(Frame, LayoutIsLengthChecksumBody) {
  EXPECT_EQ(framed("123456789"), std::string("\x09\0\0\0\x26\x39\xf4\xcb"
                                             "123456789",
                                             17));
}

TEST(Frame, TooLongIsRefusedByItsHeaderAlone) {
  FrameReader reader(100);
  EXPECT_TRUE(read_all(reader, framed(std::string(100, 'a')), 1000));
  const auto got = read_all(reader, framed(std::string(101, 'a')).substr(0, 8), 8);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Error::Code::corrupt);
}

TEST(Frame, MemoryGrowsWithWhatCameAndNotWithWhatIsClaimed) {
  FrameReader reader(k_peer_frame_max);
  const std::string claims_much = framed(std::string(7 << 20, 'z')).substr(0, 20);
  ASSERT_TRUE(read_all(reader, claims_much, 20));
  EXPECT_LT(reader.space().size(), 1u << 20);
}

TEST(Frame, EveryFlippedBitOfABodyIsNoticed) {
  const std::string whole = framed("a small body");
  for (std::size_t bit = 32; bit < whole.size() * 8; ++bit) {
    std::string changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    FrameReader reader(k_client_frame_max);
    EXPECT_FALSE(read_all(reader, changed, changed.size())) << "bit " << bit;
  }
}

TEST(Frame, RandomStreamsNeverGiveMoreThanWentIn) {
  constexpr std::uint64_t k_seeds = 200;
  for (std::uint64_t seed = 1; seed <= k_seeds; ++seed) {
    Rng rng(seed);
    std::vector<std::string> bodies;
    std::string stream;
    for (std::uint64_t i = rng.below(20); i > 0; --i) {
      bodies.emplace_back(rng.below(3000), static_cast<char>('a' + rng.below(26)));
      stream += framed(bodies.back());
    }
    if (!stream.empty() && rng.chance(0.5)) {
      const std::size_t at = rng.below(stream.size());
      stream[at] = static_cast<char>(stream[at] ^ (1 << rng.below(8)));
    }
    FrameReader reader(k_client_frame_max);
    const auto got = read_all(reader, stream, 1 + rng.below(5000));
    if (!got) continue;
    ASSERT_LE(got->size(), bodies.size()) << "seed " << seed;
    EXPECT_TRUE(std::equal(got->begin(), got->end(), bodies.begin())) << "seed " << seed;
  }
}

}  // namespace
}  // namespace plumbline::proto
