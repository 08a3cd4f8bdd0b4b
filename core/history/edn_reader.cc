#include "core/history/edn_reader.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/history/json_reader.h"

namespace plumbline {
namespace {

enum Kind : std::uint8_t { in_token, space, mark };
/// What a byte is: most of the time goes into asking.
constexpr std::array<Kind, 256> k_kinds = [] {
  std::array<Kind, 256> kinds{};
  for (const char c : std::string_view(" ,\t\n\v\f\r"))
    kinds[static_cast<unsigned char>(c)] = space;
  for (const char c : std::string_view("()[]{}\";")) kinds[static_cast<unsigned char>(c)] = mark;
  return kinds;
}();
Kind kind(char c) { return k_kinds[static_cast<unsigned char>(c)]; }
bool is_space(char c) { return kind(c) == space; }
bool ends_token(char c) { return kind(c) != in_token; }

}  // namespace

std::size_t EdnReader::line() const {
  const std::string_view before = text_.substr(0, at_);
  return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

std::size_t EdnReader::column() const {
  const std::string_view before = text_.substr(0, at_);
  return before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1: the text's beginning
}

std::unexpected<Error> EdnReader::bad(const std::string& why) const {
  return fail(Error::Code::corrupt, str("line ", line(), " column ", column(), ": ", why));
}

std::unexpected<Error> EdnReader::ended(const std::string& where) {
  cut_off_ = true;
  return bad("the text ends inside " + where);
}

Status EdnReader::skip() { return skip(0); }

Status EdnReader::skip(int depth) {
  if (depth > k_max_depth) return bad(str("nested deeper than ", k_max_depth));
  while (!at_end()) {
    if (is_space(next())) {
      ++at_;
    } else if (next() == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (next() == '#' && text_.substr(at_).starts_with("#_")) {
      at_ += 2;
      TRY(skip(depth + 1));
      TRY(value(depth + 1));
    } else {
      break;
    }
  }
  return {};
}

Result<Value> EdnReader::value(int depth) {
  if (depth > k_max_depth) return bad(str("nested deeper than ", k_max_depth));
  if (at_end()) return ended("a value");
  switch (next()) {
    case '[':
      return sequence(']', depth);
    case '(':
      return sequence(')', depth);
    case '"':
      return string();
    case '#':
      return dispatch(depth);
    case '{': {
      TRY_ASSIGN(auto entries, map(depth));
      Value::List pairs;
      for (auto& [key, item] : entries)
        pairs.push_back(Value::list(std::move(key), std::move(item)));
      return Value(std::move(pairs));
    }
    case ']':
    case ')':
    case '}':
      return bad(str("a '", next(), "' that closes nothing"));
    default:
      return token();
  }
}

Result<Value> EdnReader::sequence(char close, int depth) {
  ++at_;
  Value::List items;
  for (;;) {
    TRY(skip(depth));
    if (at_end()) return ended("a list");
    if (next() == close) break;
    TRY_ASSIGN(Value item, value(depth + 1));
    items.push_back(std::move(item));
  }
  ++at_;
  return Value(std::move(items));
}

Result<std::vector<std::pair<Value, Value>>> EdnReader::map(int depth) {
  ++at_;
  std::vector<std::pair<Value, Value>> entries;
  for (;;) {
    TRY(skip(depth));
    if (at_end()) return ended("a map");
    if (next() == '}') break;
    TRY_ASSIGN(Value key, value(depth + 1));
    TRY(skip(depth));
    if (at_end()) return ended("a map");
    if (next() == '}') return bad("a map with a key that has no value");
    TRY_ASSIGN(Value item, value(depth + 1));
    entries.emplace_back(std::move(key), std::move(item));
  }
  ++at_;
  return entries;
}

Result<Value> EdnReader::dispatch(int depth) {
  ++at_;
  if (at_end()) return ended("a tagged value");
  if (next() == '{') return sequence('}', depth);
  if (next() == '#') return token();  // ##Inf, ##NaN
  token();                            // the tag: what it tags is all that matters here
  TRY(skip(depth + 1));
  return value(depth + 1);
}

Result<Value> EdnReader::string() {
  ++at_;
  std::string out;
  while (!at_end() && next() != '"') {
    char c = text_[at_++];
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at_end()) return ended("a string");
    c = text_[at_++];
    if (c == 'u') {
      const std::string_view digits = text_.substr(at_, 4);
      unsigned code = 0;
      for (const char d : digits) {
        const bool digit = d >= '0' && d <= '9';
        const char low = static_cast<char>(d | 0x20);
        if (!digit && (low < 'a' || low > 'f')) return bad("expected four hexadecimal digits");
        code = code * 16 + static_cast<unsigned>(digit ? d - '0' : low - 'a' + 10);
      }
      if (digits.size() < 4) return ended("a string");
      at_ += 4;
      append_utf8(out, code);
    } else {
      constexpr std::string_view k_names = "ntrbf", k_meant = "\n\t\r\b\f";
      const std::size_t known = k_names.find(c);
      out += known == std::string_view::npos ? c : k_meant[known];
    }
  }
  if (at_end()) return ended("a string");
  ++at_;
  return Value(std::move(out));
}

std::string_view EdnReader::take_token() {
  const std::size_t from = at_;
  ++at_;  // also for a character literal such as \( whose name would end the token
  if (text_[from] == '\\' && !at_end()) ++at_;
  while (!at_end() && !ends_token(text_[at_])) ++at_;
  return text_.substr(from, at_ - from);
}

std::optional<std::string_view> EdnReader::keyword() {
  if (next() != ':') return std::nullopt;
  return take_token().substr(1);
}

Value EdnReader::token() {
  const std::string_view token = take_token();
  if (token == "nil") return {};
  if (token == "true") return true;
  if (token == "false") return false;
  if (token.front() == ':' || token.front() == '\\') return std::string(token.substr(1));
  std::string_view digits = token;
  if (digits.ends_with('N')) digits.remove_suffix(1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (const auto integer = parse_int(digits)) return *integer;
  return std::string(token);
}

}  // namespace plumbline
