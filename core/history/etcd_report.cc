#include "core/history/etcd_report.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/history/json_reader.h"

namespace plumbline {
namespace {

/// A JSON object as JsonReader gives it: [[name value] ...].
const Value& member(const Value& object, std::string_view name) {
  static const Value k_nil;
  if (!object.is_list()) return k_nil;
  for (const Value& entry : object.as_list()) {
    const bool pair = entry.is_list() && entry.as_list().size() == 2;
    if (pair && entry.as_list()[0].is_text() && entry.as_list()[0].as_text() == name)
      return entry.as_list()[1];
  }
  return k_nil;
}
template <class... More>
const Value& member(const Value& object, std::string_view name, More... more) {
  return member(member(object, name), more...);
}
std::int64_t number(const Value& value) { return value.is_int() ? value.as_int() : 0; }
std::string text_of(const Value& value) { return value.is_text() ? value.as_text() : ""; }
bool is_true(const Value& value) { return value == Value(true); }
const Value::List& items(const Value& value) {
  static const Value::List k_none;
  return value.is_list() ? value.as_list() : k_none;
}

/// What a key holds: the text, or what stands for a long one.
Value held(const Value& value) {
  if (value.is_text()) return value;
  const Value& hash = member(value, "Hash");
  if (hash.is_int()) return Value("#" + std::to_string(hash.as_int()));
  return Value(text_of(member(value, "Value")));
}

/// One call on one key.
struct KeyCall {
  std::int64_t client = 0, called = 0, returned = 0;
  std::string key{}, f{};
  Value arguments{}, result{};
  EventType type = EventType::ok;
};

class EtcdReport {
 public:
  /// Takes one operation. Fails: corrupt, saying what is missing.
  Status add(Value operation);
  History history();

 private:
  void learn();
  void translate(const Value& operation);
  void range(const Value& request, const Value& answer, KeyCall call);
  void transaction(const Value& request, const Value& answer, const KeyCall& call);
  bool swap(const Value& request, const Value& answer, const KeyCall& call);
  void operation(const Value& operation, const Value& result, KeyCall call);
  void learn_values(const std::string& key, const Value& kvs);

