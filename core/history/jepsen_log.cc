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

/// `at`: what is left of the line, where the error is if there is one.
Result<Event> parse_columns(std::string_view& at) {
  const auto bad = [](const char* why) { return fail(Error::Code::corrupt, why); };
  OperationFields fields;
  std::string_view rest = at;
  const std::string_view process = take_word(rest);
  const auto number = parse_int(process);
  TRY(fields.set("process",
                 number ? Value(*number) : Value(process == ":nemesis" ? "nemesis" : "")));
  at = trim(rest);
  const std::string_view type = take_word(rest);
  if (!type.starts_with(':')) return bad("expected :invoke, :ok, :fail or :info");
  TRY(fields.set_type(type.substr(1)));
  at = trim(rest);
  const std::string_view f = take_word(rest);
  if (!f.starts_with(':')) return bad("expected the operation, such as :read");
  fields.set_f(f.substr(1));
  at = trim(rest);
  EdnReader reader(at);
  TRY(reader.skip());
  if (reader.at_end()) return fields.finish();
  auto value = reader.value();
  if (!value) return bad("the value is not EDN");
  TRY(fields.set("value", std::move(*value)));
  const std::string_view error = trim(reader.rest());  // knossos puts it behind the value
  if (!error.empty()) TRY(fields.set("error", std::string(error)));
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
    const std::string_view whole_line = text.substr(0, end);
    std::string_view at = strip(whole_line);
    text.remove_prefix(whole ? end + 1 : text.size());
    if (at.empty() || at.front() == ';' || at.front() == '#') continue;
    auto event = parse_columns(at);
    if (!event && !whole) {
      read.warning =
          str(name, " line ", number, " is torn (the writer stopped inside it) and was left out");
      break;
    }
    if (!event) {
      const auto column = at.data() - whole_line.data() + 1;
      const std::string advice =
          number > 1 ? str(" (to judge what stands before it: head -n ", number - 1, ")") : "";
      return fail(event.error().code, str(name, " line ", number, " column ", column, ": ",
                                          event.error().what, advice));
    }
    event->index = static_cast<std::int64_t>(read.events.size());
    read.events.push_back(std::move(*event));
  }
  return read;
}

}  // namespace plumbline
