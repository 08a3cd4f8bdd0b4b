#include "core/history/codec.h"

#include "core/base/text.h"
#include "core/history/file_text.h"
#include "core/history/json_reader.h"

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

std::optional<EventType> event_type(std::string_view name) {
  for (const EventType type : {EventType::invoke, EventType::ok, EventType::fail, EventType::info})
    if (name == to_string(type)) return type;
  return std::nullopt;
}

/// The fields that every event must have; the others are optional.
struct Seen {
  bool process = false, type = false, f = false, index = false;
};

Status read_process(const Value& value, Event& event, const JsonReader& reader) {
  if (value.is_int() && value.as_int() >= 0)
    event.process = value.as_int();
  else if (value == Value("nemesis"))
    event.process = k_nemesis;
  else
    return reader.bad("\"process\" must be a number from 0, or \"nemesis\"");
  return {};
}

Status read_text_field(Value value, std::string& field, const std::string& name,
                       const JsonReader& reader) {
  if (!value.is_text()) return reader.bad("\"" + name + "\" must be a string");
  field = value.as_text();
  return {};
}

Status read_field(const std::string& name, Value value, Event& event, Seen& seen,
                  const JsonReader& reader) {
  if (name == "index" || name == "time") {
    if (!value.is_int() || value.as_int() < 0)
      return reader.bad("\"" + name + "\" must be an integer from 0");
    if (name == "time")
      event.time = Nanos(value.as_int());
    else
      event.index = value.as_int(), seen.index = true;
  } else if (name == "process") {
    seen.process = true;
    return read_process(value, event, reader);
  } else if (name == "type") {
    const auto type = value.is_text() ? event_type(value.as_text()) : std::nullopt;
    if (!type) return reader.bad("\"type\" must be invoke, ok, fail or info");
    event.type = *type;
    seen.type = true;
  } else if (name == "f") {
    seen.f = true;
    return read_text_field(std::move(value), event.f, name, reader);
  } else if (name == "key") {
    event.key = std::move(value);
  } else if (name == "value") {
    event.value = std::move(value);
  } else if (name == "error") {
    return read_text_field(std::move(value), event.error, name, reader);
  } else if (name == "node") {
    return read_text_field(std::move(value), event.node, name, reader);
  }
  return {};
}

Result<Event> parse_line(std::string_view line, bool& has_index) {
  JsonReader reader(line);
  Event event;
  Seen seen;
  if (!reader.take('{')) return reader.bad("expected '{'");
  if (!reader.take('}')) {
    for (;;) {
      TRY_ASSIGN(const std::string name, reader.string());
      if (!reader.take(':')) return reader.bad("expected ':'");
      TRY_ASSIGN(Value value, reader.value());
      TRY(read_field(name, std::move(value), event, seen, reader));
      if (reader.take('}')) break;
      if (!reader.take(',')) return reader.bad("expected ',' or '}'");
    }
  }
  if (reader.peek() != '\0') return reader.bad("more after the closing '}'");
  if (!seen.process) return reader.bad("\"process\" is missing");
  if (!seen.type) return reader.bad("\"type\" is missing");
  if (!seen.f) return reader.bad("\"f\" is missing");
  has_index = seen.index;
  return event;
}

}  // namespace

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

Result<Event> from_json_line(std::string_view line) {
  bool has_index = false;
  return parse_line(line, has_index);
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

Result<ReadHistory> read_jsonl(std::istream& in, const std::string& name) {
  TRY_ASSIGN(const FileText file, read_text(in, name));
  TRY_ASSIGN(ReadHistory read, parse_jsonl(file.text, name));
  if (!file.warning.empty()) read.warning = file.warning;
  return read;
}

}  // namespace plumbline
