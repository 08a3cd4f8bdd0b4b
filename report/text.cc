#include "report/text.h"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "core/base/text.h"

namespace plumbline::report {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Length of the valid UTF-8 character at the head of `text`, or 0. Source: RFC 3629, section 4.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!continues_character(text[i])) return 0;
  const unsigned char second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

constexpr std::string_view k_replacement = "\xef\xbf\xbd";  // U+FFFD

bool is_noncharacter(std::string_view character) {
  return character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";  // U+FFFE, U+FFFF
}

void append_xml(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&apos;";
      return;
    // As references, so that an attribute keeps them through normalisation.
    case '\n':
      out += "&#10;";
      return;
    case '\t':
      out += "&#9;";
      return;
    default:
      if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
}

/// The number of the bidirectional control character at the head of `text`, as \u text; or nothing.
std::string_view direction_control(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> k_controls[] = {
      {"\u061c", "\\u061c"}, {"\u200e", "\\u200e"}, {"\u200f", "\\u200f"}, {"\u202a", "\\u202a"},
      {"\u202b", "\\u202b"}, {"\u202c", "\\u202c"}, {"\u202d", "\\u202d"}, {"\u202e", "\\u202e"},
      {"\u2066", "\\u2066"}, {"\u2067", "\\u2067"}, {"\u2068", "\\u2068"}, {"\u2069", "\\u2069"}};
  for (const auto& [control, number] : k_controls)
    if (text.starts_with(control)) return number;
  return {};
}

std::string harmless(std::string_view text) {
  constexpr std::size_t k_no_limit = SIZE_MAX;
  const std::string visible = printable(text, k_no_limit);
  constexpr std::string_view k_leads = "\xd8\xe2";  // first bytes of the controls' UTF-8
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = visible.find_first_of(k_leads); at != std::string::npos;
       at = visible.find_first_of(k_leads, at + 1)) {
    const std::string_view number = direction_control(std::string_view(visible).substr(at));
    if (number.empty()) continue;
    out.append(visible, from, at - from).append(number);
    from = at + (visible[at] == '\xe2' ? 3 : 2);
  }
  return out.append(visible, from);
}

std::string plain(const Value& value) {
  return value.is_text() ? value.as_text() : to_string(value);
}

}  // namespace

std::string clip(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return harmless(text);
  std::size_t head = limit * 3 / 5;
  std::size_t tail = text.size() - (limit - head);
  while (head > 0 && continues_character(text[head])) --head;
  while (tail < text.size() && continues_character(text[tail])) ++tail;
  return str(harmless(text.substr(0, head)), " … (", text.size(), " bytes) … ",
             harmless(text.substr(tail)));
}

std::string key_text(const Value& key) { return key.is_nil() ? "" : plain(key); }

std::string target_text(const Value& value) {
  if (value.is_nil()) return "";
  if (!value.is_list()) return plain(value);
  const Value::List& items = value.as_list();
  bool groups = !items.empty();
  for (const Value& item : items) groups = groups && item.is_list();
  std::vector<std::string> pieces;
  for (const Value& item : items) pieces.push_back(groups ? target_text(item) : plain(item));
  return join(pieces, groups ? " | " : " ");
}

std::string base64(std::string_view bytes) {
  static constexpr char k_digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? k_digits[group >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0)
      out += k_replacement;
    else if (length == 1)
      append_xml(out, text[0]);
    else if (!is_noncharacter(text.substr(0, length)))
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

Status write_atomically(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::path beside = file;
  beside += ".new";
  {
    errno = 0;
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return fail_errno("write " + beside.string());
  }
  std::error_code error;
  std::filesystem::rename(beside, file, error);
  if (error) return fail(Error::Code::io, "write " + file.string() + ": " + error.message());
  return {};
}

}  // namespace plumbline::report
