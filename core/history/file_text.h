#pragma once
/// The bytes of a history file, unpacked if they are gzip.

#include <filesystem>
#include <istream>
#include <string>

#include "core/base/result.h"

namespace plumbline {

struct FileText {
  std::string text;
  std::string warning;  ///< the gzip stream ended early; `text` is what could be unpacked
};

/// Everything that is left in `in`. Fails: io, or corrupt if it is gzip and damaged in its middle.
Result<FileText> read_text(std::istream& in, const std::string& name);
/// Fails: not_found, io, corrupt.
Result<FileText> read_text(const std::filesystem::path& file);

}  // namespace plumbline
