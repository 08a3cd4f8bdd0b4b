// Histories from files: plain, packed, packed in parts, cut off, damaged, of a folder; as events
// and, streamed, as a table.

#include "core/files/history_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>

#include "core/base/text.h"
#include "core/files/text_file.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

class HistoryFile : public ::testing::Test {
 protected:
  HistoryFile() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~HistoryFile() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    EXPECT_TRUE(write_text(folder_ / name, bytes));
    return folder_ / name;
  }
  /// Adds one gzip member to the file.
  std::filesystem::path pack(const std::string& name, const std::string& text) {
    const gzFile file = gzopen((folder_ / name).c_str(), "ab");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return folder_ / name;
  }
  std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Writes of a few processes, each with its completion.
  static std::string lines(int calls) {
    std::string text;
    for (int i = 0; i < 2 * calls; ++i) {
      Event event{.index = i, .process = i / 2 % 97, .f = "write", .key = "k", .value = i / 2};
      event.type = i % 2 == 0 ? EventType::invoke : EventType::ok;
      text += to_json_line(event) + "\n";
    }
    return text;
  }
  const std::filesystem::path folder_ =
      str(::testing::TempDir(), "/plumbline-", getpid(), "-",
          ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::string line_ = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n";
};

TEST_F(HistoryFile, IsUnpacked) {
  EXPECT_EQ(read_history(pack("a.gz", line_))->events.size(), 1U);
  EXPECT_EQ(read_history(write("b", line_))->events.size(), 1U);
  // Two gzip members one behind the other are one file.
  EXPECT_EQ(read_history(pack("a.gz", line_))->events.size(), 2U);
}

TEST_F(HistoryFile, AsATableSaysWhatItsEventsSay) {
  std::string text = lines(10'000);
  // A line longer than what is read at once.
  text.insert(0, "{\"index\":0,\"process\":200,\"type\":\"invoke\",\"f\":\"read\",\"error\":\"" +
                     std::string(1 << 20, 'y') + "\"}\n");
  for (std::size_t at = text.find('\n') + 1, i = 1; at < text.size(); at = text.find('\n', at) + 1)
    text.replace(at, text.find(',', at) - at, str("{\"index\":", i++));
  for (const auto& file : {write("plain.jsonl", text), pack("packed.jsonl.gz", text),
                           write("torn.jsonl", text + "{\"p")}) {
    const auto table = read_table(file);
    const auto history = read_history(file);
    ASSERT_TRUE(table && history) << (table ? history.error().what : table.error().what);
    EXPECT_EQ(table->warning, history->warning);
    EXPECT_EQ(table->warning.empty(), !file.string().ends_with("torn.jsonl"));
    EXPECT_GE(table->bytes, text.size());
    const auto calls = *pair_calls(history->events);
    ASSERT_EQ(table->calls.size(), calls.size());
    for (std::size_t row = 0; row < calls.size(); ++row)
      ASSERT_EQ(describe(table->calls.call(row)), describe(calls[row])) << file;
  }
}

TEST_F(HistoryFile, PackedInPartsOrCutOffIsReadAsFarAsItGoes) {
  const std::string text = lines(5'000);
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  pack("parts.gz", text.substr(0, half));
  const auto file = pack("parts.gz", text.substr(half));
  EXPECT_EQ(read_table(file)->calls.events(), 10'000U);
  EXPECT_EQ(read_history(file)->events.size(), 10'000U);
  std::string bytes = bytes_of(file);
  bytes.resize(bytes.size() * 2 / 3);
  const auto cut = write("cut.gz", bytes);
  const auto table = read_table(cut);
  const auto history = read_history(cut);
  ASSERT_TRUE(table && history) << (table ? history.error().what : table.error().what);
  EXPECT_THAT(table->warning, HasSubstr("ends early"));
  EXPECT_EQ(history->warning, table->warning);
  EXPECT_GT(history->events.size(), 5'000U);
  EXPECT_LT(history->events.size(), 10'000U);
  EXPECT_EQ(table->calls.events(), history->events.size());
}

TEST_F(HistoryFile, DamagedInItsGzipDataIsRefused) {
  std::string bytes = bytes_of(pack("good.gz", std::string(100'000, 'x')));
  for (std::size_t i = 20; i < 40; ++i) bytes[i] = '\x55';
  const auto bad = write("bad.gz", bytes);
  EXPECT_EQ(read_history(bad).error().code, Error::Code::corrupt);
  EXPECT_EQ(read_table(bad).error().code, Error::Code::corrupt);
}

TEST_F(HistoryFile, OfAnotherFormatIsATableToo) {
  const auto edn = read_table(write("h.edn",
                                    "{:process 0 :type :invoke :f :write :value 3}\n"
                                    "{:process 0 :type :ok :f :write :value 3}\n"));
  ASSERT_TRUE(edn) << edn.error().what;
  EXPECT_EQ(edn->calls.call(0).arguments, Value(3));
  EXPECT_EQ(edn->bytes, 0U);
  EXPECT_FALSE(read_table(write("noise", "what is this\n")));
  const auto empty = read_table(write("empty", ""));
  ASSERT_TRUE(empty) << empty.error().what;
  EXPECT_EQ(empty->calls.size(), 0U);
}

TEST_F(HistoryFile, OfAFolderIsFoundByItsName) {
  const auto file = pack("history.edn.gz", "{:process 1 :type :invoke :f :read}\n");
  ASSERT_TRUE(read_history(folder_));
  EXPECT_EQ(read_history(folder_)->events.size(), 1U);
  EXPECT_EQ(read_table(folder_)->calls.size(), 1U);
  std::filesystem::remove(file);
  EXPECT_THAT(read_history(folder_).error().what, HasSubstr("holds no history.jsonl"));
  EXPECT_THAT(read_table(folder_).error().what, HasSubstr("holds no history.jsonl"));
}

TEST_F(HistoryFile, OfAnEtcdReportIsOfAllClients) {
  const auto client = [&](const std::string& name, int id) {
    std::filesystem::create_directories(folder_ / name);
    const std::string put = R"({"Type":"put-operation","Put":{"Key":"a","Value":{"Value":"x"}}})";
    return write(name + "/operations.json",
                 str("{\n \"ClientId\": ", id,
                     R"(, "Input": {"Type": "txn", "Txn": {"OperationsOnSuccess": [)", put,
                     R"(]}}, "Call": 1, "Output": {"Txn": {}}, "Return": 2})", "\n"));
  };
  client("client-1", 1);
  client("client-2", 4);
  const auto read = read_history(folder_);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->events.size(), 4U);
}

TEST_F(HistoryFile, ThatIsNotThereIsNamed) {
  EXPECT_EQ(read_history(folder_ / "none").error().code, Error::Code::not_found);
  EXPECT_EQ(read_table(folder_ / "none").error().code, Error::Code::not_found);
  EXPECT_THAT(read_history(folder_ / "none").error().what, HasSubstr("no such file"));
}

TEST(WriteText, SaysWhereItCouldNot) {
  EXPECT_THAT(write_text("/no/such/folder/file", "x").error().what,
              HasSubstr("cannot write /no/such/folder/file"));
}

}  // namespace
}  // namespace plumbline
