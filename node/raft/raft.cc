#include "node/raft/raft.h"

#include <algorithm>
#include <tuple>

#include "core/base/check.h"
#include "node/raft/impl.h"

namespace plumbline::raft {

const char* to_string(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::pre_candidate:
      return "pre_candidate";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "?";
}

const char* to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_leader:
      return "not_leader";
    case Refusal::busy:
      return "busy";
    case Refusal::no_quorum:
      return "no_quorum";
    case Refusal::invalid:
      return "invalid";
  }
  return "?";
}

namespace {

/// Whether the log goes on from the snapshot. If it ends before it, or has another entry at its
/// end, then the node stopped between the snapshot's arrival and the record that starts the log
/// over. Such a log holds nothing that is committed and not in the snapshot: it goes.
bool continues_snapshot(const std::vector<EntryPtr>& entries, const SnapshotMeta& snapshot) {
  if (entries.empty()) return snapshot.index == Index{0};
  const Index first = entries.front()->index;
  CHECK(first <= snapshot.index.next(),
        "the store must refuse a log with a gap after the snapshot");
  if (first == snapshot.index.next()) return entries.front()->term >= snapshot.term;
  if (entries.back()->index < snapshot.index) return false;
  return entries[snapshot.index.value - first.value]->term == snapshot.term;
}

}  // namespace

Raft::Impl::Impl(Config config, Restored restored, Nanos now)
    : config_(std::move(config)),
      defects_(config_.defects),
      rng_(config_.seed),
      now_(now),
      term_(restored.hard_state.term),
      vote_(restored.hard_state.vote),
      snapshot_(std::move(restored.snapshot)),
      commit_(snapshot_.index),
      applied_(snapshot_.index),
      leader_heard_at_(now) {
  CHECK(config_.first.voters.contains(config_.id) || config_.first == Configuration{},
        "a node is one of its cluster, or joins one");
  log_.restart(snapshot_.index, snapshot_.term);
  if (continues_snapshot(restored.entries, snapshot_)) {
    if (!restored.entries.empty()) log_.load(std::move(restored.entries));
  } else {
    writing().restart_after = snapshot_;
  }
  durable_ = log_.last();
  restore_members();
  recount_uncommitted();
  // A snapshot file can be durable before the hard state that was on its way when it arrived. A
  // vote in that newer term was never sent, since it would have been durable first.
  if (log_.last_term() > term_) {
    term_ = log_.last_term();
    vote_ = k_nobody;
    save_hard_state();
  }
  set_election_deadline();
}

Effects Raft::Impl::step(Nanos now, Input& input) {
  Effects effects;
  out_ = &effects;
  now_ = std::max(now_, now);
  const auto before = std::tuple(role_, term_, leader_);
  const std::uint64_t members_before = members_version_;
  std::visit([this](auto& event) { on(event); }, input);
  hand_out_committed();
  effects.persist = std::exchange(batch_, std::nullopt);
  effects.role_changed = before != std::tuple(role_, term_, leader_);
  effects.members_changed = members_before != members_version_;
  check_state();
  return effects;
}

void Raft::Impl::on(Tick&) {
  if (transfer_ && now_ >= transfer_->deadline) end_transfer(false);
  if (role_ == Role::leader) {
    check_quorum();
    if (role_ != Role::leader) return;
    forget_departed();
    if (now_ >= heartbeat_deadline_) start_round();
  } else if (now_ >= election_deadline_) {
    if (may_stand()) return start_pre_vote();
    leader_ = k_nobody;
    set_election_deadline();
  }
}

/// Who leads, or would, may be a node of a configuration that we have not heard of yet: a node that
/// lags must follow it, and vote for it, or the new members could wait for ever for one another.
/// The rules of voting and of logs keep us safe from nodes that are not members any more. An answer
/// is another matter: it is of use from those only whom we asked.
bool Raft::Impl::concerns_us(const Message& message) const {
  if (message.to != config_.id || message.from == config_.id || message.from == k_nobody)
    return false;
  const bool answer = std::holds_alternative<VoteResponse>(message.body) ||
                      std::holds_alternative<AppendResponse>(message.body) ||
                      std::holds_alternative<HeartbeatResponse>(message.body) ||
                      std::holds_alternative<SnapshotResponse>(message.body);
  return !answer || peers_.contains(message.from);
}

