#include "node/net/metrics.h"

#include <gtest/gtest.h>

namespace plumbline::net {
namespace {

TEST(Metrics, AHistogramCountsUpToEachBound) {
  replica::Histogram histogram;
  histogram.add(10us);
  histogram.add(60us);
  histogram.add(1h);
  std::string out;
  histogram.print(out, "x", "op=\"a\"");
  EXPECT_NE(out.find("x_bucket{op=\"a\",le=\"5e-05\"} 1\n"), std::string::npos) << out;
  EXPECT_NE(out.find("x_bucket{op=\"a\",le=\"0.0001\"} 2\n"), std::string::npos);
  EXPECT_NE(out.find("x_bucket{op=\"a\",le=\"+Inf\"} 3\n"), std::string::npos);
  EXPECT_NE(out.find("x_count{op=\"a\"} 3\n"), std::string::npos);
}

TEST(Metrics, EveryLineIsACommentOrANameAndANumber) {
  const std::string text = prometheus({}, {});
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line.starts_with("# TYPE raftkv_")) continue;
    const std::size_t space = line.rfind(' ');
    ASSERT_NE(space, std::string::npos) << line;
    EXPECT_TRUE(line.starts_with("raftkv_")) << line;
    EXPECT_TRUE(parse_int(line.substr(space + 1))) << line;
  }
  EXPECT_NE(text.find("raftkv_role{role=\"follower\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::net
