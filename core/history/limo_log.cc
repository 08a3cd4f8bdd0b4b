#include "core/history/limo_log.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/base/text.h"

namespace plumbline {
namespace {

/// `[process] word rest`.
struct LimoLine {
  ProcessId process = 0;
  std::string_view word, rest;
};

std::optional<LimoLine> split_limo_line(std::string_view line) {
  line = trim(line);
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  const auto process = parse_int(line.substr(1, end - 1));
  if (!process || *process < 0) return std::nullopt;
  line = trim(line.substr(end + 1));
  const std::size_t word = std::min(line.find_first_of(" \t"), line.size());
  const LimoLine parts{*process, line.substr(0, word), trim(line.substr(word))};
  if (parts.word == "call" ? parts.rest.empty() : parts.word != "return") return std::nullopt;
  return parts;
}

Value limo_value(std::string_view text) {
  text = trim(text);
  if (text.empty() || text == "empty") return {};
  if (text == "true" || text == "false") return Value(text == "true");
  const auto number = parse_int(text);
  return number ? Value(*number) : Value(std::string(text));
}

std::string model_operation(std::string_view f, bool set) {
  constexpr std::array k_adds = {"add", "enq", "insert"}, k_removes = {"remove", "deq", "poll"};
  const auto is = [&](const char* name) { return f == name; };
  if (!set && std::any_of(k_adds.begin(), k_adds.end(), is)) return "enqueue";
  if (!set && std::any_of(k_removes.begin(), k_removes.end(), is)) return "dequeue";
  return std::string(f);
}

class LimoReader {
 public:
  /// Fails: corrupt, saying what is wrong.
  Status line(std::string_view line) {
    if (line.empty()) return {};
    if (line.front() == '#') {
      const std::size_t object = line.find("@object");
      if (object != std::string_view::npos)
        set_ = line.find("set", object) != std::string_view::npos;
      return {};
    }
    const auto parts = split_limo_line(line);
    if (!parts)
      return fail(Error::Code::corrupt, "expected '[process] call f(x)' or '[process] return v'");
    return parts->word == "call" ? call(*parts) : returned(*parts);
  }
  History events;

 private:
  Status call(const LimoLine& parts) {
    const std::size_t open = std::min(parts.rest.find('('), parts.rest.size());
    std::string_view arguments = parts.rest.substr(open);
    if (!arguments.empty()) {
      if (!arguments.ends_with(')'))
        return fail(Error::Code::corrupt, "the call's parenthesis is not closed");
      arguments = arguments.substr(1, arguments.size() - 2);
    }
    Event event = next(parts.process, EventType::invoke);
    event.f = model_operation(trim(parts.rest.substr(0, open)), set_);
    event.value = limo_value(arguments);
    if (!open_.emplace(parts.process, event).second)
      return fail(Error::Code::corrupt, str("process ", parts.process, " has a call open already"));
    events.push_back(std::move(event));
    return {};
  }
  Status returned(const LimoLine& parts) {
    const auto call = open_.find(parts.process);
    if (call == open_.end())
      return fail(Error::Code::corrupt, str("process ", parts.process, " has no call open"));
    Event event = next(parts.process, EventType::ok);
    event.f = call->second.f;
    event.value = parts.rest.empty() ? call->second.value : limo_value(parts.rest);
    open_.erase(call);
    events.push_back(std::move(event));
    return {};
  }
  Event next(ProcessId process, EventType type) const {
    const auto index = static_cast<std::int64_t>(events.size());
    return {.index = index, .time = Nanos(index), .process = process, .type = type};
  }

  std::map<ProcessId, Event> open_;
  bool set_ = false;
};

}  // namespace

bool looks_like_limo_log(std::string_view line) { return split_limo_line(line).has_value(); }

Result<ReadHistory> parse_limo_log(std::string_view text, const std::string& name) {
  ReadHistory read;
  LimoReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const bool whole = end != std::string_view::npos;
    const Status status = reader.line(trim(text.substr(0, end)));
    text.remove_prefix(whole ? end + 1 : text.size());
    if (status) continue;
    const std::string where = str(name, " line ", number);
    if (whole) return context(status.error(), where);
    read.warning = where + " is torn (the writer stopped inside it) and was left out";
  }
  read.events = std::move(reader.events);
  return read;
}

}  // namespace plumbline
