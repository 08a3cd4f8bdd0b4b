#pragma once
/// A history as a CallTable. JSON lines are read as a stream: neither the text nor the events are
/// ever in memory as a whole. Other formats go through parse_history().

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/history/call_table.h"
#include "core/history/codec.h"

namespace plumbline {

struct ReadTable {
  CallTable calls{};
  std::string warning{};    ///< as ReadHistory's
  std::uint64_t bytes = 0;  ///< of text, unpacked; 0 if the format was not JSON lines
  Nanos took{};             ///< to read it from a file
};

/// Fills a piece of memory from its start, and says how much it was; 0 at the end.
using ReadPiece = std::function<Result<std::size_t>(std::span<char>)>;

/// `name` is what messages call the history; `keyed`: as in parse_history().
/// Fails: as `pieces`, or corrupt with name, line, what is wrong, and what can be done.
Result<ReadTable> read_table(const ReadPiece& pieces, const std::string& name, bool keyed = false);

/// JSON lines in memory. `name` is what messages call them.
Result<ReadTable> parse_table(std::string_view text, const std::string& name, bool keyed = false);

/// A history that was read otherwise. Fails: as CallTableBuilder::add.
Result<ReadTable> as_table(ReadHistory read);

}  // namespace plumbline
