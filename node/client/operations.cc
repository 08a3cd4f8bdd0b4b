#include "node/client/operations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"

namespace plumbline::kv_client {
namespace {

/// The one table of errors: what an answer of raftkvd proves about the operation.
struct Meaning {
  proto::Code code;
  EventType type;
  const char* reason;
};
constexpr std::array k_meanings = {
    Meaning{proto::Code::ok, EventType::ok, "done"},
    Meaning{proto::Code::mismatch, EventType::fail, "decided by the log: the value differed"},
    Meaning{proto::Code::not_found, EventType::fail, "decided by the log: there was no such key"},
    Meaning{proto::Code::wrong_type, EventType::fail, "decided by the log: nothing was changed"},
    Meaning{proto::Code::not_leader, EventType::fail, "refused before it was proposed"},
    Meaning{proto::Code::busy, EventType::fail, "refused before it was proposed"},
    Meaning{proto::Code::no_quorum, EventType::fail, "refused before it was proposed"},
    Meaning{proto::Code::invalid, EventType::fail, "refused before it was proposed"},
    Meaning{proto::Code::unknown_outcome, EventType::info, "proposed, and its fate is not known"},
};

Value from_text(const std::string& text) {
  const auto number = parse_int(text);
  return number ? Value(*number) : Value(text);
}

/// nil for a key that is not there.
Value from_stored(const std::optional<proto::Value>& stored) {
  if (!stored) return {};
  if (const auto* text = std::get_if<std::string>(&*stored)) return from_text(*text);
  Value::List items;
  for (const std::string& item : std::get<std::vector<std::string>>(*stored))
    items.push_back(from_text(item));
  return Value(std::move(items));
}

std::string text_of(const Value& value) {
  return value.is_int() ? std::to_string(value.as_int()) : to_string(value);
}

}  // namespace

const std::vector<std::string>& known_operations() {
  static const std::vector<std::string> k_known = {"read", "write", "cas", "append", "remove"};
  return k_known;
}

Result<proto::Request> request_for(const Operation& operation, proto::ReadMode reads) {
  proto::Request request;
  request.key = operation.key.is_text() ? operation.key.as_text() : to_string(operation.key);
  if (operation.f == "read") {
    request.op = proto::Op::get;
    request.mode = reads;
  } else if (operation.f == "write") {
    request.op = proto::Op::put;
    request.value = text_of(operation.value);
  } else if (operation.f == "append") {
    request.op = proto::Op::append;
    request.value = text_of(operation.value);
  } else if (operation.f == "remove") {
    request.op = proto::Op::remove;
  } else if (operation.f == "cas" && operation.value.is_list() &&
             operation.value.as_list().size() == 2) {
    const Value& expected = operation.value.as_list()[0];
    request.op = proto::Op::compare_and_set;
    if (!expected.is_nil()) request.expected = text_of(expected);
    request.value = text_of(operation.value.as_list()[1]);
  } else {
    return fail(Error::Code::invalid, "raftkv cannot do " + printable(operation.f));
  }
  return request;
}

EventType meaning_of(proto::Code code) {
  const auto* row = std::ranges::find(k_meanings, code, &Meaning::code);
  return row == k_meanings.end() ? EventType::info : row->type;
}

Completion completion_of(const Operation& operation, const proto::Reply& reply) {
  const bool is_read = operation.f == "read";
  const bool shows = is_read || operation.f == "remove";
  if (reply.code == proto::Code::ok) {
    // Writes are answered with what was asked: the log keeps nothing else of them.
    return {EventType::ok, shows ? from_stored(reply.value) : operation.value, {}};
  }
  if (shows && reply.code == proto::Code::not_found) return {EventType::ok, {}, {}};
  std::string error = to_string(reply.code);
  if (!reply.message.empty()) error += ": " + printable(reply.message);
  return {is_read ? EventType::fail : meaning_of(reply.code), {}, std::move(error)};
}

std::optional<std::string> leader_named(const proto::Reply& reply) {
  if (reply.code != proto::Code::not_leader || !reply.leader || reply.leader->id == 0 ||
      reply.leader->client_address.empty())
    return std::nullopt;
  return reply.leader->client_address;
}

}  // namespace plumbline::kv_client
