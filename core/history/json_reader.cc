#include "core/history/json_reader.h"

#include <algorithm>

#include "core/base/text.h"

namespace plumbline {

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

char JsonReader::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n'))
    ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonReader::take(char wanted) {
  if (peek() != wanted || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

std::unexpected<Error> JsonReader::bad(const std::string& why) const {
  const std::string_view before = text_.substr(0, at_);
  const std::size_t lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t column = at_ - (before.rfind('\n') + 1);  // npos + 1: the text's beginning
  return fail(Error::Code::corrupt,
              str(lines > 0 ? str("line ", lines + 1, " ") : "", "column ", column + 1, ": ", why));
}

Result<Value> JsonReader::value(int depth) {
  if (depth > k_max_depth) return bad(str("nested deeper than ", k_max_depth));
  switch (peek()) {
    case '[':
      return array(depth);
    case '{':
      return object(depth);
    case '"': {
      TRY_ASSIGN(std::string text, string());
      return Value(std::move(text));
    }
    case 't':
    case 'f':
    case 'n':
      return word();
    default:
      return number();
  }
}

Result<Value> JsonReader::array(int depth) {
  ++at_;
  Value::List items;
  if (take(']')) return Value(std::move(items));
  for (;;) {
    TRY_ASSIGN(Value item, value(depth + 1));
    items.push_back(std::move(item));
    if (take(']')) return Value(std::move(items));
    if (!take(',')) return bad("expected ',' or ']'");
  }
}

Result<Value> JsonReader::object(int depth) {
  ++at_;
  Value::List pairs;
  if (take('}')) return Value(std::move(pairs));
  for (;;) {
    TRY_ASSIGN(std::string name, string());
    if (!take(':')) return bad("expected ':'");
    TRY_ASSIGN(Value item, value(depth + 1));
    pairs.push_back(Value::list(std::move(name), std::move(item)));
    if (take('}')) return Value(std::move(pairs));
    if (!take(',')) return bad("expected ',' or '}'");
  }
}

Result<Value> JsonReader::word() {
  const std::string_view rest = text_.substr(at_);
  const auto is = [&](std::string_view w) {
    if (!rest.starts_with(w)) return false;
    at_ += w.size();
    return true;
  };
  if (is("true")) return Value(true);
  if (is("false")) return Value(false);
  if (is("null")) return Value();
  return bad("expected a value");
}

Result<Value> JsonReader::number() {
  const std::size_t from = at_;
  const auto digits = [&] {
    const std::size_t first = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > first;
  };
  const auto at = [&](char c) { return at_ < text_.size() && text_[at_] == c; };
  if (at('-')) ++at_;
  if (!digits()) return bad("expected a value");
  if (at('.')) {
    ++at_;
    if (!digits()) return bad("expected digits after '.'");
  }
  if (at('e') || at('E')) {
    ++at_;
    if (at('+') || at('-')) ++at_;
    if (!digits()) return bad("expected digits in the exponent");
  }
  const std::string_view token = text_.substr(from, at_ - from);
  if (const auto integer = parse_int(token)) return Value(*integer);
  return Value(std::string(token));
}

Result<std::string> JsonReader::string() {
  if (!take('"')) return bad("expected '\"'");
  std::string out;
  for (;;) {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20)
      ++at_;
    out.append(text_.substr(from, at_ - from));
    if (at_ >= text_.size()) return bad("the text ends inside a string");
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return out;
    }
    if (c != '\\') return bad("control character inside a string");
    ++at_;
    TRY(escape(out));
  }
}

Status JsonReader::escape(std::string& out) {
  if (at_ >= text_.size()) return bad("the text ends inside a string");
  switch (text_[at_++]) {
    case '"':
      out += '"';
      return {};
    case '\\':
      out += '\\';
      return {};
    case '/':
      out += '/';
      return {};
    case 'b':
      out += '\b';
      return {};
    case 'f':
      out += '\f';
      return {};
    case 'n':
      out += '\n';
      return {};
    case 'r':
      out += '\r';
      return {};
    case 't':
      out += '\t';
      return {};
    case 'u':
      break;
    default:
      return bad("unknown escape");
  }
  TRY_ASSIGN(unsigned code, hex4());
  const bool high = code >= 0xd800 && code < 0xdc00;
  if (high && text_.substr(at_).starts_with("\\u")) {
    at_ += 2;
    TRY_ASSIGN(const unsigned low, hex4());
    if (low < 0xdc00 || low > 0xdfff) return bad("half a surrogate pair");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code >= 0xd800 && code < 0xe000) {
    return bad("half a surrogate pair");
  }
  append_utf8(out, code);
  return {};
}

Result<unsigned> JsonReader::hex4() {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ >= text_.size()) return bad("the text ends inside a string");
    const char c = text_[at_];
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!digit && !letter) return bad("expected four hexadecimal digits");
    code = code * 16 + static_cast<unsigned>(digit ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code;
}

}  // namespace plumbline
