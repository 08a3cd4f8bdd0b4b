// Goal: each situation of testdata/ goes as its file says, word for word, and (unless it switches a
// defect on) no invariant is violated on the way. Method: scripts, see script.h.
// UPDATE_GOLDEN=1 writes the files anew: review the diff.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "node/raft/defects.h"
#include "node/raft/script.h"

namespace plumbline::raft::testing {
namespace {

std::vector<std::string> script_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(PLUMBLINE_RAFT_TESTDATA))
    if (file.path().extension() == ".txt") names.push_back(file.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, GoesAsWritten) {
  const auto file = std::filesystem::path(PLUMBLINE_RAFT_TESTDATA) / (GetParam() + ".txt");
  const std::string expected = content_of(file);
  const bool with_defect = expected.find("defect=") != std::string::npos;
  if (with_defect && !k_defects_compiled) GTEST_SKIP() << "built without PLUMBLINE_DEFECTS";
  const auto result = run_script(expected);
  ASSERT_EQ(result.mistake, "") << "in " << file;
  // A defect has to show, either to the invariants or in what the script says about the difference.
  EXPECT_TRUE(with_defect || !result.violated) << result.text;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(file) << result.text;
    return;
  }
  EXPECT_EQ(result.text, expected) << "UPDATE_GOLDEN=1 writes " << file << " anew";
}
INSTANTIATE_TEST_SUITE_P(Scripts, Golden, ::testing::ValuesIn(script_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace plumbline::raft::testing
