#include <algorithm>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/json_fields.h"
#include "core/history/json_reader.h"
#include "nemesis/script.h"
#include "nemesis/script_calls.h"

namespace plumbline {

namespace {

constexpr std::int64_t k_most_threads = 1'000'000;
/// Of an operation's key or value: far above what any workload asks, and shallow enough that what
/// was read as objects can be read again as the lists it became.
constexpr int k_deepest = 16;

bool deeper_than(const Value& value, int depth) {
  if (!value.is_list()) return false;
  return depth == 0 || std::ranges::any_of(value.as_list(), [depth](const Value& item) {
           return deeper_than(item, depth - 1);
         });
}

Result<ClusterCall> fault_of(const Value& value, std::size_t position) {
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(value, str("faults[", position, "]")));
  ClusterCall call;
  TRY_ASSIGN(const std::int64_t at, fields.number("at"));
  call.at = Nanos(at);
  TRY_ASSIGN(call.verb, fields.text("verb"));
  call.arguments = fields.get("arguments");
  if (const auto read = read_call(call); !read) return fields.wrong(read.error().what);
  return call;
}

Result<ClientCall> operation_of(const Value& value, std::size_t position) {
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(value, str("operations[", position, "]")));
  ClientCall call;
  TRY_ASSIGN(const std::int64_t at, fields.number("at"));
  call.at = Nanos(at);
  TRY_ASSIGN(const std::int64_t thread, fields.number("thread"));
  if (thread > k_most_threads) return fields.wrong("\"thread\" is too large");
  call.thread = static_cast<int>(thread);
  TRY_ASSIGN(call.operation.f, fields.text("f"));
  call.operation.key = fields.get("key");
  call.operation.value = fields.get("value");
  if (deeper_than(call.operation.key, k_deepest) || deeper_than(call.operation.value, k_deepest))
    return fields.wrong("nested too deep");
  return call;
}

/// All of a list, which must be in order of time.
template <class Call, class Read>
Result<std::vector<Call>> calls_of(const Value::List& values, const std::string& name, Read read) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < values.size(); ++i) {
    TRY_ASSIGN(Call call, read(values[i], i));
    if (!calls.empty() && call.at < calls.back().at)
      return fail(Error::Code::corrupt, str(name, "[", i, "]: earlier than the one before"));
    calls.push_back(std::move(call));
  }
  return calls;
}

std::string line_of(const ClusterCall& call) {
  std::string line = str("{\"at\":", call.at.count(), ",\"verb\":", to_json_text(call.verb));
  if (!call.arguments.is_nil()) line += ",\"arguments\":" + to_json_text(call.arguments);
  return line + "}";
}

std::string line_of(const ClientCall& call) {
  std::string line = str("{\"at\":", call.at.count(), ",\"thread\":", call.thread,
                         ",\"f\":", to_json_text(call.operation.f));
  if (!call.operation.key.is_nil()) line += ",\"key\":" + to_json_text(call.operation.key);
  if (!call.operation.value.is_nil()) line += ",\"value\":" + to_json_text(call.operation.value);
  return line + "}";
}

template <class Call>
std::string list_of(const std::vector<Call>& calls) {
  std::string text = "[";
  for (std::size_t i = 0; i < calls.size(); ++i)
    text += str(i == 0 ? "\n  " : ",\n  ", line_of(calls[i]));
  return text + (calls.empty() ? "]" : "\n]");
}

}  // namespace

std::string to_json(const Script& script) {
  return str("{\"faults\":", list_of(script.faults),
             ",\n\"operations\":", list_of(script.operations), "}\n");
}

Result<Script> parse_script(std::string_view json) {
  JsonReader reader(json);
  TRY_ASSIGN(const Value value, reader.value());
  if (reader.peek() != '\0') return reader.bad("more after the script's end");
  return read_script(value);
}

Result<Script> read_script(const Value& value) {
  TRY_ASSIGN(const JsonFields fields, JsonFields::of(value, "script"));
  TRY_ASSIGN(const Value::List faults, fields.list("faults"));
  TRY_ASSIGN(const Value::List operations, fields.list("operations"));
  Script script;
  TRY_ASSIGN(script.faults, calls_of<ClusterCall>(faults, "faults", fault_of));
  TRY_ASSIGN(script.operations, calls_of<ClientCall>(operations, "operations", operation_of));
  return script;
}

}  // namespace plumbline
