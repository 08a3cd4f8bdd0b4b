/// Who takes part. The newest configuration in the log is in force from when it is appended,
/// committed or not, and goes when its entry is cut off: two nodes can then differ by one change at
/// most, and a change of voters passes through a joint configuration, whose majorities meet those
/// of both sides. (In force only once committed it would not do: a leader must not commit an entry
/// by the old majority that the new one, already electing, knows nothing of.)

#include <algorithm>
#include <iterator>

#include "core/base/check.h"
#include "node/raft/configuration.h"
#include "node/raft/impl.h"

namespace plumbline::raft {
namespace {

/// By one voter, as in changes of a single server (dissertation 4.2): a planted mistake uses it.
bool differ_by_one(const Configuration& one, const Configuration& other) {
  std::vector<NodeId> difference;
  std::set_symmetric_difference(one.voters.begin(), one.voters.end(), other.voters.begin(),
                                other.voters.end(), std::back_inserter(difference));
  return difference.size() == 1;
}

}  // namespace

bool Raft::Impl::is_alone() const {
  return standing_.in_voters && voters_needed_ == 1 && outgoing_needed_ == 0 &&
         members().voters.size() == 1;
}

/// Who is no voter in a configuration that may not be committed stands all the same if it was one
/// before: it may be the only one that has the entry, and then no other log is good enough to be
/// elected. It does not vote for itself. (Dissertation, 4.2.2.)
bool Raft::Impl::may_stand() const {
  if (is_voter()) return true;
  if (configurations_.size() < 2 || configurations_.back().index <= commit_) return false;
  return std::prev(configurations_.end(), 2)->what->is_voter(config_.id);
}

/// From what the disk gave: the snapshot's, then those of the log.
void Raft::Impl::restore_members() {
  start_members(snapshot_.index, snapshot_.configuration);
  if (defects_.has(Defect::config_applied_late)) return;
  for (Index i = std::max(snapshot_.index.next(), log_.first()); i <= log_.last(); i = i.next())
    if (const EntryPtr entry = log_.entry_at(i); entry->type == EntryType::configuration)
      adopt(*entry);
}

/// Nothing before `index` is known any more, and nothing after it yet.
void Raft::Impl::start_members(Index index, const Configuration& configuration) {
  const bool none = configuration.voters.empty() || defects_.has(Defect::config_lost_in_snapshot);
  const Configuration& now = none ? config_.first : configuration;
  const bool same = !configurations_.empty() && members() == now;
  auto what = same ? configurations_.back().what : std::make_shared<const Configuration>(now);
  configurations_.assign(1, {index, std::move(what)});
  if (!same) members_changed();
}

void Raft::Impl::adopt(const Entry& entry) {
  auto configuration = decode_configuration(entry.data);
  // The disk gave back something that no node ever wrote: it cannot be acted upon.
  if (!configuration || configuration->voters.empty()) return;
  configurations_.push_back(
      {entry.index, std::make_shared<const Configuration>(std::move(*configuration))});
  members_changed();
}

void Raft::Impl::roll_back_members(Index from) {
  if (configurations_.back().index < from || defects_.has(Defect::config_not_rolled_back)) return;
  while (configurations_.back().index >= from) configurations_.pop_back();
  CHECK(!configurations_.empty(), "what is in a snapshot is never cut off");
  members_changed();
}

/// Those before the one that is in force at the snapshot's end.
void Raft::Impl::forget_old_members() {
  auto base = configurations_.begin();
  while (std::next(base) != configurations_.end() && std::next(base)->index <= snapshot_.index)
    ++base;
  configurations_.erase(configurations_.begin(), base);
}

Configuration Raft::Impl::configuration_at(Index index) const {
  auto found = configurations_.rbegin();
  while (found->index > index && std::next(found) != configurations_.rend()) ++found;
  return *found->what;
}

void Raft::Impl::members_changed() {
  ++members_version_;
  unsettled_ = true;
  apply_members();
}

void Raft::Impl::apply_members() {
  const Configuration& now = members();
  const bool all_count = defects_.has(Defect::learner_counts);
  const auto standing_of = [&](NodeId id) {
    const bool learns = all_count && now.learners.contains(id);
    return Standing{now.voters.contains(id) || learns, now.outgoing.contains(id)};
  };
  voters_needed_ = majority_of(now.voters.size());
  outgoing_needed_ = now.is_joint() ? majority_of(now.outgoing.size()) : 0;
  standing_ = standing_of(config_.id);
  if (role_ == Role::leader && defects_.has(Defect::removed_leader_counts_itself))
    standing_.in_voters = true;
  for (const auto* group : {&now.voters, &now.outgoing, &now.learners})
    for (const NodeId id : *group) add_peer(id);
  for (auto peer = peers_.begin(); peer != peers_.end();) {
    peer->second.standing = standing_of(peer->first);
    peer->second.member = now.has(peer->first);
    if (peer->second.member) peer->second.leaves_at = Nanos{0};
    // A leader goes on sending to those who left, so that they learn of it: forget_departed().
    const bool stays = peer->second.member || role_ == Role::leader;
    peer = stays ? std::next(peer) : peers_.erase(peer);
  }
}

void Raft::Impl::add_peer(NodeId id) {
  if (id == config_.id) return;
  const auto [peer, is_new] = peers_.try_emplace(id);
  if (!is_new) return;
  peer->second.next = std::max(log_.last(), Index{1});  // the entry that made it a member
  peer->second.heard_at = now_;
}

/// A new leader's: everything that was known of peers is of an earlier term. Who leaves by a change
/// that is not committed is among them.
void Raft::Impl::choose_peers() {
  peers_.clear();
  unsettled_ = true;
  apply_members();
  if (configurations_.size() > 1 && configurations_.back().index > commit_) {
    const Configuration& before = *std::prev(configurations_.end(), 2)->what;
    for (const auto* group : {&before.voters, &before.outgoing, &before.learners})
      for (const NodeId id : *group) add_peer(id);
  }
  for (auto& [id, peer] : peers_) {
    peer.member = members().has(id);
    peer.next = log_.last().next();
  }
}

/// Once its removal is committed, a peer has an election timeout to hear of it. It can do no harm
/// if it does not: it asks for pre-votes that nobody who hears a leader grants.
void Raft::Impl::forget_departed() {
  if (configurations_.back().index > commit_) return;
  for (auto peer = peers_.begin(); peer != peers_.end();) {
    Progress& progress = peer->second;
    if (!progress.member && progress.leaves_at == Nanos{0})
      progress.leaves_at = now_ + config_.election_timeout_max;
    const bool gone = !progress.member && now_ >= progress.leaves_at;
    peer = gone ? peers_.erase(peer) : std::next(peer);
  }
}

// ---- A leader changes members -------------------------------------------------------------------

/// Another change while one is uncommitted could overtake it: the two leaders that know of one each
/// would need majorities that do not meet. And before an entry of its own term is committed, a
/// leader does not know whether one of an earlier leader is.
void Raft::Impl::on(ChangeMembers& event) {
  const auto refuse_as = [&](Refusal why) { out_->refused.push_back({event.proposal, why}); };
  if (role_ != Role::leader) return refuse_as(Refusal::not_leader);
  const bool under_way = (configurations_.back().index > commit_ || members().is_joint()) &&
                         !defects_.has(Defect::second_change_in_flight);
  const bool early = defects_.has(Defect::change_before_own_term_commit);
  const bool singly = early || defects_.has(Defect::second_change_in_flight) ||
                      defects_.has(Defect::config_not_rolled_back);
  if (transfer_ || under_way || (commit_ < term_start_ && !early)) return refuse_as(Refusal::busy);
  Configuration& wanted = event.wanted;
  wanted.outgoing.clear();
  if (!change_makes_sense(wanted)) return refuse_as(Refusal::invalid);
  if (wanted.voters != members().voters && !(singly && differ_by_one(wanted, members()))) {
    wanted.outgoing = members().voters;
    for (const NodeId id : wanted.outgoing)  // those who leave have to be reached until then
      if (const auto contact = members().contacts.find(id); contact != members().contacts.end())
        wanted.contacts.insert(*contact);
  }
  if (!decode_configuration(encode(wanted))) return refuse_as(Refusal::invalid);
  append_members(wanted);
  out_->accepted.push_back({event.proposal, term_, log_.last()});
  if (defects_.has(Defect::joint_left_early)) settle_members();
  replicate_to_all();
}

bool Raft::Impl::change_makes_sense(const Configuration& wanted) const {
  if (wanted.voters.empty() || !decode_configuration(encode(wanted))) return false;
  for (const NodeId id : wanted.voters) {
    if (members().voters.contains(id)) continue;
    const auto peer = peers_.find(id);
    if (peer == peers_.end() || !members().learners.contains(id) || !is_caught_up(peer->second))
      return false;
  }
  return true;
}

/// A voter that lacks much would leave the cluster without a quorum until it has caught up.
bool Raft::Impl::is_caught_up(const Progress& learner) const {
  return learner.flow == Flow::replicate &&
         learner.match.value + config_.max_promotion_lag >= log_.last().value &&
         now_ - learner.heard_at < config_.election_timeout_max;
}

void Raft::Impl::append_members(const Configuration& configuration) {
  append(std::make_shared<const Entry>(
      Entry{term_, log_.last().next(), EntryType::configuration, encode(configuration)}));
}

/// Leaves the joint configuration once that is committed (whoever began it), and gives up leading
/// once one without us is: until then nobody else may know enough to lead.
void Raft::Impl::settle_members() {
  const bool early = members().is_joint() && defects_.has(Defect::joint_left_early);
  if (configurations_.back().index > commit_ && !early) return;
  if (members().is_joint()) {
    Configuration next = members();
    next.outgoing.clear();
    std::erase_if(next.contacts, [&](const auto& contact) { return !next.has(contact.first); });
    append_members(next);
    return replicate_to_all();
  }
  unsettled_ = false;
  if (is_voter()) return;
  start_round();  // with the news that it is committed
  hand_over();
  become_follower(term_);
}

}  // namespace plumbline::raft
