/// Leadership is handed over: the leader takes no proposals, waits until the target has its whole
/// log on disk, and tells it to stand for election at once. Source: dissertation 3.10.
///
/// Leases. A vote for the target breaks the promise that leases rest on (leader_is_live()), so the
/// leader has no lease from the moment it sends TimeoutNow. Nor does it get one again in this term:
/// that the transfer was given up, and even that a later round is confirmed, says nothing of a
/// TimeoutNow (or of the target's vote requests) still on the way, and whenever it arrives the
/// target may win. It can win in the next term only (a TimeoutNow of an older term is ignored, and
/// the flag goes with the first election alone), so no other leader's lease is touched: those of
/// earlier terms ended when this leader was elected without such help, or had none either; one of
/// the target's own term has the votes of a majority, which the target then cannot have.

#include "node/raft/impl.h"

namespace plumbline::raft {

void Raft::Impl::on(TransferLeadership& event) {
  const auto refuse_as = [&](Refusal why) { out_->refused.push_back({event.proposal, why}); };
  if (role_ != Role::leader) return refuse_as(Refusal::not_leader);
  if (transfer_) return refuse_as(Refusal::busy);
  if (event.to == config_.id || !members().voters.contains(event.to))
    return refuse_as(Refusal::invalid);
  transfer_ = {event.proposal, event.to, now_ + config_.election_timeout_max, std::nullopt};
  tell_target();
}

/// Again after a while, as long as the transfer lasts: the message may be lost.
void Raft::Impl::tell_target() {
  const auto peer = peers_.find(transfer_->to);
  if (role_ != Role::leader || peer == peers_.end()) return;
  const bool any_target = defects_.has(Defect::transfer_to_lagging_target);
  if ((peer->second.match < log_.last() && !any_target) || !peer->second.standing.in_voters) return;
  if (transfer_->told_at && now_ - *transfer_->told_at < config_.heartbeat_interval) return;
  transfer_->told_at = now_;
  if (!defects_.has(Defect::lease_survives_transfer)) {
    lease_void_ = true;
    lease_until_ = Nanos{0};
  }
  send(message_to(transfer_->to, TimeoutNow{}));
}

void Raft::Impl::end_transfer(bool done) {
  out_->transfers.push_back({transfer_->proposal, done});
  transfer_.reset();
}

/// A leader that is no member any more leaves, and lets nobody wait for an election timeout.
void Raft::Impl::hand_over() {
  for (const auto& [id, peer] : peers_) {
    if (!peer.standing.in_voters || peer.match < log_.last()) continue;
    return send(message_to(id, TimeoutNow{}));
  }
}

/// No pre-vote: the leader knows that we can win, and the others, who hear it, would refuse.
void Raft::Impl::handle(const Message&, TimeoutNow&) {
  if (role_ != Role::leader && is_voter()) start_election(true);
}

}  // namespace plumbline::raft
