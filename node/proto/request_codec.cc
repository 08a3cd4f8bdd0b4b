#include "node/proto/request_codec.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/proto/frame.h"
#include "node/proto/raftkv.pb.h"

namespace plumbline::proto {
namespace {

namespace wire = raftkv::wire;

constexpr std::array k_op_names = {"get",
                                   "put",
                                   "remove",
                                   "cas",
                                   "append",
                                   "register-session",
                                   "end-session",
                                   "status",
                                   "make-snapshot",
                                   "add-member",
                                   "promote-member",
                                   "remove-member",
                                   "transfer-leadership"};
constexpr std::array k_code_names = {"ok",
                                     "mismatch",
                                     "not-found",
                                     "wrong-type",
                                     "session-expired",
                                     "sequence-forgotten",
                                     "not-leader",
                                     "busy",
                                     "no-quorum",
                                     "unknown-outcome",
                                     "invalid"};
constexpr std::array<std::string_view, 3> k_mode_names = {"linearizable", "lease", "stale"};

constexpr std::uint64_t k_node_max = INT64_MAX;
constexpr std::size_t k_others_max = 64;    // as many members as a cluster may have
constexpr std::size_t k_contact_max = 300;  // the longest name of a host, and three ports

bool is_contact(const std::string& text) {
  return !text.empty() && text.size() <= k_contact_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

template <class Message>
void append_message(std::string& out, const Message& message) {
  FrameWriter frame(out);
  CHECK(message.AppendToString(&out), "proto3 messages have no required fields");
  frame.finish();
}

void fill_op(const Request& request, wire::Request& to) {
  switch (request.op) {
    case Op::get:
      to.mutable_get()->set_key(request.key);
      to.mutable_get()->set_mode(static_cast<wire::ReadMode>(request.mode));
      break;
    case Op::put:
      to.mutable_put()->set_key(request.key);
      to.mutable_put()->set_value(request.value);
      break;
    case Op::remove:
      to.mutable_remove()->set_key(request.key);
      break;
    case Op::compare_and_set: {
      auto& cas = *to.mutable_compare_and_set();
      cas.set_key(request.key);
      if (request.expected) cas.set_expected(*request.expected);
      cas.set_value(request.value);
      break;
    }
    case Op::append:
      to.mutable_append()->set_key(request.key);
      to.mutable_append()->set_value(request.value);
      break;
    case Op::register_session:
      to.mutable_register_session();
      break;
    case Op::end_session:
      to.mutable_end_session();
      break;
    case Op::status:
      to.mutable_status()->set_with_hash(request.with_hash);
      break;
    case Op::make_snapshot:
      to.mutable_make_snapshot();
      break;
    case Op::add_member:
      to.mutable_add_member()->set_node(request.node);
      to.mutable_add_member()->set_contact(request.contact);
      break;
    case Op::promote_member:
      to.set_promote_member(request.node);
      for (const std::uint64_t other : request.others) to.add_others(other);
      break;
    case Op::remove_member:
      to.set_remove_member(request.node);
      for (const std::uint64_t other : request.others) to.add_others(other);
      break;
    case Op::transfer_leadership:
      to.set_transfer_leadership(request.node);
      break;
  }
}

Status status_from(const wire::Status& from) {
  Status status;
  status.id = from.id();
  status.role = from.role();
  status.term = from.term();
  status.leader = from.leader();
  status.commit = from.commit();
  status.applied = from.applied();
  status.last_index = from.last_index();
  status.durable_index = from.durable_index();
  status.first_index = from.first_index();
  status.snapshot_index = from.snapshot_index();
  status.keys = from.keys();
  status.sessions = from.sessions();
  if (from.has_hash()) status.hash = from.hash();
  status.voters.assign(from.voters().begin(), from.voters().end());
  status.outgoing.assign(from.outgoing().begin(), from.outgoing().end());
  status.learners.assign(from.learners().begin(), from.learners().end());
  status.configuration_index = from.configuration_index();
  // Copied in order: the parser keeps maps in none.
  for (const auto& [node, contact] : from.contacts()) status.contacts[node] = contact;
  for (const auto& [index, hash] : from.hashes()) status.hashes[index] = hash;
  return status;
}

void fill_status(const Status& status, wire::Status& to) {
  to.set_id(status.id);
  to.set_role(status.role);
  to.set_term(status.term);
  to.set_leader(status.leader);
  to.set_commit(status.commit);
  to.set_applied(status.applied);
  to.set_last_index(status.last_index);
  to.set_durable_index(status.durable_index);
  to.set_first_index(status.first_index);
  to.set_snapshot_index(status.snapshot_index);
  to.set_keys(status.keys);
  to.set_sessions(status.sessions);
  if (status.hash) to.set_hash(*status.hash);
  for (const std::uint64_t node : status.voters) to.add_voters(node);
  for (const std::uint64_t node : status.outgoing) to.add_outgoing(node);
  for (const std::uint64_t node : status.learners) to.add_learners(node);
  to.set_configuration_index(status.configuration_index);
  for (const auto& [node, contact] : status.contacts) (*to.mutable_contacts())[node] = contact;
  for (const auto& [index, hash] : status.hashes) (*to.mutable_hashes())[index] = hash;
}

void fill_value(const Value& value, wire::Reply& to) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    to.set_text(*text);
    return;
  }
  auto& list = *to.mutable_list();
  for (const std::string& item : std::get<std::vector<std::string>>(value)) list.add_items(item);
}

/// The strings are moved out of `from`: on the way in every request is copied once, by the parser.
Result<Request> take_op(wire::Request& from) {
  Request request;
  switch (from.op_case()) {
    case wire::Request::kGet:
      request.op = Op::get;
      request.key = std::move(*from.mutable_get()->mutable_key());
      if (!wire::ReadMode_IsValid(from.get().mode()))
        return fail(Error::Code::corrupt, "a read mode that this version does not know");
      request.mode = static_cast<ReadMode>(from.get().mode());
      return request;
    case wire::Request::kPut:
      request.op = Op::put;
      request.key = std::move(*from.mutable_put()->mutable_key());
      request.value = std::move(*from.mutable_put()->mutable_value());
      return request;
    case wire::Request::kRemove:
      request.op = Op::remove;
      request.key = std::move(*from.mutable_remove()->mutable_key());
      return request;
    case wire::Request::kCompareAndSet: {
      auto& cas = *from.mutable_compare_and_set();
      request.op = Op::compare_and_set;
      request.key = std::move(*cas.mutable_key());
      request.value = std::move(*cas.mutable_value());
      if (cas.has_expected()) request.expected = std::move(*cas.mutable_expected());
      return request;
    }
    case wire::Request::kAppend:
      request.op = Op::append;
      request.key = std::move(*from.mutable_append()->mutable_key());
      request.value = std::move(*from.mutable_append()->mutable_value());
      return request;
    case wire::Request::kRegisterSession:
      request.op = Op::register_session;
      return request;
    case wire::Request::kEndSession:
      request.op = Op::end_session;
      return request;
    case wire::Request::kStatus:
      request.op = Op::status;
      request.with_hash = from.status().with_hash();
      return request;
    case wire::Request::kMakeSnapshot:
      request.op = Op::make_snapshot;
      return request;
    case wire::Request::kAddMember:
      request.op = Op::add_member;
      request.node = from.add_member().node();
      request.contact = std::move(*from.mutable_add_member()->mutable_contact());
      return request;
    case wire::Request::kPromoteMember:
      request.op = Op::promote_member;
      request.node = from.promote_member();
      request.others.assign(from.others().begin(), from.others().end());
      return request;
    case wire::Request::kRemoveMember:
      request.op = Op::remove_member;
      request.node = from.remove_member();
      request.others.assign(from.others().begin(), from.others().end());
      return request;
    case wire::Request::kTransferLeadership:
      request.op = Op::transfer_leadership;
      request.node = from.transfer_leadership();
      return request;
    case wire::Request::OP_NOT_SET:
      break;
  }
  return fail(Error::Code::corrupt, "a request without an operation that this version knows");
}

}  // namespace