void Raft::Impl::on(Receive& event) {
  Message& message = event.message;
  if (!concerns_us(message)) return;
  if (defects_.has(Defect::election_timer_reset_by_any_message))
    election_deadline_ = now_ + election_wait_;
  const auto* request = std::get_if<VoteRequest>(&message.body);
  const auto* response = std::get_if<VoteResponse>(&message.body);
  // A pre-vote speaks of a term that may never be: it must not become ours.
  const bool only_asking = (request != nullptr && request->pre_vote) ||
                           (response != nullptr && response->pre_vote && response->granted);
  if (!only_asking) {
    const bool counts_anyway = response != nullptr && defects_.has(Defect::old_vote_counted);
    if (message.term < term_ && !counts_anyway) return answer_older(message);
    if (request != nullptr && leader_is_live() && !request->transfer) return;
    if (message.term > term_) become_follower(message.term);
  }
  std::visit([&](auto& body) { handle(message, body); }, message.body);
}

/// Requests from an earlier term are answered only so that their sender learns of ours.
void Raft::Impl::answer_older(const Message& message) {
  if (defects_.has(Defect::prevote_stuck)) return;
  const NodeId to = message.from;
  if (std::holds_alternative<VoteRequest>(message.body)) {
    send(message_to(to, VoteResponse{}));
  } else if (const auto* append = std::get_if<AppendRequest>(&message.body)) {
    AppendResponse refusal;
    refusal.previous_index = append->previous_index;
    send(message_to(to, refusal));
  } else if (std::holds_alternative<Heartbeat>(message.body)) {
    send(message_to(to, HeartbeatResponse{}));
  } else if (const auto* chunk = std::get_if<SnapshotChunk>(&message.body)) {
    send(message_to(to, SnapshotResponse{.index = chunk->snapshot.index}));
  }
}

void Raft::Impl::on(Propose& event) {
  // While leadership is handed over nothing new comes, or the target would never have it all. Once
  // one is refused so are the rest: they keep their order.
  bool busy = transfer_.has_value();
  for (auto& command : event.commands) {
    if (role_ != Role::leader) {
      out_->refused.push_back({command.proposal, Refusal::not_leader});
      continue;
    }
    Entry entry{term_, log_.last().next(), EntryType::command, std::move(command.data)};
    busy = busy || (uncommitted_cost_ > 0 &&
                    uncommitted_cost_ + cost_of(entry) > config_.max_uncommitted_bytes);
    if (busy) {
      out_->refused.push_back({command.proposal, Refusal::busy});
      continue;
    }
    out_->accepted.push_back({command.proposal, entry.term, entry.index});
    append(std::make_shared<const Entry>(std::move(entry)));
  }
  if (role_ == Role::leader && !out_->accepted.empty()) replicate_to_all();
}

// ---- What is written and what is durable --------------------------------------------------------

Persist& Raft::Impl::writing() {
  if (!batch_) {
    batch_.emplace().number = ++issued_;
    unsynced_.push_back({issued_, log_.last(), {}});
  }
  return *batch_;
}

void Raft::Impl::append(EntryPtr entry) {
  Persist& batch = writing();
  uncommitted_cost_ += cost_of(*entry);
  log_.append(entry);
  const bool late = role_ != Role::leader && defects_.has(Defect::config_applied_late);
  if (entry->type == EntryType::configuration && !late) adopt(*entry);
  batch.entries.push_back(std::move(entry));
  unsynced_.back().last = log_.last();
}

void Raft::Impl::truncate_from(Index index) {
  CHECK(index > commit_, "a committed entry is never cut off");
  for (Index i = index; i <= log_.last(); i = i.next())
    uncommitted_cost_ -= cost_of(*log_.entry_at(i));
  log_.truncate_from(index);
  roll_back_members(index);
  if (!defects_.has(Defect::durable_index_stale)) {
    for (auto& record : unsynced_) record.last = std::min(record.last, log_.last());
    durable_ = std::min(durable_, log_.last());
  }
  Persist& batch = writing();
  CHECK(batch.entries.empty(), "a Persist truncates before it adds");
  batch.truncate_from = index;
}

void Raft::Impl::save_hard_state() {
  if (defects_.has(Defect::vote_not_persisted)) return;
  writing().hard_state = HardState{term_, vote_};
  hard_state_number_ = issued_;
}

