#pragma once
/// How text leaves the history for a report: clipped, without control characters, encoded.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/history/value.h"

namespace plumbline::report {

/// At most about `limit` bytes: of longer text the head and the tail with the full length between
/// them, cut between UTF-8 characters. Control characters become \xNN, and those that turn the
/// direction of the text around them (Unicode bidirectional controls) their \u number.
std::string clip(std::string_view text, std::size_t limit);
/// A key as people say it: k3 rather than "k3"; nil is empty.
std::string key_text(const Value& key);
/// What a fault hit: [["n1","n2"],["n3"]] is "n1 n2 | n3"; nil is empty.
std::string target_text(const Value& value);

std::string base64(std::string_view bytes);
/// Text for XML content or a quoted attribute: valid UTF-8, markup as entities, characters that
/// XML 1.0 cannot hold removed.
std::string xml_escape(std::string_view text);

/// Writes beside `file` and renames over it. Fails: io.
Status write_atomically(const std::filesystem::path& file, std::string_view content);

}  // namespace plumbline::report
