/// Reads in rounds. Every heartbeat and append carries the number of the latest round; a peer's
/// answer echoes it. A read is linearizable when a quorum echoed a round that was *started after
/// the read arrived*: no later leader existed when the first of them answered (its voters would
/// have refused us), so nothing was committed elsewhere before the read was asked, and our commit
/// index at its arrival covers all that was. A peer may forget the term in which it echoed
/// (heartbeats wait for no disk); the argument is about votes cast before the echo, and those are
/// durable before they are sent. While members change nothing is different: who leads next was
/// elected by the configuration in force here or by the one before or after it, and of two that
/// follow one another each majority needed by the one meets one needed by the other.
///
/// The same for leases: new voters enter by a joint configuration that a majority of them has to
/// acknowledge, and who acknowledges has heard us, later than any round of before.

#include <algorithm>

#include "core/base/check.h"
#include "node/raft/impl.h"
#include "node/raft/quorum.h"

namespace plumbline::raft {
namespace {

/// How much faster than ours a peer's clock may run before leases lose their meaning: 1 / 0.9.
constexpr double k_lease_share = 0.9;

Nanos lease_length(const Config& config) {
  const auto share = static_cast<double>(config.election_timeout_min.count()) * k_lease_share;
  // The shell answers some time after the step that found the lease valid: a tick, at most.
  return Nanos{static_cast<std::int64_t>(share)} - config.heartbeat_interval / 2;
}

}  // namespace

void Raft::Impl::on(Read& read) {
  if (role_ != Role::leader) {
    out_->refused_reads.push_back({read.id, Refusal::not_leader});
  } else if (defects_.has(Defect::read_local_leader)) {
    out_->reads.push_back({read.id, commit_});
  } else if (commit_ < term_start_ && !defects_.has(Defect::skip_pre_commit_read_barrier)) {
    // What earlier leaders committed is known only when our first entry is committed.
    early_reads_.push_back(read);
  } else {
    admit(read);
  }
}

void Raft::Impl::admit(const Read& read) {
  const bool lease =
      now_ < lease_until_ || (confirmed_ > Round{0} && defects_.has(Defect::lease_never_expires));
  if (read.mode == ReadMode::lease && lease) {
    out_->reads.push_back({read.id, commit_});
    return;
  }
  const bool in_flight = !reads_.empty();
  if (!in_flight) start_round();
  const bool join = !in_flight || defects_.has(Defect::read_joins_round_in_flight);
  reads_.push_back({read.id, commit_, join ? round_ : round_.next()});
  confirm_rounds();  // alone, we are a quorum
}

void Raft::Impl::admit_early_reads() {
  for (const Read& read : std::exchange(early_reads_, {})) admit(read);
}

void Raft::Impl::refuse_reads(Refusal why) {
  for (const auto& read : reads_) out_->refused_reads.push_back({read.id, why});
  for (const auto& read : early_reads_) out_->refused_reads.push_back({read.id, why});
  reads_.clear();
  early_reads_.clear();
}

/// Started by the heartbeat clock and by reads. A lost one is not repeated: a later one confirms
/// all that it would have.
void Raft::Impl::start_round() {
  round_ = round_.next();
  sent_rounds_.push_back({round_, now_});
  heartbeat_deadline_ = now_ + config_.heartbeat_interval;
  for (const auto& [id, peer] : peers_) {
    const bool all = defects_.has(Defect::heartbeat_commits_past_match);
    send(message_to(
        id, Heartbeat{.commit = all ? commit_ : std::min(commit_, peer.match), .round = round_}));
  }
  confirm_rounds();
}

void Raft::Impl::echoed(Progress& peer, Round round) {
  if (round <= peer.round || round > round_) return;
  peer.round = round;
  confirm_rounds();
}

void Raft::Impl::confirm_rounds() {
  const Round reached = reached_by_quorum(
      round_, [](const Progress& peer) { return peer.round; },
      defects_.has(Defect::read_quorum_minus_one) ? 1 : 0);
  if (reached > confirmed_) confirmed_ = reached;
  // The lease runs from when the round was sent: when an answer arrived says nothing of when the
  // peer started its promise.
  while (!sent_rounds_.empty() && sent_rounds_.front().round <= confirmed_) {
    const bool from_ack = defects_.has(Defect::lease_from_ack_time);
    const Nanos from = from_ack ? now_ : sent_rounds_.front().sent_at;
    if (!lease_void_) lease_until_ = std::max(lease_until_, from + lease_length(config_));
    sent_rounds_.pop_front();
  }
  while (!reads_.empty() && reads_.front().round <= confirmed_) {
    out_->reads.push_back({reads_.front().id, reads_.front().index});
    reads_.pop_front();
  }
  if (!reads_.empty() && reads_.front().round > round_) start_round();
}

}  // namespace plumbline::raft
