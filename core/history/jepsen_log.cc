#include "core/history/jepsen_log.h"

#include "core/base/text.h"
#include "core/history/edn_reader.h"
#include "core/history/operation_fields.h"

namespace plumbline {
namespace {

/// The next column, up to a blank.
std::string_view take_word(std::string_view& line) {
  line = trim(line);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

/// What is left of a line without the logger's prefix and the brackets.
std::string_view strip(std::string_view line) {
  line = trim(line);
  if (line.starts_with("INFO") || line.starts_with("WARN")) {
    const std::size_t dash = line.find(" - ");
    if (dash != std::string_view::npos) line = trim(line.substr(dash + 3));
  }
  if (line.starts_with('[') && line.ends_with(']')) line = trim(line.substr(1, line.size() - 2));
  return line;
}

Result<Event> parse_columns(std::string_view line) {
  OperationFields fields;
  const std::string_view process = take_word(line);
  const auto number = parse_int(process);
  TRY(fields.set("process",
                 number ? Value(*number) : Value(process == ":nemesis" ? "nemesis" : "")));
  const std::string_view type = take_word(line);
  if (!type.starts_with(':'))
    return fail(Error::Code::corrupt, "expected :invoke, :ok, :fail or :info");
  TRY(fields.set("type", std::string(type.substr(1))));
  const std::string_view f = take_word(line);
  if (!f.starts_with(':'))
    return fail(Error::Code::corrupt, "expected the operation, such as :read");
  TRY(fields.set("f", std::string(f.substr(1))));
  EdnReader reader(line);
  TRY(reader.skip());
  if (reader.at_end()) return fields.finish();
  auto value = reader.value();
  if (!value) return fail(Error::Code::corrupt, "the value is not EDN");
  TRY(fields.set("value", std::move(*value)));
  TRY(fields.set("error", std::string(trim(reader.rest()))));  // knossos puts it behind the value
  return fields.finish();
}

}  // namespace

bool looks_like_jepsen_log(std::string_view line) {
  line = strip(line);
  const std::string_view process = take_word(line);
  return (parse_int(process) || process == ":nemesis") && take_word(line).starts_with(':');
}

Result<ReadHistory> parse_jepsen_log(std::string_view text, const std::string& name) {
  ReadHistory read;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string_view line = strip(text.substr(0, end));
    text.remove_prefix(whole ? end + 1 : text.size());
    if (line.empty() || line.front() == ';' || line.front() == '#') continue;
    auto event = parse_columns(line);
    const std::string where = str(name, " line ", number);
    if (!event && !whole) {
      read.warning = where + " is torn (the writer stopped inside it) and was left out";
      break;
    }
    if (!event) return context(event.error(), where);
    event->index = static_cast<std::int64_t>(read.events.size());
    read.events.push_back(std::move(*event));
  }
  return read;
}

}  // namespace plumbline