/// The term has to be durable too, even for an acknowledgement that needs no new entry: a node that
/// acknowledged in term 5 and woke up in term 4 could let the leader of term 4 overwrite it.
void Raft::Impl::send_when_durable(Index index, Message message) {
  const bool hard_state_durable = hard_state_number_ <= persisted_;
  if (index <= durable_ && hard_state_durable) return send(std::move(message));
  const auto enough = [&](const Unsynced& record) {
    return (index <= durable_ || record.last >= index) && record.number >= hard_state_number_;
  };
  const auto record = std::find_if(unsynced_.begin(), unsynced_.end(), enough);
  CHECK(record != unsynced_.end(), "what is not durable yet is in some Persist that is under way");
  record->held.push_back(std::move(message));
}

void Raft::Impl::on(Persisted& event) {
  CHECK(event.number <= issued_, "a disk reports only what it was given");
  while (!unsynced_.empty() && unsynced_.front().number <= event.number) {
    Unsynced record = std::move(unsynced_.front());
    unsynced_.pop_front();
    persisted_ = record.number;
    durable_ = std::max(durable_, std::min(record.last, log_.last()));
    for (auto& message : record.held)
      if (message.term == term_) send(std::move(message));
  }
  // A candidate's latest hard state is its vote for itself.
  if (role_ == Role::candidate && hard_state_number_ <= persisted_) count_vote(config_.id);
  if (role_ == Role::leader) advance_commit();
}

void Raft::Impl::set_commit(Index index) {
  CHECK(index >= commit_, "the commit index never falls");
  CHECK(index <= log_.last(), "only what is in the log can be committed");
  commit_ = index;
}

void Raft::Impl::hand_out_committed() {
  while (applied_ < commit_) {
    applied_ = applied_.next();
    EntryPtr entry = log_.entry_at(applied_);
    uncommitted_cost_ -= cost_of(*entry);
    if (defects_.has(Defect::config_applied_late) && entry->type == EntryType::configuration &&
        entry->index > configurations_.back().index)
      adopt(*entry);
    out_->committed.push_back(std::move(entry));
  }
}

void Raft::Impl::check_state() const {
  CHECK(applied_ == commit_, "all that is committed is handed out by the end of a step");
  CHECK(commit_ <= log_.last(), "the log reaches as far as what is committed");
  CHECK(snapshot_.index <= applied_, "a snapshot holds only what was applied");
  CHECK(log_.first().prev() <= snapshot_.index, "only what is in a snapshot was compacted");
  CHECK(durable_ <= log_.last() || defects_.has(Defect::durable_index_stale),
        "only what is in the log is durable");
  if (role_ != Role::leader) return;
  CHECK(vote_ == config_.id || defects_.has(Defect::vote_not_persisted),
        "a leader voted for itself");
  for (const auto& [id, peer] : peers_) CHECK(peer.match < peer.next, "match is behind next");
}

NodeStatus Raft::Impl::status() const {
  return {.id = config_.id,
          .role = role_,
          .term = term_,
          .leader = leader_,
          .vote = vote_,
          .commit = commit_,
          .applied = applied_,
          .last_index = log_.last(),
          .durable_index = durable_,
          .snapshot = {snapshot_.index, snapshot_.term, {}},
          .first_index = log_.first(),
          .configuration = configurations_.back().what,
          .configuration_index = configurations_.back().index,
          .uncommitted_bytes = uncommitted_cost_};
}

Nanos Raft::Impl::next_deadline() const {
  const Nanos next = role_ == Role::leader ? heartbeat_deadline_ : election_deadline_;
  return transfer_ ? std::min(next, transfer_->deadline) : next;
}

Raft::Raft(Config config, Restored restored, Nanos now)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(restored), now)) {}
Raft::~Raft() = default;
Raft::Raft(Raft&&) noexcept = default;
Raft& Raft::operator=(Raft&&) noexcept = default;
Effects Raft::step(Nanos now, Input input) { return impl_->step(now, input); }
NodeStatus Raft::status() const { return impl_->status(); }
std::optional<Term> Raft::term_at(Index index) const { return impl_->log().term_at(index); }
EntryPtr Raft::entry_at(Index index) const { return impl_->log().entry_at(index); }
Configuration Raft::configuration_at(Index index) const { return impl_->configuration_at(index); }
Nanos Raft::next_deadline() const { return impl_->next_deadline(); }

}  // namespace plumbline::raft
