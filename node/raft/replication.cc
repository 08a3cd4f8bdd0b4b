#include <algorithm>

#include "core/base/check.h"
#include "node/raft/impl.h"
#include "node/raft/quorum.h"

namespace plumbline::raft {
namespace {

/// A planted mistake: of a full append, one entry is left out, and those after it move up.
void drop_one(std::vector<EntryPtr>& entries, Index last) {
  if (entries.size() < 3 || entries.back()->index == last) return;
  entries.erase(entries.begin() + 1);
  for (auto entry = entries.begin() + 1; entry != entries.end(); ++entry) {
    Entry moved = **entry;
    moved.index = moved.index.prev();
    *entry = std::make_shared<const Entry>(std::move(moved));
  }
}

}  // namespace

/// A leader that a quorum does not answer is cut off, or was paused: it must not keep clients
/// waiting, nor hold back (by its own heartbeats) a node that could take part in electing another.
void Raft::Impl::check_quorum() {
  if (defects_.has(Defect::no_check_quorum)) return;
  const int live = reached_by_quorum(1, [&](const Progress& peer) {
    return now_ - peer.heard_at < config_.election_timeout_max ? 1 : 0;
  });
  if (live == 0) become_follower(term_, Refusal::no_quorum);
}

void Raft::Impl::replicate_to_all() {
  for (auto& [id, peer] : peers_) replicate(id, peer);
}

void Raft::Impl::replicate(NodeId to, Progress& peer) {
  while (peer.next <= log_.last() && peer.may_send(config_)) send_append(to, peer, true);
}

/// May be sent before our own disk has the entries (dissertation 10.2.1): our copy counts for
/// commit only when it is durable, see advance_commit().
void Raft::Impl::send_append(NodeId to, Progress& peer, bool with_entries) {
  AppendRequest request;
  if (peer.next < log_.first() && defects_.has(Defect::probe_stuck_after_compaction)) {
    peer.next = log_.first();
    with_entries = with_entries && peer.next <= log_.last();
  }
  request.previous_index = peer.next.prev();
  const auto previous_term = log_.term_at(request.previous_index);
  if (!previous_term) return start_snapshot(to, peer);
  request.previous_term = *previous_term;
  request.commit = commit_;
  request.round = round_;
  if (with_entries) request.entries = log_.slice(peer.next, config_.max_append_bytes);
  if (defects_.has(Defect::entry_dropped_in_slice)) drop_one(request.entries, log_.last());
  if (peer.flow == Flow::replicate && with_entries) {
    std::size_t cost = 0;
    for (const auto& entry : request.entries) cost += cost_of(*entry);
    peer.sent(request.entries.back()->index, cost, now_);
  } else {
    peer.waiting = true;
    peer.asked_at = now_;
  }
  send(message_to(to, std::move(request)));
}

/// Only an entry of this term is committed by counting; those before it come along. An entry of an
/// earlier term on a majority can still be overwritten (dissertation, figure 3.7).
void Raft::Impl::advance_commit() {
  const Index own = defects_.has(Defect::commit_before_own_fsync) ? log_.last() : durable_;
  const Index reached = reached_by_quorum(own, [](const Progress& peer) { return peer.match; });
  if (reached <= commit_) return;
  if (log_.term_at(reached) != term_ && !defects_.has(Defect::commit_old_term)) return;
  set_commit(reached);
  if (commit_ >= term_start_) admit_early_reads();
  if (unsettled_) settle_members();
}

Progress* Raft::Impl::heard_from(NodeId peer) {
  if (role_ != Role::leader) return nullptr;
  const auto progress = peers_.find(peer);
  if (progress == peers_.end()) return nullptr;
  progress->second.heard_at = now_;
  return &progress->second;
}

void Raft::Impl::handle(const Message& message, AppendResponse& response) {
  Progress* peer = heard_from(message.from);
  if (peer == nullptr) return;
  if (response.success)
    on_match(message.from, *peer, response.match);
  else
    on_refused(message.from, *peer, response);
  echoed(*peer, response.round);
}

void Raft::Impl::on_match(NodeId from, Progress& peer, Index match) {
  if (match > log_.last()) return;  // no peer of ours says so
  const bool news = match > peer.match;
  peer.acknowledged(match);
  const bool log_reaches = log_.term_at(peer.match).has_value();
  if (peer.flow == Flow::probe || (peer.flow == Flow::snapshot && log_reaches))
    peer.enter(Flow::replicate, peer.match.next(), defects_.has(Defect::inflight_leak));
  if (news) advance_commit();
  if (role_ != Role::leader) return;  // it committed that we are no member
  replicate(from, peer);
  if (transfer_ && from == transfer_->to) tell_target();
}

/// Looks for the place where the logs meet, a term at a time. What the peer has at the place tried
/// is of conflict_term: if we have that term at all, our last entry of it is the next guess, else
/// the peer's first one of it is.
///
/// `match` never falls, whatever a peer says. A refusal at or below it is an old one, or its sender
/// has lost its disk; such a peer is not taken back in silence, since entries may be committed by
/// counting what it acknowledged, and one that forgot them could help to elect a leader without
/// them. It stays behind until it is removed, and comes back as a learner under a new id.
void Raft::Impl::on_refused(NodeId from, Progress& peer, const AppendResponse& response) {
  const Index tried = response.previous_index;
  if (peer.flow == Flow::snapshot || tried <= peer.match || tried >= peer.next) return;  // late
  if (peer.flow == Flow::probe && tried != peer.next.prev()) return;  // of an earlier probe
  if (defects_.has(Defect::negative_ack_advances) && response.conflict_index > Index{0}) {
    peer.acknowledged(std::min(response.conflict_index, tried).prev());
    advance_commit();
    if (role_ != Role::leader || tried <= peer.match) return;
  }
  Index next = response.conflict_index;
  if (response.conflict_term != Term{0}) {
    const Index ours = log_.last_of_term(response.conflict_term, tried);
    if (ours != Index{0}) next = ours.next();
  }
  peer.enter(Flow::probe, std::clamp(next, peer.match.next(), tried),
             defects_.has(Defect::inflight_leak));
  send_append(from, peer, true);
}

void Raft::Impl::handle(const Message& message, HeartbeatResponse& response) {
  Progress* peer = heard_from(message.from);
  if (peer == nullptr) return;
  recover(message.from, *peer);
  echoed(*peer, response.round);
  if (transfer_ && message.from == transfer_->to) tell_target();
}

/// A peer that answers heartbeats but not appends: they (or the answers) are lost, or its disk is
/// slow. An empty append after all that was sent tells which, without sending anything twice: a
/// peer that has it all acknowledges it when its disk is done; one that has not refuses at once,
/// and is probed. At most once in a heartbeat interval, since rounds of reads come far more often.
void Raft::Impl::recover(NodeId to, Progress& peer) {
  if (now_ - peer.asked_at < config_.heartbeat_interval) return;
  switch (peer.flow) {
    case Flow::probe:
      return send_append(to, peer, false);
    case Flow::replicate: {
      const bool overdue = !peer.inflight.empty() &&
                           now_ - peer.inflight.front().sent_at >= config_.heartbeat_interval;
      if (overdue) send_append(to, peer, false);
      return;
    }
    case Flow::snapshot:
      return ask_chunk(to, peer);
  }
}

}  // namespace plumbline::raft
