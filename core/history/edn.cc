#include "core/history/edn.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/history/edn_reader.h"
#include "core/history/operation_fields.h"

namespace plumbline {
namespace {

/// One entry of an operation's map. The fields that each has are read without a Value of their own.
Status read_entry(EdnReader& reader, OperationFields& fields) {
  if (const auto name = reader.keyword()) {
    TRY(reader.skip());
    if (reader.next() == '}') return reader.bad("a map with a key that has no value");
    if (*name == "type" || *name == "f") {
      if (const auto word = reader.keyword()) {
        if (*name == "type") return fields.set_type(*word);
        fields.set_f(*word);
        return {};
      }
    }
    TRY_ASSIGN(Value value, reader.value());
    return fields.set(*name, std::move(value));
  }
  TRY_ASSIGN(const Value name, reader.value());
  TRY(reader.skip());
  if (reader.next() == '}') return reader.bad("a map with a key that has no value");
  TRY_ASSIGN(Value value, reader.value());
  return name.is_text() ? fields.set(name.as_text(), std::move(value)) : Status();
}

Result<Event> read_operation(EdnReader& reader, bool& has_index) {
  if (reader.next() != '{') return reader.bad("expected an operation map, '{:type ...}'");
  const EdnReader beginning = reader;
  reader.pass();
  OperationFields fields;
  // What is wrong with a field says so itself; where is asked of the reader, which knows better
  // only if the text was at fault.
  const auto placed = [](const EdnReader& where, const Error& error) {
    return error.what.starts_with("line ") ? std::unexpected(error) : where.bad(error.what);
  };
  for (;;) {
    TRY(reader.skip());
    if (reader.at_end()) return reader.ended("a map");
    if (reader.next() == '}') break;
    const EdnReader entry = reader;
    if (auto done = read_entry(reader, fields); !done) return placed(entry, done.error());
  }
  reader.pass();
  auto event = fields.finish();
  if (!event) return placed(beginning, event.error());
  has_index = fields.has_index();
  return event;
}

std::string edn_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

std::string edn_value(const Value& value) {
  if (value.is_text()) return edn_string(value.as_text());
  if (!value.is_list()) return to_string(value);
  std::vector<std::string> items;
  for (const Value& item : value.as_list()) items.push_back(edn_value(item));
  return "[" + join(items, " ") + "]";
}

/// What is damaged, and how to go on without it: the operation there begins in `line`.
std::unexpected<Error> damaged(const std::string& name, std::size_t line, const Error& error) {
  const std::string advice =
      line > 1 ? str(" (to judge what stands before it: head -n ", line - 1, ")") : "";
  return fail(error.code, str(name, ": ", error.what, advice));
}

/// A keyword if `name` can be one, else a string: both are read back as the same text.
std::string edn_name(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  const bool keyword = !name.empty() && std::all_of(name.begin(), name.end(), plain);
  return keyword ? ":" + name : edn_string(name);
}

}  // namespace

Result<Value> parse_edn_value(std::string_view text) {
  EdnReader reader(text);
  TRY(reader.skip());
  TRY_ASSIGN(Value value, reader.value());
  TRY(reader.skip());
  if (!reader.at_end()) return reader.bad("more after the value");
  return value;
}

Result<ReadHistory> parse_edn(std::string_view text, const std::string& name) {
  EdnReader reader(text);
  ReadHistory read;
  std::string open;  // the brackets around operations that are still to be closed
  for (;;) {
    auto skipped = reader.skip();
    if (skipped && reader.at_end()) break;
    const char next = reader.next();
    if (skipped && (next == '[' || next == '(') && open.empty()) {
      open = next == '[' ? "]" : ")";
      reader.pass();
      continue;
    }
    if (skipped && !open.empty() && next == open.front()) {
      open.clear();
      reader.pass();
      continue;
    }
    bool has_index = false;
    const EdnReader from = reader;
    Result<Event> event =
        skipped ? read_operation(reader, has_index) : std::unexpected(skipped.error());
    if (!event && reader.cut_off()) {
      read.warning = name + ": the last operation is cut off and was left out";
      return read;
    }
    if (!event) return damaged(name, from.line(), event.error());
    const std::int64_t due = read.events.empty() ? 0 : read.events.back().index + 1;
    if (!has_index || event->index < due) event->index = due;
    read.events.push_back(std::move(*event));
  }
  if (!open.empty()) read.warning = name + ": the closing '" + open + "' is missing";
  return read;
}

std::string write_edn(const History& history) {
  std::string out = "[";
  for (const Event& event : history) {
    if (out.size() > 1) out += "\n ";
    out += str("{:index ", event.index, ", :time ", event.time.count(), ", :process ",
               event.process == k_nemesis ? ":nemesis" : std::to_string(event.process),
               ", :type :", to_string(event.type), ", :f ", edn_name(event.f));
    if (!event.key.is_nil()) out += ", :key " + edn_value(event.key);
    out += ", :value " + edn_value(event.value);
    if (!event.error.empty()) out += ", :error " + edn_string(event.error);
    if (!event.node.empty()) out += ", :node " + edn_string(event.node);
    out += '}';
  }
  return out + "]\n";
}

}  // namespace plumbline
