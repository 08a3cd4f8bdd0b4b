// Goal: a node is let go only where the rest can decide. Method: every set of up to 7 voters, every
// set of them that is down, against a count by hand.
#include "nemesis/quorum.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "nemesis/testing.h"

namespace plumbline {
namespace {

TEST(Quorum, AMajorityIsMoreThanHalf) {
  EXPECT_EQ(majority_of(1), 1u);
  EXPECT_EQ(majority_of(2), 2u);
  EXPECT_EQ(majority_of(5), 3u);
  EXPECT_EQ(majority_of(6), 4u);
}

TEST(Quorum, ANodeMayGoIfMajoritiesBeforeAndAfterAreUp) {
  for (std::size_t count = 1; count <= 7; ++count)
    for (unsigned bits = 0; bits < 1U << count; ++bits) {
      const Nodes voters = numbered_nodes(count);
      Nodes down;
      for (std::size_t i = 0; i < count; ++i)
        if (bits >> i & 1U) down.push_back(voters[i]);
      const bool goer_is_down = bits & 1U;
      const std::size_t up = count - down.size();
      const std::size_t up_after = up - (goer_is_down ? 0 : 1);
      const bool fine = count > 1 && 2 * up > count && 2 * up_after > count - 1;
      EXPECT_EQ(can_do_without("n1", voters, down), fine) << count << " voters, down " << bits;
    }
}

TEST(Quorum, OfFiveADeadOneMayGoAlsoWhenAnotherIsDown) {
  EXPECT_TRUE(can_do_without("n1", numbered_nodes(5), {"n1", "n2"}));
  EXPECT_FALSE(can_do_without("n3", numbered_nodes(5), {"n1", "n2"}));
}

TEST(Quorum, WhoIsDownButNoVoterDoesNotMatter) {
  EXPECT_TRUE(can_do_without("n1", {"n1", "n2", "n3"}, {"n8", "n9"}));
}

}  // namespace
}  // namespace plumbline
