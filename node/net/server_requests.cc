// Requests: what the doors hand in, and how each is answered.

#include <type_traits>
#include <utility>

#include "core/base/text.h"
#include "node/net/clock.h"
#include "node/net/server.h"

namespace plumbline::net {
namespace {

using proto::Code;
using proto::Op;

// Of all connections together: beyond it the answer is "busy" at once, while it is still cheap.
constexpr std::size_t k_waiting_max = 16'384;

static_assert(std::is_same_v<kv::Stored, proto::Value>, "values pass from one to the other as is");
static_assert(static_cast<int>(kv::Code::sequence_forgotten) ==
                  static_cast<int>(Code::sequence_forgotten),
              "the codes of an applied command are the first of a reply's");

kv::Op command_op(Op op) {
  switch (op) {
    case Op::put:
      return kv::Op::put;
    case Op::remove:
      return kv::Op::remove;
    case Op::compare_and_set:
      return kv::Op::compare_and_set;
    case Op::append:
      return kv::Op::append;
    case Op::register_session:
      return kv::Op::register_session;
    default:
      return kv::Op::end_session;
  }
}

proto::Reply reply_of(const kv::Outcome& outcome) {
  return {.code = static_cast<Code>(outcome.code),
          .value = outcome.value,
          .revision = outcome.revision};
}

}  // namespace

void Server::ask(proto::Request request, ReturnAddress to) {
  if (request.op == Op::status) return to.answer({.status = status(request.with_hash)});
  if (writes_.size() + reads_.size() >= k_waiting_max) {
    ++metrics_.busy;
    return to.answer({.code = Code::busy, .message = "too many requests wait here"});
  }
  if (request.op == Op::get) return read(std::move(request), std::move(to));
  if (request.op != Op::make_snapshot) return propose(request, std::move(to));
  want_snapshot_.push_back(std::move(to));
  if (!saving_) make_snapshot();
}

// ---- Writes -------------------------------------------------------------------------------------

void Server::propose(const proto::Request& request, ReturnAddress to) {
  if (status_.role != raft::Role::leader) return refuse(to, raft::Refusal::not_leader);
  kv::Command command;
  command.op = command_op(request.op);
  command.key = request.key;
  command.value = request.value;
  command.expected = request.expected;
  command.session = request.session;
  command.sequence = request.sequence;
  command.ack_below = request.ack_below;
  command.time_ms = wall_ms();
  ++metrics_.proposals;
  const std::uint64_t number = writes_.add({std::move(to), steady_now()});
  gathered_.push_back({number, kv::encode(command)});
}

void Server::settle_proposals(const raft::Effects& effects) {
  for (const raft::ProposalAccepted& accepted : effects.accepted) writes_.accepted(accepted);
  for (const raft::ProposalRefused& refused : effects.refused)
    if (const auto write = writes_.refused(refused.proposal)) {
      ++metrics_.proposals_refused;
      refuse(write->to, refused.why);
    }
}

void Server::settle(const raft::Entry& entry, const kv::Outcome& outcome) {
  for (const PendingWrites::Fate& fate : writes_.committed(entry.index, entry.term)) {
    if (fate.done) {
      metrics_.write_seconds.add(steady_now() - fate.write.since);
      fate.write.to.answer(reply_of(outcome));
      continue;
    }
    ++metrics_.proposals_lost;
    fate.write.to.answer({.code = Code::not_leader,
                          .leader = leader_hint(),
                          .message = "another leader's entry took its place: it was not done"});
  }
}

void Server::unknown(const std::vector<PendingWrite>& writes, const char* why) {
  for (const PendingWrite& write : writes) {
    ++metrics_.unknown_outcomes;
    write.to.answer({.code = Code::unknown_outcome, .message = why});
  }
}

void Server::refuse(const ReturnAddress& to, raft::Refusal why) {
  switch (why) {
    case raft::Refusal::not_leader:
      return to.answer({.code = Code::not_leader, .leader = leader_hint()});
    case raft::Refusal::busy:
      ++metrics_.busy;
      return to.answer({.code = Code::busy, .message = "too much is uncommitted"});
    case raft::Refusal::no_quorum:
      return to.answer({.code = Code::no_quorum, .message = "no majority answers this leader"});
    case raft::Refusal::invalid:
      return to.answer({.code = Code::invalid, .message = "the cluster cannot do that as it is"});
  }
}

// ---- Reads --------------------------------------------------------------------------------------

void Server::read(proto::Request request, ReturnAddress to) {
  ++metrics_.reads[static_cast<std::size_t>(request.mode)];
  PendingRead read{std::move(request.key), std::move(to), steady_now()};
  if (request.mode == proto::ReadMode::stale) return answer_read(read);
  const raft::ReadId id = reads_.add(std::move(read));
  const bool lease = request.mode == proto::ReadMode::lease;
  step(raft::Read{id, lease ? raft::ReadMode::lease : raft::ReadMode::read_index});
}

void Server::settle_reads(const raft::Effects& effects) {
  const raft::Index applied(machine_.applied());
  for (const raft::ReadReady& ready : effects.reads)
    if (const auto read = reads_.ready(ready, applied)) answer_read(*read);
  for (const raft::ReadRefused& refused : effects.refused_reads)
    if (const auto read = reads_.refused(refused.id)) refuse(read->to, refused.why);
}

void Server::answer_read(const PendingRead& read) {
  metrics_.read_seconds.add(steady_now() - read.since);
  const kv::Item* item = machine_.get(read.key);
  if (item)
    read.to.answer({.value = item->value, .revision = item->revision});
  else
    read.to.answer({.code = Code::not_found});
}

// ---- What this node knows of itself -------------------------------------------------------------

proto::LeaderHint Server::leader_hint() const {
  proto::LeaderHint hint{.id = status_.leader.value, .term = status_.term.value};
  for (const NodeAddress& node : options_.nodes)
    if (node.id == status_.leader) hint.client_address = host_and_port(node.host, node.client_port);
  return hint;
}

proto::Status Server::status(bool with_hash) const {
  const raft::NodeStatus now = raft_.status();
  proto::Status status{.id = now.id.value,
                       .role = raft::to_string(now.role),
                       .term = now.term.value,
                       .leader = now.leader.value,
                       .commit = now.commit.value,
                       .applied = machine_.applied(),
                       .last_index = now.last_index.value,
                       .durable_index = now.durable_index.value,
                       .first_index = now.first_index.value,
                       .snapshot_index = snapshot_index_.value,
                       .keys = machine_.items().size(),
                       .sessions = machine_.sessions()};
  if (with_hash) status.hash = machine_.hash();
  for (const raft::NodeId voter : options_.voters()) status.voters.push_back(voter.value);
  return status;
}

std::string Server::metrics() const {
  return prometheus(metrics_, {.raft = raft_.status(),
                               .peers = peers_.figures(),
                               .links_up = peers_.links_up(),
                               .client_connections = client_door_.connections(),
                               .http_connections = http_door_.connections(),
                               .waiting_requests = writes_.size() + reads_.size(),
                               .keys = machine_.items().size(),
                               .sessions = machine_.sessions()});
}

}  // namespace plumbline::net
