// Requests: what the doors hand in, and how each is answered.

#include <set>
#include <type_traits>
#include <utility>

#include "core/base/text.h"
#include "node/replica/replica.h"

namespace plumbline::replica {
namespace {

using proto::Code;
using proto::Op;

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

const char* why_busy(Op op) {
  return op < Op::add_member ? "too much is uncommitted"
                             : "another change is under way, or this leader has just begun";
}

const char* why_invalid(Op op) {
  switch (op) {
    case Op::promote_member:
      return "the learner has not caught up yet, or does not answer";
    case Op::remove_member:
      return "no voter would be left";
    case Op::transfer_leadership:
      return "leadership can go to a voter only";
    default:
      return "the cluster cannot do that as it is";
  }
}

proto::Reply reply_of(const kv::Outcome& outcome) {
  return {.code = static_cast<Code>(outcome.code),
          .value = outcome.value,
          .revision = outcome.revision};
}

}  // namespace

void Replica::ask(proto::Request request, ReturnAddress to) {
  if (request.op == Op::status) return to.answer({.status = describe(request.with_hash)});
  if (waiting() >= options_.waiting_max) {
    ++figures_.busy;
    return to.answer({.code = Code::busy, .message = "too many requests wait here"});
  }
  switch (request.op) {
    case Op::get:
      return read(std::move(request), std::move(to));
    case Op::make_snapshot:
      want_snapshot_.push_back(std::move(to));
      return make_snapshot(last_in_state());
    case Op::add_member:
    case Op::promote_member:
    case Op::remove_member:
      return change_members(request, std::move(to));
    case Op::transfer_leadership:
      return transfer_leadership(request, std::move(to));
    default:
      return propose(request, std::move(to));
  }
}

// ---- Writes -------------------------------------------------------------------------------------

void Replica::propose(const proto::Request& request, ReturnAddress to) {
  if (status_.role != raft::Role::leader) return refuse(to, raft::Refusal::not_leader);
  kv::Command command;
  command.op = command_op(request.op);
  command.key = request.key;
  command.value = request.value;
  command.expected = request.expected;
  command.session = request.session;
  command.sequence = request.sequence;
  command.ack_below = request.ack_below;
  command.time_ms = shell_.wall_ms();
  ++figures_.proposals;
  const std::uint64_t number = writes_.add({std::move(to), shell_.now()});
  gathered_.push_back({number, kv::encode(command)});
}

/// Asking for what is so already is answered ok: whoever asks again after a lost reply is told the
/// truth.
void Replica::change_members(const proto::Request& request, ReturnAddress to) {
  const raft::NodeStatus now = raft_.status();
  if (now.role != raft::Role::leader) return refuse(to, raft::Refusal::not_leader);
  raft::Configuration wanted = *now.configuration;
  if (wanted.is_joint()) return refuse(to, raft::Refusal::busy, request.op);
  const raft::NodeId node(request.node);
  std::set<raft::NodeId> meant = {node};
  for (const std::uint64_t other : request.others) meant.insert(raft::NodeId(other));
  if (request.op == Op::add_member && !wanted.has(node)) {
    wanted.learners.insert(node);
    wanted.contacts[node] = request.contact;
  } else if (request.op == Op::promote_member && wanted.learners.contains(node)) {
    for (const raft::NodeId learner : meant)
      if (wanted.learners.erase(learner) > 0) wanted.voters.insert(learner);
  } else if (request.op == Op::remove_member) {
    for (const raft::NodeId leaver : meant) {
      wanted.voters.erase(leaver);
      wanted.learners.erase(leaver);
      wanted.contacts.erase(leaver);
    }
  } else if (!wanted.has(node)) {
    return to.answer({.code = Code::invalid, .message = str("there is no member ", node)});
  }
  if (wanted == *now.configuration) {
    // True only once it is committed: until then it may be rolled back.
    if (now.configuration_index > now.commit) return refuse(to, raft::Refusal::busy, request.op);
    return to.answer({.revision = now.configuration_index.value});
  }
  const std::uint64_t number = writes_.add({std::move(to), shell_.now(), request.op});
  step(raft::ChangeMembers{number, std::move(wanted)});
}

void Replica::transfer_leadership(const proto::Request& request, ReturnAddress to) {
  const std::uint64_t number = writes_.add({std::move(to), shell_.now(), request.op});
  step(raft::TransferLeadership{number, raft::NodeId(request.node)});
}

void Replica::settle_proposals(const raft::Effects& effects) {
  for (const raft::ProposalAccepted& accepted : effects.accepted) {
    if (!defects_.has(Defect::ack_before_commit))
      writes_.accepted(accepted);
    else if (const auto write = writes_.take(accepted.proposal))
      write->to.answer({.revision = accepted.index.value});
  }
  for (const raft::ProposalRefused& refused : effects.refused)
    if (const auto write = writes_.take(refused.proposal)) {
      ++figures_.proposals_refused;
      refuse(write->to, refused.why, write->op);
    }
  for (const raft::TransferEnded& ended : effects.transfers)
    if (const auto asked = writes_.take(ended.proposal)) {
      if (ended.done)
        asked->to.answer({.leader = leader_hint()});
      else
        asked->to.answer({.code = Code::no_quorum, .message = "the other node did not take over"});
    }
}

void Replica::settle(const raft::Entry& entry, const kv::Outcome& outcome) {
  for (const PendingWrites::Fate& fate : writes_.committed(entry.index, entry.term)) {
    if (fate.done || defects_.has(Defect::reply_mixed_up)) {
      figures_.write_seconds.add(shell_.now() - fate.write.since);
      fate.write.to.answer(reply_of(outcome));
      continue;
    }
    ++figures_.proposals_lost;
    fate.write.to.answer({.code = Code::not_leader,
                          .leader = leader_hint(),
                          .message = "another leader's entry took its place: it was not done"});
  }
}

void Replica::unknown(const std::vector<PendingWrite>& writes, const char* why) {
  for (const PendingWrite& write : writes) {
    ++figures_.unknown_outcomes;
    write.to.answer({.code = Code::unknown_outcome, .message = why});
  }
}

void Replica::refuse(const ReturnAddress& to, raft::Refusal why, Op op) {
  switch (why) {
    case raft::Refusal::not_leader:
      return to.answer({.code = Code::not_leader, .leader = leader_hint()});
    case raft::Refusal::busy:
      ++figures_.busy;
      return to.answer({.code = Code::busy, .message = why_busy(op)});
    case raft::Refusal::no_quorum:
      return to.answer({.code = Code::no_quorum, .message = "no majority answers this leader"});
    case raft::Refusal::invalid:
      return to.answer({.code = Code::invalid, .message = why_invalid(op)});
  }
}

// ---- Reads --------------------------------------------------------------------------------------

void Replica::read(proto::Request request, ReturnAddress to) {
  ++figures_.reads[static_cast<std::size_t>(request.mode)];
  PendingRead read{std::move(request.key), std::move(to), shell_.now()};
  if (request.mode == proto::ReadMode::stale || answers_alone()) return answer_read(read);
  if (defects_.has(Defect::read_before_apply)) read.seen = look_up(read.key);
  const raft::ReadId id = reads_.add(std::move(read));
  const bool lease = request.mode == proto::ReadMode::lease;
  step(raft::Read{id, lease ? raft::ReadMode::lease : raft::ReadMode::read_index});
}

bool Replica::answers_alone() const {
  const bool follows = status_.role != raft::Role::leader && status_.leader != raft::k_nobody;
  const bool just_started = machine_.applied() == started_at_;
  return (follows && defects_.has(Defect::stale_follower_read)) ||
         (just_started && defects_.has(Defect::serve_before_catchup));
}

void Replica::settle_reads(const raft::Effects& effects) {
  const raft::Index applied(machine_.applied());
  for (const raft::ReadReady& ready : effects.reads)
    if (const auto read = reads_.ready(ready, applied)) answer_read(*read);
  for (const raft::ReadRefused& refused : effects.refused_reads)
    if (const auto read = reads_.refused(refused.id)) refuse(read->to, refused.why);
}

void Replica::answer_read(const PendingRead& read) {
  figures_.read_seconds.add(shell_.now() - read.since);
  read.to.answer(read.seen ? *read.seen : look_up(read.key));
}

proto::Reply Replica::look_up(const std::string& key) const {
  const kv::Item* item = machine_.get(key);
  if (item == nullptr) return {.code = Code::not_found};
  return {.value = item->value, .revision = item->revision};
}

// ---- What this node knows of itself -------------------------------------------------------------

proto::LeaderHint Replica::leader_hint() const {
  return {.id = status_.leader.value,
          .client_address = shell_.client_address(status_.leader),
          .term = status_.term.value};
}

proto::Status Replica::describe(bool with_hash) const {
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
  if (with_hash) {
    status.hash = machine_.hash();
    status.hashes = machine_.recent_hashes();
  }
  for (const raft::NodeId node : now.configuration->voters) status.voters.push_back(node.value);
  for (const raft::NodeId node : now.configuration->outgoing) status.outgoing.push_back(node.value);
  for (const raft::NodeId node : now.configuration->learners) status.learners.push_back(node.value);
  for (const auto& [node, contact] : now.configuration->contacts)
    status.contacts[node.value] = contact;
  status.configuration_index = now.configuration_index.value;
  return status;
}

}  // namespace plumbline::replica
