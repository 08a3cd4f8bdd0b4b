#pragma once
/// Small things done to text, each used by three folders or more.

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

/// All arguments written after one another with operator<<.
template <class... Args>
std::string str(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return std::move(out).str();
}

/// Pieces between `separator`, empty ones kept: split("a,,b", ',') = {"a", "", "b"}; split("") =
/// {}.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string_view trim(std::string_view text);
/// The whole text as a decimal integer, else nothing.
std::optional<std::int64_t> parse_int(std::string_view text);
/// The whole text as a decimal number from 0 to 1, else nothing.
std::optional<double> parse_share(std::string_view text);
/// A copy safe to print on a terminal or in a log: control characters as \xNN, cut at `limit`
/// bytes.
std::string printable(std::string_view text, std::size_t limit = 200);
/// `text` as one word of a POSIX shell command line: quoted so that the shell changes nothing.
std::string shell_quote(std::string_view text);
/// The candidate closest to `word` by edit distance, if close enough to be a slip ("partiton").
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

}  // namespace plumbline
