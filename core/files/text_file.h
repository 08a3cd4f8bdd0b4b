#pragma once
/// Files that are small enough to be in memory.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace plumbline {

struct FileText {
  std::string text;
  std::string warning;  ///< the gzip stream ended early; `text` is what could be unpacked
};

/// All of a file, unpacked if it is gzip. Fails: what ByteSource does.
Result<FileText> read_text(const std::filesystem::path& file);
/// Writes the file anew, in place: it may be a pipe. Fails: io.
Status write_text(const std::filesystem::path& file, std::string_view text);

}  // namespace plumbline
