#pragma once
/// Reads a history file into a CallTable. JSON lines, plain or gzipped, are read as a stream:
/// neither the text nor the events are ever in memory as a whole. Other formats are read by
/// read_history().

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/history/call_table.h"

namespace plumbline {

struct ReadTable {
  CallTable calls{};
  std::string warning{};    ///< as ReadHistory's
  std::uint64_t bytes = 0;  ///< of text, unpacked; 0 if the format was not JSON lines
  Nanos took{};
};

/// Takes: what read_history() takes.
/// Fails: not_found, io, or corrupt with file, line, what is wrong, and what can be done.
Result<ReadTable> read_table(const std::filesystem::path& file, bool keyed = false);

/// JSON lines in memory. `name` is what messages call them.
Result<ReadTable> parse_table(std::string_view text, const std::string& name, bool keyed = false);

}  // namespace plumbline
