#include "core/history/read_table.h"

#include <algorithm>
#include <cstring>

#include "core/base/text.h"
#include "core/history/line_scanner.h"

namespace plumbline {
namespace {

class Reader {
 public:
  static constexpr std::size_t k_piece = 1 << 18;  ///< fits the second-level cache

  /// `piece`: how many bytes to have room for at first, and then each time.
  Reader(ReadPiece read, std::string name, bool keyed, std::size_t piece = k_piece)
      : read_(std::move(read)),
        name_(std::move(name)),
        scanner_(builder_, keyed),
        piece_(piece),
        buffer_(piece + LineScanner::k_padding) {}

  /// Does the first line that holds anything look like JSON?
  Result<bool> looks_like_jsonl() {
    for (;;) {
      const std::size_t first =
          std::string_view(buffer_.data(), filled_).find_first_not_of(" \t\r\n");
      const std::string_view text(buffer_.data(), filled_);
      if (first != std::string_view::npos && text.find_first_not_of(" \t", first + 1) < filled_) {
        const std::size_t second = text.find_first_not_of(" \t", first + 1);
        return text[first] == '{' && text[second] == '"';
      }
      TRY_ASSIGN(const bool more, fill(0));
      if (!more) return false;
    }
  }

  Result<ReadTable> all() {
    std::size_t at = 0;
    for (;;) {
      TRY_ASSIGN(at, whole_lines(at));
      TRY_ASSIGN(const bool more, fill(at));
      at = 0;
      if (!more) break;
    }
    ReadTable table;
    TRY_ASSIGN(table.warning, torn_line());
    table.calls = builder_.finish();
    table.bytes = bytes_;
    return table;
  }
  /// Everything that is left, as it is.
  Result<std::string> rest() {
    for (;;) {
      TRY_ASSIGN(const bool more, fill(0));
      if (!more) return std::string(buffer_.data(), filled_);
    }
  }

 private:
  /// Moves what stands behind `done` to the front and reads on. False at the end.
  Result<bool> fill(std::size_t done) {
    std::memmove(buffer_.data(), buffer_.data() + done, filled_ - done);
    filled_ -= done;
    if (buffer_.size() - LineScanner::k_padding - filled_ < piece_ / 2)
      buffer_.resize(buffer_.size() + filled_ + piece_);
    const std::size_t room = buffer_.size() - LineScanner::k_padding - filled_;
    TRY_ASSIGN(const std::size_t got, read_(std::span(buffer_).subspan(filled_, room)));
    filled_ += got;
    bytes_ += got;
    return got > 0;
  }
  /// Takes the lines in the buffer that have their end. Gives where the next one starts.
  Result<std::size_t> whole_lines(std::size_t at) {
    const char* const start = buffer_.data();
    for (;;) {
      const char* line = start + at;
      const void* found = std::memchr(line, '\n', filled_ - at);
      if (found == nullptr) return at;
      const char* end = static_cast<const char*>(found);
      ++line_;
      at = static_cast<std::size_t>(end - start) + 1;
      if (*line != '{' && trim({line, static_cast<std::size_t>(end - line)}).empty()) continue;
      if (auto added = scanner_.add(line, end, next_index_); !added) return damaged(added.error());
    }
  }
  /// A last line without its end is what a crash leaves. Gives the warning, if it cannot be read.
  Result<std::string> torn_line() {
    if (trim({buffer_.data(), filled_}).empty()) return std::string();
    ++line_;
    const std::string_view line(buffer_.data(), filled_);
    if (!from_json_line(line, next_index_))
      return where() + " is torn (the writer stopped inside it) and was left out";
    buffer_[filled_] = '\0';
    if (auto added = scanner_.add(line.data(), line.data() + line.size(), next_index_); !added)
      return damaged(added.error());
    return std::string();
  }
  std::string where() const { return str(name_, " line ", line_); }
  std::unexpected<Error> damaged(const Error& error) const {
    std::string what = str(where(), ": ", error.what);
    if (error.code == Error::Code::corrupt && line_ > 1)
      what += str(" (to judge what stands before it: head -n ", line_ - 1, ")");
    return fail(error.code, std::move(what));
  }

  ReadPiece read_;
  std::string name_;
  CallTableBuilder builder_;
  LineScanner scanner_;
  std::size_t piece_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t line_ = 0;
  std::int64_t next_index_ = 0;
};

}  // namespace

Result<ReadTable> as_table(ReadHistory read) {
  TRY_ASSIGN(CallTable calls, table_of(read.events));
  return ReadTable{.calls = std::move(calls), .warning = std::move(read.warning)};
}

Result<ReadTable> read_table(const ReadPiece& pieces, const std::string& name, bool keyed) {
  Reader reader(pieces, name, keyed);
  TRY_ASSIGN(const bool jsonl, reader.looks_like_jsonl());
  if (jsonl) return reader.all();
  TRY_ASSIGN(const std::string text, reader.rest());
  TRY_ASSIGN(ReadHistory read, parse_history(text, name, keyed));
  return as_table(std::move(read));
}

Result<ReadTable> parse_table(std::string_view text, const std::string& name, bool keyed) {
  const auto take = [&](std::span<char> room) -> Result<std::size_t> {
    const std::size_t count = std::min(room.size(), text.size());
    std::memcpy(room.data(), text.data(), count);
    text.remove_prefix(count);
    return count;
  };
  const std::size_t piece = std::min(text.size() + 1, Reader::k_piece);
  return Reader(take, name, keyed, piece).all();
}

}  // namespace plumbline
