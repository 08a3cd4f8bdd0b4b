#include "core/history/edn.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/history/edn_reader.h"
#include "core/history/operation_fields.h"

namespace plumbline {
namespace {

Result<Event> read_operation(EdnReader& reader, bool& has_index) {
  if (reader.next() != '{') return reader.bad("expected an operation map, '{:type ...}'");
  TRY_ASSIGN(const auto entries, reader.map());
  OperationFields fields;
  for (const auto& [name, value] : entries)
    if (name.is_text())
      if (auto done = fields.set(name.as_text(), value); !done)
        return reader.bad(done.error().what);
  auto event = fields.finish();
  if (!event) return reader.bad(event.error().what);
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
    Result<Event> event =
        skipped ? read_operation(reader, has_index) : std::unexpected(skipped.error());
    if (!event && reader.cut_off()) {
      read.warning = name + ": the last operation is cut off and was left out";
      return read;
    }
    if (!event) return context(event.error(), name);
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
