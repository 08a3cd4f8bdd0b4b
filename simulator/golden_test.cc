// Bugs that were found stay found. Each file in testdata/shrunk/ is a shrunk run (plumbline shrink
// RUN
// --golden FILE): the node as it is passes it; with the defects that the file names it fails in the
// way that the file says. A file without defects is of a bug that is mended: it must pass.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "node/raft/defects.h"
#include "simulator/saved_case.h"

namespace plumbline::simulator {
namespace {

/// What the code does elsewhere may shift a case's choices: the failure may then need another seed.
constexpr std::uint64_t k_seeds = 200;

std::vector<std::string> golden_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_CASES))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

class GoldenCase : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::ifstream in(GetParam());
    std::ostringstream text;
    text << in.rdbuf();
    auto read = parse_saved_case(std::move(text).str());
    ASSERT_TRUE(read) << read.error().what;
    saved_ = std::move(*read);
  }
  /// The first seed from the case's own one on that fails as it says.
  std::optional<std::uint64_t> failing_seed() {
    Options options = saved_.options;
    for (std::uint64_t i = 0; i < k_seeds; ++i, ++options.seed) {
      const auto result = simulate(options);
      if (result && failure_of(*result) == saved_.failure) return options.seed;
    }
    return std::nullopt;
  }

  SavedCase saved_;
};

TEST_P(GoldenCase, PassesWithoutTheDefect) {
  Options options = saved_.options;
  options.defects.clear();
  options.invariants = true;
  const auto result = simulate(options);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(to_string(failure_of(*result)), "nothing") << result->found;
}

TEST_P(GoldenCase, FailsInItsWayWithTheDefect) {
  if (saved_.options.defects.empty()) GTEST_SKIP() << "of a bug that is mended";
  if (!raft::k_defects_compiled) GTEST_SKIP() << "this build has no defects";
  EXPECT_TRUE(failing_seed()) << "no longer seen with any of " << k_seeds << " seeds from "
                              << saved_.options.seed << " on: " << to_string(saved_.failure);
}

std::string name_of_case(const testing::TestParamInfo<std::string>& file) {
  std::string name = std::filesystem::path(file.param).stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenCase, testing::ValuesIn(golden_files()), name_of_case);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenCase);

}  // namespace
}  // namespace plumbline::simulator