const char* to_string(Op op) { return k_op_names[static_cast<std::size_t>(op)]; }
const char* to_string(Code code) { return k_code_names[static_cast<std::size_t>(code)]; }

std::optional<ReadMode> parse_read_mode(std::string_view name) {
  for (std::size_t i = 0; i < k_mode_names.size(); ++i)
    if (k_mode_names[i] == name) return static_cast<ReadMode>(i);
  return std::nullopt;
}

void append_request(std::string& out, std::uint64_t id, const Request& request) {
  wire::Request message;
  message.set_request_id(id);
  message.set_session(request.session);
  message.set_sequence(request.sequence);
  message.set_ack_below(request.ack_below);
  fill_op(request, message);
  append_message(out, message);
}

void append_reply(std::string& out, std::uint64_t id, const Reply& reply) {
  wire::Reply message;
  message.set_request_id(id);
  message.set_code(static_cast<wire::Code>(reply.code));
  if (reply.value) fill_value(*reply.value, message);
  message.set_revision(reply.revision);
  if (reply.leader) {
    auto& hint = *message.mutable_not_leader();
    hint.set_leader(reply.leader->id);
    hint.set_client_address(reply.leader->client_address);
    hint.set_term(reply.leader->term);
  }
  if (reply.status) fill_status(*reply.status, *message.mutable_status());
  message.set_message(reply.message);
  if (message.ByteSizeLong() > k_reply_frame_max) {
    message.clear_value();
    message.set_code(wire::INVALID);
    message.set_message(str("the value is too long for a reply of ", k_reply_frame_max, " bytes"));
  }
  append_message(out, message);
}

