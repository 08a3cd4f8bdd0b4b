#include "report/text.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/text.h"
#include "report/testing.h"

namespace plumbline::report {
namespace {

TEST(Text, ClipKeepsShortTextAndShowsControlCharacters) {
  EXPECT_EQ(clip("write 4", 20), "write 4");
  EXPECT_EQ(clip("a\x1b[31m", 20), "a\\x1b[31m");
}

TEST(Text, ClipShowsCharactersThatTurnTheDirectionOfText) {
  EXPECT_EQ(clip("a\xe2\x80\xae"
                 "b",
                 20),
            "a\\u202eb");
  EXPECT_EQ(clip("\xe2\x81\xa6\xd8\x9c", 20), "\\u2066\\u061c");
  EXPECT_EQ(clip("\xe2\x86\x92 \xd8\xa7", 20), "\xe2\x86\x92 \xd8\xa7") << "an arrow, an alef";
}

TEST(Text, ClipCutsBetweenCharactersAndSaysHowLongTheTextWas) {
  std::string snow;
  for (int i = 0; i < 100; ++i) snow += "\xe2\x98\x83";
  for (std::size_t limit = 0; limit < 40; ++limit) {
    const std::string shown = clip(snow, limit);
    EXPECT_NE(shown.find("(300 bytes)"), std::string::npos);
    EXPECT_EQ(xml_escape(shown).find("\xef\xbf\xbd"), std::string::npos) << "cut at " << limit;
  }
}

TEST(Text, KeysAndTargetsReadAsPeopleSayThem) {
  EXPECT_EQ(key_text(Value("k3")), "k3");
  EXPECT_EQ(key_text(Value(7)), "7");
  EXPECT_EQ(key_text({}), "");
  EXPECT_EQ(target_text(Value::list(Value::list("n1", "n2"), Value::list("n3"))), "n1 n2 | n3");
  EXPECT_EQ(target_text(Value::list("n3")), "n3");
  EXPECT_EQ(target_text("leader"), "leader");
  EXPECT_EQ(target_text(Value(Value::List{})), "");
}

TEST(Text, Base64IsThatOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Text, XmlEscapeLeavesNoMarkupAndNoCharacterThatXmlForbids) {
  EXPECT_EQ(xml_escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
  EXPECT_EQ(xml_escape(std::string_view("a\0\x01\x1b\x7f z", 7)), "a z");
  EXPECT_EQ(xml_escape("line\nnext\t!"), "line&#10;next&#9;!");
  EXPECT_EQ(xml_escape("\xef\xbf\xbe\xef\xbf\xbf|"), "|");
}

TEST(Text, XmlEscapeReplacesBytesThatAreNotUtf8) {
  const std::string replacement = "\xef\xbf\xbd";
  EXPECT_EQ(xml_escape("\xff"), replacement);
  EXPECT_EQ(xml_escape("\xe2\x98"), replacement + replacement) << "cut short";
  EXPECT_EQ(xml_escape("\xc0\xbc"), replacement + replacement) << "an overlong <";
  EXPECT_EQ(xml_escape("\xed\xa0\x80"), replacement + replacement + replacement) << "a surrogate";
  EXPECT_EQ(xml_escape("\xf5\x80\x80\x80").find('\xf5'), std::string::npos) << "above U+10FFFF";
  EXPECT_EQ(xml_escape("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(Text, WritingReplacesAFileWholeAndLeavesNothingBeside) {
  const auto folder =
      std::filesystem::temp_directory_path() / str("plumbline-text-test-", ::getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "a.html";
  ASSERT_TRUE(write_atomically(file, "first, and longer"));
  ASSERT_TRUE(write_atomically(file, "second"));
  std::ifstream in(file);
  std::string content;
  std::getline(in, content);
  EXPECT_EQ(content, "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

TEST(Text, WritingWhereNoFolderIsFailsWithTheReason) {
  const Status status = write_atomically("/nonexistent-folder/a.html", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Error::Code::io);
  EXPECT_NE(status.error().what.find("/nonexistent-folder/a.html"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::report
