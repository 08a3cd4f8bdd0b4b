#include "core/history/codec.h"

#include "core/base/text.h"
#include "core/history/json_reader.h"
#include "core/history/operation_fields.h"

namespace plumbline {
namespace {

/// Length of the well-formed UTF-8 sequence at `text[at]`, or 0.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  if (length > 2) {  // not overlong, no surrogate, not beyond the last code point
    const unsigned second = byte(at + 1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return 0;
  }
  return length;
}

/// Bytes that are not UTF-8 become U+FFFD: JSON has no other way to carry them.
void write_string(std::string& out, std::string_view text) {
  constexpr char k_hex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      append_utf8(out, 0xfffd);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\u00";
      out += k_hex[c >> 4];
      out += k_hex[c & 15];
    } else {
      out.append(text, at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

void write_value(std::string& out, const Value& value) {
  if (value.is_nil()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    out += std::to_string(value.as_int());
  } else if (value.is_text()) {
    write_string(out, value.as_text());
  } else {
    out += '[';
    for (std::size_t i = 0; i < value.as_list().size(); ++i) {
      if (i > 0) out += ',';
      write_value(out, value.as_list()[i]);
    }
    out += ']';
  }
}

Result<Event> parse_line(std::string_view line, bool& has_index) {
  JsonReader reader(line);
  OperationFields fields;
  if (!reader.take('{')) return reader.bad("expected '{'");
  if (!reader.take('}')) {
    for (;;) {
      TRY_ASSIGN(const std::string name, reader.string());
      if (!reader.take(':')) return reader.bad("expected ':'");
      TRY_ASSIGN(Value value, reader.value());
      if (auto set = fields.set(name, std::move(value)); !set) return reader.bad(set.error().what);
      if (reader.take('}')) break;
      if (!reader.take(',')) return reader.bad("expected ',' or '}'");
    }
  }
  if (reader.peek() != '\0') return reader.bad("more after the closing '}'");
  auto event = fields.finish();
  if (!event) return reader.bad(event.error().what);
  has_index = fields.has_index();
  return event;
}

}  // namespace

std::string to_json_text(const Value& value) {
  std::string out;
  write_value(out, value);
  return out;
}

std::string to_json_line(const Event& event) {
  std::string out = "{\"index\":" + std::to_string(event.index);
  out += ",\"time\":" + std::to_string(event.time.count()) + ",\"process\":";
  out += event.process == k_nemesis ? "\"nemesis\"" : std::to_string(event.process);
  out += std::string(",\"type\":\"") + to_string(event.type) + "\",\"f\":";
  write_string(out, event.f);
  if (!event.key.is_nil()) write_value(out += ",\"key\":", event.key);
  if (!event.value.is_nil()) write_value(out += ",\"value\":", event.value);
  if (!event.error.empty()) write_string(out += ",\"error\":", event.error);
  if (!event.node.empty()) write_string(out += ",\"node\":", event.node);
  return out += '}';
}

Result<Event> from_json_line(std::string_view line, std::int64_t next_index) {
  bool has_index = false;
  TRY_ASSIGN(Event event, parse_line(line, has_index));
  if (!has_index) event.index = next_index;
  return event;
}

Result<ReadHistory> parse_jsonl(std::string_view text, const std::string& name) {
  ReadHistory read;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool whole = end != std::string_view::npos;
    text.remove_prefix(whole ? end + 1 : text.size());
    if (trim(line).empty()) continue;
    bool has_index = false;
    auto event = parse_line(line, has_index);
    const std::string where = str(name, " line ", number);
    if (!event && !whole) {
      read.warning = where + " is torn (the writer stopped inside it) and was left out";
      break;
    }
    if (!event) return context(event.error(), where);
    const std::int64_t due = read.events.empty() ? 0 : read.events.back().index + 1;
    if (!has_index) event->index = due;
    if (event->index < due)
      return fail(Error::Code::corrupt,
                  str(where, ": index ", event->index, " where at least ", due, " was due"));
    read.events.push_back(std::move(*event));
  }
  return read;
}

}  // namespace plumbline
