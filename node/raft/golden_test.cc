// Goal: each situation of testdata/ goes as its file says, word for word, and (unless it switches a
// defect on) no invariant is violated on the way. Method: scripts, see script.h.
// UPDATE_GOLDEN=1 writes the files anew: review the diff.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
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

std::string expected_of(const std::string& name) {
  return content_of(std::filesystem::path(PLUMBLINE_RAFT_TESTDATA) / (name + ".txt"));
}

/// The script's `cluster` line with this defect on, or with none.
std::string with_defect(const std::string& script, const std::string& defect) {
  std::istringstream in(script);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("cluster ")) {
      if (const auto at = line.find(" defect="); at != std::string::npos)
        line.erase(at, line.find(' ', at + 1) - at);
      if (!defect.empty()) line += " defect=" + defect;
    }
    out += line + "\n";
  }
  return out;
}

/// What a script prints, without the line that names the defect.
std::string printed_by(const std::string& script) {
  return with_defect(run_script(script).text, "");
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, GoesAsWritten) {
  const auto file = std::filesystem::path(PLUMBLINE_RAFT_TESTDATA) / (GetParam() + ".txt");
  const std::string expected = expected_of(GetParam());
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

// Both ways: the script that shows a defect goes well without it, and of the scripts that were
// written for the clean core at least one goes otherwise with it.
TEST(GoldenDefects, EachDefectIsShownByAScriptThatGoesWellWithoutIt) {
  if (!k_defects_compiled) GTEST_SKIP() << "built without PLUMBLINE_DEFECTS";
  std::map<std::string, std::string> shown_by;
  for (const auto& name : script_names()) {
    const std::string script = expected_of(name);
    const auto at = script.find("defect=");
    if (at == std::string::npos) continue;
    const auto defect = script.substr(at + 7, script.find_first_of(" \n", at) - at - 7);
    shown_by[defect] = name;
    const auto without = run_script(with_defect(script, ""));
    EXPECT_FALSE(without.violated) << name << " without its defect:\n" << without.text;
    EXPECT_NE(without.text, printed_by(script)) << name << " does not show its defect";
  }
  for (const auto& info : all_defects())
    EXPECT_TRUE(shown_by.contains(info.name)) << info.name << " has no script";
}

TEST(GoldenDefects, EveryDefectFailsAGoldenScript) {
  if (!k_defects_compiled) GTEST_SKIP() << "built without PLUMBLINE_DEFECTS";
  std::vector<std::string> clean;
  for (const auto& name : script_names())
    if (expected_of(name).find("defect=") == std::string::npos) clean.push_back(name);
  for (const auto& info : all_defects()) {
    const auto fails = [&](const std::string& name) {
      const std::string expected = expected_of(name);
      return printed_by(with_defect(expected, info.name)) != expected;
    };
    // All are run, so that none of them brings the core down.
    EXPECT_GT(std::count_if(clean.begin(), clean.end(), fails), 0)
        << info.name << " fails none of the clean core's scripts";
  }
}

}  // namespace
}  // namespace plumbline::raft::testing
