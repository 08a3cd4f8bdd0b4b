#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/text.h"
#include "report/report.h"
#include "report/testing.h"

namespace plumbline::report {
namespace {

/// Why `xml` is not well formed, or nothing. Knows what JUnit files use: elements, attributes,
/// text, the five named entities and numeric references.
class WellFormed {
 public:
  explicit WellFormed(std::string_view xml) : rest_(xml) {}

  std::string problem() {
    if (!eat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")) return "no declaration";
    while (!rest_.empty() && problem_.empty()) step();
    if (problem_.empty() && !open_.empty()) problem_ = "open: " + open_.back();
    return problem_;
  }

 private:
  bool eat(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string name() {
    std::string text;
    while (!rest_.empty() && std::isalpha(static_cast<unsigned char>(rest_[0]))) {
      text += rest_[0];
      rest_.remove_prefix(1);
    }
    if (text.empty()) problem_ = str("no name at: ", rest_.substr(0, 40));
    return text;
  }
  void step() {
    if (eat("</")) {
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed || !eat(">")) problem_ = "stray end of " + closed;
      if (problem_.empty()) open_.pop_back();
    } else if (eat("<")) {
      element();
    } else {
      character('<');
    }
  }
  void element() {
    const std::string opened = name();
    while (problem_.empty() && eat(" ")) {
      name();
      if (!eat("=\"")) problem_ = "attribute without a value in " + opened;
      while (problem_.empty() && !eat("\"")) character('"');
    }
    if (eat("/>")) return;
    if (!eat(">")) problem_ = "bad start of " + opened;
    open_.push_back(opened);
  }
  void character(char end) {
    if (rest_.empty()) problem_ = str("text ends without ", end);
    if (rest_.empty()) return;
    const auto byte = static_cast<unsigned char>(rest_[0]);
    if (rest_[0] == '&') {
      const std::string entity(rest_.substr(0, rest_.find(';') + 1));
      static const std::vector<std::string> k_known = {"&amp;",  "&lt;",  "&gt;", "&quot;",
                                                       "&apos;", "&#10;", "&#9;"};
      if (std::find(k_known.begin(), k_known.end(), entity) == k_known.end())
        problem_ = "bad reference " + entity;
    } else if (rest_[0] == '<' || (byte < 0x20 && rest_[0] != '\n')) {
      problem_ = str("raw character ", static_cast<int>(byte));
    }
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
  std::string problem_;
  std::vector<std::string> open_;
};

Verdict part(const std::string& check, Validity validity, const std::string& reason) {
  Verdict verdict;
  verdict.check = check;
  verdict.validity = validity;
  verdict.reason = reason;
  return verdict;
}

TEST(Junit, OneTestcaseForEachPartAndUnknownIsAnError) {
  const Verdict verdict =
      compose("register", {part("linearizable", Validity::invalid, "k3 is not"),
                           part("statistics", Validity::valid, ""),
                           part("vacuity", Validity::unknown, "no fault took hold")});
  RunInfo run;
  run.title = "a run";
  run.workload = "register";
  run.seed = "42";
  run.duration = 1500ms;
  const std::string xml = render_junit(run, verdict);
  EXPECT_EQ(WellFormed(xml).problem(), "");
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\" errors=\"1\" time=\"1.500\""), std::string::npos)
      << xml;
  EXPECT_NE(
      xml.find("name=\"linearizable\">\n      <failure type=\"invalid\" message=\"k3 is not\">"),
      std::string::npos)
      << xml;
  EXPECT_NE(xml.find("name=\"statistics\"/>"), std::string::npos);
  EXPECT_NE(xml.find("<error type=\"unknown\" message=\"no fault took hold\">"), std::string::npos);
  EXPECT_EQ(xml.find("<skipped"), std::string::npos);
  EXPECT_NE(xml.find("<property name=\"seed\" value=\"42\"/>"), std::string::npos);
}

TEST(Junit, AFailureCarriesTheExplanationAndTheCalls) {
  SampleOptions options;
  options.stale_read = true;
  const History history = sample_history(options);
  const std::string xml = render_junit(sample_run(options), sample_verdict(history, options));
  EXPECT_EQ(WellFormed(xml).problem(), "");
  EXPECT_NE(xml.find("key k3: The read by process 90002 returned 1"), std::string::npos) << xml;
  EXPECT_NE(xml.find("p90002  n2  read &quot;k3&quot; -&gt; ok 1"), std::string::npos) << xml;
}

TEST(Junit, ACheckWithoutPartsIsItsOwnTestcase) {
  for (const Validity validity : {Validity::valid, Validity::unknown, Validity::invalid}) {
    const std::string xml = render_junit({}, part("linearizable", validity, "why"));
    EXPECT_EQ(WellFormed(xml).problem(), "");
    EXPECT_NE(xml.find("classname=\"plumbline.run\" name=\"linearizable\""), std::string::npos)
        << xml;
    EXPECT_EQ(xml.find("<failure") != std::string::npos, validity == Validity::invalid);
    EXPECT_EQ(xml.find("<error") != std::string::npos, validity == Validity::unknown);
  }
}

TEST(Junit, NestedPartsAreNamedByTheirPath) {
  const Verdict inner = compose("consistency", {part("linearizable", Validity::valid, "")});
  const std::string xml =
      render_junit({}, compose("all", {inner, part("statistics", Validity::valid, "")}));
  EXPECT_NE(xml.find("classname=\"plumbline.all.consistency\" name=\"linearizable\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("classname=\"plumbline.all\" name=\"statistics\""), std::string::npos) << xml;
}

TEST(Junit, HostileTextsStayText) {
  const std::string bad = k_hostile;
  Verdict verdict = part(bad, Validity::invalid, bad + "\xff\r\n");
  verdict.counterexamples = {{Value(bad), {Call{}}, bad, {}, bad, {}, 0}};
  verdict.counterexamples[0].core[0].error = bad;
  const std::string xml = render_junit({bad, bad, bad, bad, bad, bad, bad, bad, bad, {}}, verdict);
  EXPECT_EQ(WellFormed(xml).problem(), "");
  EXPECT_EQ(xml.find("<img"), std::string::npos);
  EXPECT_EQ(xml.find('\x1b'), std::string::npos);
}

TEST(Junit, TheTestOfWellFormednessSeesWhatIsWrong) {
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  EXPECT_EQ(WellFormed(head + "<a b=\"c\"><d/>&amp;</a>").problem(), "");
  for (const char* bad :
       {"<a>", "<a></b>", "<a b=c/>", "<a>&x;</a>", "<a b=\"<\"/>", "<a>\x01</a>", "</a>"})
    EXPECT_NE(WellFormed(head + bad).problem(), "") << bad;
}

TEST(Junit, WritingPutsItIntoTheFile) {
  const auto file =
      std::filesystem::temp_directory_path() / str("plumbline-junit-", ::getpid(), ".xml");
  ASSERT_TRUE(write_junit(file, {}, part("linearizable", Validity::valid, "")));
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  EXPECT_EQ(content.str(), render_junit({}, part("linearizable", Validity::valid, "")));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace plumbline::report