  std::vector<Value> operations_;
  std::map<std::pair<std::string, std::int64_t>, Value> at_revision_;  ///< key, revision
  std::map<std::int64_t, std::set<std::string>> leased_;               ///< keys by lease
  std::set<std::string> left_out_;
  std::vector<KeyCall> calls_;
  std::int64_t next_client_ = 0;
};

Status EtcdReport::add(Value operation) {
  for (const char* name : {"ClientId", "Call", "Return"})
    if (!member(operation, name).is_int() || number(member(operation, name)) < 0)
      return fail(Error::Code::corrupt, str("\"", name, "\" must be a number from 0"));
  if (text_of(member(operation, "Input", "Type")).empty())
    return fail(Error::Code::corrupt, "\"Input\" must have a \"Type\"");
  if (!member(operation, "Output").is_list())
    return fail(Error::Code::corrupt, "\"Output\" must be an object");
  if (number(member(operation, "Return")) < number(member(operation, "Call")))
    return fail(Error::Code::corrupt, "\"Return\" is before \"Call\"");
  next_client_ = std::max(next_client_, number(member(operation, "ClientId")) + 1);
  operations_.push_back(std::move(operation));
  return {};
}

void EtcdReport::learn_values(const std::string& key, const Value& kvs) {
  for (const Value& kv : items(kvs)) {
    const std::string name = text_of(member(kv, "Key"));
    at_revision_[{name.empty() ? key : name, number(member(kv, "ModRevision"))}] =
        held(member(kv, "Value"));
  }
}

/// What the whole report says of revisions and leases, before anything is translated.
void EtcdReport::learn() {
  std::set<std::int64_t> revoked;
  for (const Value& operation : operations_) {
    const Value& request = member(operation, "Input");
    const Value& answer = member(operation, "Output");
    const bool answered = text_of(member(answer, "Error")).empty();
    if (text_of(member(request, "Type")) == "leaseRevoke")
      revoked.insert(number(member(request, "LeaseRevoke", "LeaseID")));
    learn_values(text_of(member(request, "Range", "Start")), member(answer, "Range", "KVs"));
    for (const Value& result : items(member(answer, "Txn", "Results")))
      learn_values("", member(result, "KVs"));
    const bool failed = is_true(member(answer, "Txn", "Failure"));
    for (const char* branch : {"OperationsOnSuccess", "OperationsOnFailure"}) {
      for (const Value& change : items(member(request, "Txn", branch))) {
        if (text_of(member(change, "Type")) != "put-operation") continue;
        const Value& put = member(change, "Put");
        const std::string key = text_of(member(put, "Key"));
        if (const auto lease = number(member(put, "LeaseID")); lease != 0)
          leased_[lease].insert(key);
        const bool taken = failed == (std::string_view(branch) == "OperationsOnFailure");
        const std::int64_t revision = number(member(answer, "Revision"));
        if (answered && taken && revision > 0)
          at_revision_[{key, revision}] = held(member(put, "Value"));
      }
    }
  }
  for (const std::int64_t lease : revoked)
    left_out_.insert(leased_[lease].begin(), leased_[lease].end());
}

void EtcdReport::translate(const Value& operation) {
  const Value& request = member(operation, "Input");
  const Value& answer = member(operation, "Output");
  // A request that is known to have happened, but not when it ended, is as good as unanswered.
  const bool answered =
      text_of(member(answer, "Error")).empty() && !is_true(member(answer, "Persisted"));
  const KeyCall call{.client = number(member(operation, "ClientId")),
                     .called = number(member(operation, "Call")),
                     .returned = number(member(operation, "Return")),
                     .type = answered ? EventType::ok : EventType::info};
  if (!text_of(member(answer, "ClientError")).empty()) return;
  const std::string type = text_of(member(request, "Type"));
  if (type == "range" && number(member(request, "Range", "Revision")) == 0)
    range(member(request, "Range"), member(answer, "Range"), call);
  if (type == "txn") transaction(member(request, "Txn"), member(answer, "Txn"), call);
}

void EtcdReport::range(const Value& request, const Value& answer, KeyCall call) {
  const bool one_key = text_of(member(request, "End")).empty();
  if (!one_key || is_true(member(request, "KeysOnly")) || call.type != EventType::ok) return;
  call.key = text_of(member(request, "Start"));
  call.f = "read";
  const Value::List& found = items(member(answer, "KVs"));
  if (!found.empty()) call.result = held(member(found.front(), "Value"));
  calls_.push_back(std::move(call));
}

/// One operation of a transaction that took place, or that may have.
void EtcdReport::operation(const Value& operation, const Value& result, KeyCall call) {
  const std::string type = text_of(member(operation, "Type"));
  if (type == "range-operation") return range(member(operation, "Range"), result, std::move(call));
  const bool put = type == "put-operation";
  call.key = text_of(member(operation, put ? "Put" : "Delete", "Key"));
  call.f = "write";
  if (put) call.arguments = held(member(operation, "Put", "Value"));
  if (!put && call.type == EventType::ok && number(member(result, "Deleted")) == 0) call.f = "read";
  call.result = call.arguments;
  calls_.push_back(std::move(call));
}

/// A transaction that is a compare-and-set of one key. False: it is none.
bool EtcdReport::swap(const Value& request, const Value& answer, const KeyCall& call) {
  const Value::List& conditions = items(member(request, "Conditions"));
  const Value::List& changes = items(member(request, "OperationsOnSuccess"));
  if (conditions.size() != 1 || changes.size() != 1) return false;
  const bool put = text_of(member(changes[0], "Type")) == "put-operation";
  if (!put && text_of(member(changes[0], "Type")) != "delete-operation") return false;
  const std::string key = text_of(member(changes[0], put ? "Put" : "Delete", "Key"));
  if (text_of(member(conditions[0], "Key")) != key) return false;
  if (number(member(conditions[0], "ExpectedVersion")) != 0) return false;
  const std::int64_t revision = number(member(conditions[0], "ExpectedRevision"));
  const auto expected = at_revision_.find({key, revision});
  if (revision != 0 && expected == at_revision_.end()) return false;
  KeyCall cas = call;
  cas.key = key;
  cas.f = "cas";
  cas.arguments = Value::list(revision == 0 ? Value() : expected->second,
                              put ? held(member(changes[0], "Put", "Value")) : Value());
  cas.result = cas.arguments;
  const bool failed = is_true(member(answer, "Failure"));
  if (cas.type == EventType::ok && failed) cas.type = EventType::fail;
  calls_.push_back(cas);
  if (call.type == EventType::ok && !failed) return true;
  // What it did instead, or may have done.
  const Value::List& instead = items(member(request, "OperationsOnFailure"));
  const Value::List& results = items(member(answer, "Results"));
  for (std::size_t i = 0; i < instead.size(); ++i) {
    KeyCall other = call;
    other.client = next_client_++;
    operation(instead[i], i < results.size() ? results[i] : Value(), std::move(other));
  }
  return true;
}

void EtcdReport::transaction(const Value& request, const Value& answer, const KeyCall& call) {
  if (swap(request, answer, call)) return;
  const bool answered = call.type == EventType::ok;
  const bool failed = is_true(member(answer, "Failure"));
  const Value::List& results = items(member(answer, "Results"));
  bool first = true;
  for (const bool branch : {false, true}) {
    if (answered && branch != failed) continue;
    const Value::List& operations =
        items(member(request, branch ? "OperationsOnFailure" : "OperationsOnSuccess"));
    for (std::size_t i = 0; i < operations.size(); ++i) {
      KeyCall one = call;
      if (!first) one.client = next_client_++;
      first = false;
      operation(operations[i], i < results.size() ? results[i] : Value(), std::move(one));
    }
  }
}

History EtcdReport::history() {
  learn();
  for (const Value& operation : operations_) translate(operation);
  struct End {
    std::int64_t time;
    bool returns;
    std::size_t call;
    auto operator<=>(const End&) const = default;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (left_out_.contains(calls_[i].key)) continue;
    ends.push_back({calls_[i].called, false, i});
    ends.push_back({calls_[i].returned, true, i});
  }
  std::sort(ends.begin(), ends.end());
  History events;
  for (const End& end : ends) {
    const KeyCall& call = calls_[end.call];
    const bool ok = end.returns && call.type == EventType::ok;
    events.push_back({.index = static_cast<std::int64_t>(events.size()),
                      .time = Nanos(end.time),
                      .process = call.client,
                      .type = end.returns ? call.type : EventType::invoke,
                      .f = call.f,
                      .key = call.key,
                      .value = ok ? call.result : call.arguments});
  }
  return events;
}

}  // namespace

bool looks_like_etcd_report(std::string_view text) {
  text = trim(text.substr(0, 200));
  return text.starts_with('{') && trim(text.substr(1)).starts_with("\"ClientId\"");
}

Result<ReadHistory> parse_etcd_report(std::string_view text, const std::string& name) {
  JsonReader reader(text);
  EtcdReport report;
  ReadHistory read;
  while (reader.peek() != '\0') {
    auto operation = reader.value();
    if (!operation && reader.peek() == '\0') {
      read.warning = name + ": the last operation is cut off and was left out";
      break;
    }
    if (!operation) return context(operation.error(), name);
    if (auto added = report.add(std::move(*operation)); !added)
      return context(reader.bad("the operation that ends here: " + added.error().what).error(),
                     name);
  }
  read.events = report.history();
  return read;
}

}  // namespace plumbline
