// Goal: a defect that is not known, or not in this build, is refused with a line that helps.

#include "node/raft/defects.h"

#include <gtest/gtest.h>

namespace plumbline::raft {
namespace {

TEST(Defects, HaveNamesOfTheirOwnAndSayWhatTheyDo) {
  std::set<std::string> names;
  for (const auto& info : all_defects()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_NE(std::string(info.what), "") << info.name;
    EXPECT_NE(std::string(info.model), "") << info.name;
  }
}

TEST(Defects, NoneIsAlwaysAllowed) { EXPECT_TRUE(check_defects({})); }

TEST(Defects, AreRefusedByABuildWithoutThem) {
  if (k_defects_compiled) GTEST_SKIP() << "this build has them";
  const auto status = check_defects({"commit-old-term"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Error::Code::unavailable);
}

TEST(Defects, EveryNameInTheTableSwitchesItsDefectOn) {
  if (!k_defects_compiled) GTEST_SKIP() << "built without PLUMBLINE_DEFECTS";
  for (const auto& info : all_defects()) {
    ASSERT_TRUE(check_defects({info.name}));
    const Defects defects({info.name});
    for (const auto& other : all_defects())
      EXPECT_EQ(defects.has(other.defect), other.defect == info.defect);
  }
  EXPECT_FALSE(Defects().has(Defect::commit_old_term));
}

TEST(Defects, AnUnknownNameIsRefusedWithTheNearestOne) {
  if (!k_defects_compiled) GTEST_SKIP() << "built without PLUMBLINE_DEFECTS";
  const auto status = check_defects({"commit-old-trem"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Error::Code::not_found);
  EXPECT_NE(status.error().what.find("commit-old-term"), std::string::npos);
  EXPECT_NE(check_defects({"nonsense entirely"}).error().what.find("read-local-leader"),
            std::string::npos);
}

}  // namespace
}  // namespace plumbline::raft
