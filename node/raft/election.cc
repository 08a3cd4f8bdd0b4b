#include <algorithm>

#include "core/base/check.h"
#include "node/raft/impl.h"
#include "node/raft/quorum.h"

namespace plumbline::raft {

/// A node that heard a leader less than election_timeout_min ago takes no part in electing another.
/// This keeps a node with a bad connection from disturbing the rest, and leases rest on it: a
/// quorum that answered at some time gives no vote for election_timeout_min after it, and every
/// later leader needs one vote out of that quorum. The promise must outlive a restart, and nothing
/// of it is on disk. So a node that starts behaves as if it had heard a leader at that moment
/// (leader_heard_at_ is the start time): whatever it promised before it stopped has run out when it
/// votes again. Its own candidacy is as late, since its first election deadline is at least
/// election_timeout_min away. Learning of a newer term does not end the promise either:
/// leader_heard_at_ stays.
bool Raft::Impl::leader_is_live() const {
  if (role_ == Role::leader) return true;  // check_quorum() sees to it that this is not for ever
  if (defects_.has(Defect::vote_despite_live_leader)) return false;
  return now_ < leader_heard_at_ + config_.election_timeout_min;
}

void Raft::Impl::set_election_deadline() {
  const auto low = config_.election_timeout_min.count();
  const auto high = std::max(low, config_.election_timeout_max.count());
  const Nanos wait{rng_.between(low, high)};
  if (election_wait_ == Nanos{0} || !defects_.has(Defect::election_timer_reset_by_any_message))
    election_wait_ = wait;
  // Alone there is nobody to wait for, but for its own vote to be durable; and, for who has just
  // become the only voter, for the lease of the leader that leaves: see leader_is_live(). Where the
  // term's vote is our own nothing was promised to anybody: the term has no other leader, and to
  // those of before we do not answer.
  const bool promised_nothing = term_ == Term{0} || vote_ == config_.id;
  const bool at_once = is_alone() && role_ == Role::follower && promised_nothing;
  election_deadline_ = at_once ? now_ : now_ + election_wait_;
}

/// Asks whether an election could be won, without touching any term: a node that cannot win (cut
/// off, or with an old log) would only force the others into new terms.
void Raft::Impl::start_pre_vote() {
  role_ = Role::pre_candidate;
  leader_ = k_nobody;
  votes_.clear();
  if (defects_.has(Defect::vote_cleared_on_step_down)) clear_vote();
  set_election_deadline();
  VoteRequest request = vote_request();
  request.pre_vote = true;
  for (const auto& [id, peer] : peers_)
    if (peer.standing.counts()) send({config_.id, id, term_.next(), request});
  count_vote(config_.id);
}

VoteRequest Raft::Impl::vote_request() const {
  return {.pre_vote = false,
          .transfer = false,
          .last_index = log_.last(),
          .last_term = log_.last_term()};
}

void Raft::Impl::start_election(bool transfer) {
  role_ = Role::candidate;
  leader_ = k_nobody;
  term_ = term_.next();
  vote_ = config_.id;
  votes_.clear();
  save_hard_state();
  set_election_deadline();
  // Requests go out and our own vote counts when term and vote are durable: see on(Persisted). A
  // candidate that asked first, crashed and forgot could vote for another in the same term.
  VoteRequest request = vote_request();
  request.transfer = transfer;
  for (const auto& [id, peer] : peers_)
    if (peer.standing.counts()) send_when_durable(Index{0}, message_to(id, request));
  if (hard_state_number_ <= persisted_) count_vote(config_.id);  // only with vote-not-persisted
}

std::size_t Raft::Impl::votes_in(bool Standing::* half) const {
  const auto counts = [&](NodeId id) {
    if (id == config_.id) return standing_.*half;
    const auto peer = peers_.find(id);
    return peer != peers_.end() && peer->second.standing.*half;
  };
  return static_cast<std::size_t>(std::count_if(votes_.begin(), votes_.end(), counts));
}

void Raft::Impl::count_vote(NodeId from) {
  const bool counted = std::find(votes_.begin(), votes_.end(), from) != votes_.end();
  if (!counted || defects_.has(Defect::double_vote_count)) votes_.push_back(from);
  if (votes_in(&Standing::in_voters) < voters_needed_ ||
      votes_in(&Standing::in_outgoing) < outgoing_needed_)
    return;
  if (role_ == Role::pre_candidate)
    start_election();
  else
    become_leader();
}

void Raft::Impl::become_leader() {
  CHECK(role_ == Role::candidate && vote_ == config_.id, "only a candidate wins");
  role_ = Role::leader;
  leader_ = config_.id;
  const Index next = log_.last().next();
  choose_peers();
  // Rounds count from the start in each term; an echo carries its term, and nobody leads the same
  // term twice, so that (term, round) never comes again.
  round_ = Round{1};
  confirmed_ = Round{0};
  sent_rounds_.assign(1, {round_, now_});
  lease_until_ = Nanos{0};
  lease_void_ = false;
  if (transfer_) end_transfer(false);
  heartbeat_deadline_ = now_ + config_.heartbeat_interval;
  // Entries of earlier terms are committed only along with one of this term: here it is.
  term_start_ = next;
  append(std::make_shared<const Entry>(Entry{term_, next, EntryType::no_op, {}}));
  replicate_to_all();
}

void Raft::Impl::become_follower(Term term, Refusal why) {
  CHECK(term >= term_, "terms never fall");
  if (term > term_) {
    term_ = term;
    vote_ = k_nobody;
    leader_ = k_nobody;
    save_hard_state();
  } else if (defects_.has(Defect::vote_cleared_on_step_down)) {
    clear_vote();
  }
  if (role_ == Role::leader) {
    leader_ = k_nobody;
    refuse_reads(why);
    lease_until_ = Nanos{0};
    set_election_deadline();
  }
  role_ = Role::follower;
}

void Raft::Impl::clear_vote() {
  if (vote_ == k_nobody) return;
  vote_ = k_nobody;
  save_hard_state();
}

/// Term before index: a long log of an old leader loses to a short one of a newer leader, whose
/// entries may be committed.
bool Raft::Impl::up_to_date(const VoteRequest& request) const {
  if (defects_.has(Defect::candidate_forgets_log_check) ||
      (request.transfer && defects_.has(Defect::transfer_to_lagging_target)))
    return true;
  if (defects_.has(Defect::log_check_index_first) && request.last_index != log_.last())
    return request.last_index > log_.last();
  if (request.last_term != log_.last_term()) return request.last_term > log_.last_term();
  return request.last_index >= log_.last();
}

void Raft::Impl::handle(const Message& message, VoteRequest& request) {
  if (request.pre_vote) {
    const bool granted = message.term > term_ && !leader_is_live() && up_to_date(request);
    // Granted: in the term asked for, so that the asker knows which campaign it belongs to.
    // Refused: in our own, so that an asker that is behind catches up instead of asking the same
    // for ever.
    Message answer = message_to(message.from, VoteResponse{.pre_vote = true, .granted = granted});
    if (granted) answer.term = message.term;
    if (!granted && defects_.has(Defect::prevote_stuck)) return;
    return send(std::move(answer));
  }
  const bool free = vote_ == k_nobody || vote_ == message.from;
  if (!free || !up_to_date(request)) return send(message_to(message.from, VoteResponse{}));
  if (vote_ == k_nobody) {
    vote_ = message.from;
    save_hard_state();
  }
  set_election_deadline();
  Message vote = message_to(message.from, VoteResponse{.pre_vote = false, .granted = true});
  if (defects_.has(Defect::vote_before_durable)) return send(std::move(vote));
  send_when_durable(Index{0}, std::move(vote));
}

void Raft::Impl::handle(const Message& message, VoteResponse& response) {
  if (!response.granted) return;  // a newer term in it was noticed already
  const bool ours = response.pre_vote ? role_ == Role::pre_candidate && message.term == term_.next()
                                      : role_ == Role::candidate;
  if (ours) count_vote(message.from);
}

}  // namespace plumbline::raft