Result<NumberedRequest> decode_request(std::string_view body) {
  wire::Request message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return fail(Error::Code::corrupt, "a frame that is not a request");
  NumberedRequest numbered;
  numbered.id = message.request_id();
  TRY_ASSIGN(numbered.request, take_op(message));
  numbered.request.session = message.session();
  numbered.request.sequence = message.sequence();
  numbered.request.ack_below = message.ack_below();
  return numbered;
}

Result<NumberedReply> decode_reply(std::string_view body) {
  wire::Reply message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return fail(Error::Code::corrupt, "a frame that is not a reply");
  if (!wire::Code_IsValid(message.code()))
    return fail(Error::Code::corrupt, "a reply code that this version does not know");
  NumberedReply numbered;
  numbered.id = message.request_id();
  Reply& reply = numbered.reply;
  reply.code = static_cast<Code>(message.code());
  if (message.has_text()) reply.value = std::move(*message.mutable_text());
  if (message.has_list()) {
    std::vector<std::string> items;
    for (std::string& item : *message.mutable_list()->mutable_items())
      items.push_back(std::move(item));
    reply.value = std::move(items);
  }
  reply.revision = message.revision();
  if (message.has_not_leader())
    reply.leader = LeaderHint{message.not_leader().leader(), message.not_leader().client_address(),
                              message.not_leader().term()};
  if (message.has_status()) reply.status = status_from(message.status());
  reply.message = std::move(*message.mutable_message());
  return numbered;
}

plumbline::Status check_request(const Request& request) {
  const bool has_key = request.op < Op::register_session;
  if (has_key && request.key.empty()) return fail(Error::Code::invalid, "the key is empty");
  if (request.key.size() > k_key_max)
    return fail(Error::Code::invalid,
                str("key of ", request.key.size(), " bytes; the limit is ", k_key_max));
  const std::size_t value = request.value.size();
  const std::size_t expected = request.expected ? request.expected->size() : 0;
  if (value > k_value_max || expected > k_value_max)
    return fail(Error::Code::invalid, str("value of ", value > expected ? value : expected,
                                          " bytes; the limit is ", k_value_max));
  if (request.session != 0 && has_key && request.op != Op::get && request.sequence == 0)
    return fail(Error::Code::invalid, "a command in a session needs a sequence number from 1");
  const auto is_no_id = [](std::uint64_t node) { return node == 0 || node > k_node_max; };
  if (request.op >= Op::add_member && is_no_id(request.node))
    return fail(Error::Code::invalid, "a node's id is a number from 1");
  if (request.others.size() > k_others_max || std::ranges::any_of(request.others, is_no_id))
    return fail(Error::Code::invalid,
                str("others: at most ", k_others_max, " ids of nodes, numbers from 1"));
  if (request.op == Op::add_member && !is_contact(request.contact))
    return fail(Error::Code::invalid,
                str("contact '", printable(request.contact, 64), "': one word, HOST[:PORTS]"));
  if (request.op == Op::end_session && request.session == 0)
    return fail(Error::Code::invalid, "no session is named that could end");
  return {};
}

}  // namespace plumbline::proto
