#include <algorithm>

#include "core/base/text.h"
#include "core/history/codec.h"
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

/// One field a member; reads with a "where" in front of each complaint.
class Fields {
 public:
  static Result<Fields> of(const Value& object, std::string where) {
    Fields fields(std::move(where));
    if (!object.is_list()) return fields.wrong("must be an object");
    for (const Value& pair : object.as_list()) {
      if (!pair.is_list() || pair.as_list().size() != 2 || !pair.as_list()[0].is_text())
        return fields.wrong("must be an object");
      fields.values_[pair.as_list()[0].as_text()] = pair.as_list()[1];
    }
    return fields;
  }
  /// nil if it is not there.
  Value get(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? Value() : found->second;
  }
  Result<std::int64_t> number(const std::string& name) const {
    const Value value = get(name);
    if (!value.is_int() || value.as_int() < 0)
      return wrong(str("\"", name, "\" must be a number from 0"));
    return value.as_int();
  }
  Result<std::string> text(const std::string& name) const {
    Value value = get(name);
    if (!value.is_text()) return wrong(str("\"", name, "\" must be a text"));
    return value.as_text();
  }
  Result<Value::List> list(const std::string& name) const {
    Value value = get(name);
    if (!value.is_list()) return wrong(str("\"", name, "\" must be a list"));
    return value.as_list();
  }
  std::unexpected<Error> wrong(const std::string& why) const {
    return fail(Error::Code::corrupt, where_ + ": " + why);
  }

 private:
  explicit Fields(std::string where) : where_(std::move(where)) {}

  std::string where_;
  std::map<std::string, Value> values_;
};

Result<ClusterCall> fault_of(const Value& value, std::size_t position) {
  TRY_ASSIGN(const Fields fields, Fields::of(value, str("faults[", position, "]")));
  ClusterCall call;
  TRY_ASSIGN(const std::int64_t at, fields.number("at"));
  call.at = Nanos(at);
  TRY_ASSIGN(call.verb, fields.text("verb"));
  call.arguments = fields.get("arguments");
  if (const auto read = read_call(call); !read) return fields.wrong(read.error().what);
  return call;
}

Result<ClientCall> operation_of(const Value& value, std::size_t position) {
  TRY_ASSIGN(const Fields fields, Fields::of(value, str("operations[", position, "]")));
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
  TRY_ASSIGN(const Fields fields, Fields::of(value, "script"));
  TRY_ASSIGN(const Value::List faults, fields.list("faults"));
  TRY_ASSIGN(const Value::List operations, fields.list("operations"));
  Script script;
  TRY_ASSIGN(script.faults, calls_of<ClusterCall>(faults, "faults", fault_of));
  TRY_ASSIGN(script.operations, calls_of<ClientCall>(operations, "operations", operation_of));
  return script;
}

}  // namespace plumbline
