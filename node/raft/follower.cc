#include <algorithm>

#include "core/base/check.h"
#include "node/raft/configuration.h"
#include "node/raft/impl.h"

namespace plumbline::raft {
namespace {

/// Whatever a peer sends, a log without holes and with terms that never fall comes of it.
bool well_formed(const AppendRequest& request, Term term) {
  Index index = request.previous_index;
  Term previous = request.previous_term;
  for (const auto& entry : request.entries) {
    index = index.next();
    if (entry == nullptr || entry->index != index || entry->term < previous) return false;
    if (entry->type == EntryType::configuration) {
      const auto members = decode_configuration(entry->data);
      if (!members || members->voters.empty()) return false;
    }
    previous = entry->term;
  }
  return previous <= term;
}

}  // namespace

/// Heard from the leader of this term. False if that cannot be, since we lead it ourselves.
bool Raft::Impl::follow(NodeId leader) {
  if (role_ == Role::leader) return false;
  become_follower(term_);
  leader_ = leader;
  if (transfer_) end_transfer(true);
  leader_heard_at_ = now_;
  set_election_deadline();
  return true;
}

/// What is committed here is in the log of every leader from now on (leader completeness). A
/// request that says otherwise comes from no correct node: it is not followed, and brings nobody
/// down.
bool Raft::Impl::contradicts_commit(const AppendRequest& request) const {
  const auto differs = [&](Index index, Term term) {
    if (index > commit_) return false;
    const auto ours = log_.term_at(index);
    return ours && *ours != term;
  };
  if (differs(request.previous_index, request.previous_term)) return true;
  for (const auto& entry : request.entries) {
    if (entry->index > commit_) break;
    if (differs(entry->index, entry->term)) return true;
  }
  return false;
}

/// What is committed agrees without a look: compacted entries could not be looked at anyway.
bool Raft::Impl::agrees_with_log(const AppendRequest& request) const {
  return request.previous_index <= commit_ ||
         log_.term_at(request.previous_index) == request.previous_term;
}

/// Adds what is missing. Entries that are here already stay, and so does what follows them: the
/// request may be an old one that was overtaken by later ones, whose entries are acknowledged. Only
/// a real conflict cuts the log.
void Raft::Impl::store_new(std::vector<EntryPtr>& entries) {
  auto entry = entries.begin();
  for (; entry != entries.end(); ++entry) {
    if ((*entry)->index <= commit_) continue;
    const auto term = log_.term_at((*entry)->index);
    if (!term) break;
    if (*term == (*entry)->term) continue;
    truncate_from((*entry)->index);
    break;
  }
  for (; entry != entries.end(); ++entry) append(std::move(*entry));
}

void Raft::Impl::refuse(NodeId leader, const AppendRequest& request) {
  AppendResponse refusal;
  refusal.previous_index = request.previous_index;
  refusal.round = request.round;
  if (const auto term = log_.term_at(request.previous_index)) {
    refusal.conflict_term = *term;
    refusal.conflict_index = log_.start_of_term(request.previous_index, commit_);
  } else {
    refusal.conflict_index = log_.last().next();
  }
  send(message_to(leader, refusal));
}

void Raft::Impl::handle(const Message& message, AppendRequest& request) {
  if (!follow(message.from) || !well_formed(request, term_) || contradicts_commit(request)) return;
  if (!agrees_with_log(request)) return refuse(message.from, request);
  if (defects_.has(Defect::compacted_prev_truncates) && !log_.term_at(request.previous_index) &&
      commit_ < log_.last())
    truncate_from(commit_.next());
  const Index verified{request.previous_index.value + request.entries.size()};
  store_new(request.entries);
  if (defects_.has(Defect::stale_append_truncates) && std::max(verified, commit_) < log_.last())
    truncate_from(std::max(verified, commit_).next());
  // Beyond `verified` our entries may be those of a deposed leader.
  const bool unchecked = defects_.has(Defect::follower_commit_unchecked);
  set_commit(std::max(commit_, std::min(request.commit, unchecked ? log_.last() : verified)));
  AppendResponse answer;
  answer.success = true;
  answer.match = defects_.has(Defect::ack_own_last_index) ? log_.last() : verified;
  answer.previous_index = request.previous_index;
  answer.round = request.round;
  Message reply = message_to(message.from, answer);
  if (defects_.has(Defect::ack_before_fsync)) return send(std::move(reply));
  send_when_durable(answer.match, std::move(reply));
}

/// The commit index in it is no further than what we acknowledged to this leader, so it needs no
/// comparison; nor does it wait for a disk, since it promises nothing that a restart could break:
/// see reads.cc for the echo, leader_is_live() for leases.
void Raft::Impl::handle(const Message& message, Heartbeat& heartbeat) {
  if (!follow(message.from)) return;
  set_commit(std::max(commit_, std::min(heartbeat.commit, log_.last())));
  send(message_to(message.from, HeartbeatResponse{heartbeat.round}));
}

}  // namespace plumbline::raft
