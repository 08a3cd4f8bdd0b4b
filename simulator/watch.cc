#include "simulator/watch.h"

#include <utility>

#include "core/base/text.h"
#include "node/kv/commands.h"
#include "node/raft/configuration.h"
#include "simulator/node.h"
#include "simulator/world.h"

namespace plumbline::simulator {
namespace {

using raft::Role;

bool is_member(const raft::Configuration& members, raft::NodeId id) { return members.has(id); }

}  // namespace

Watch::Watch(World& world, std::size_t nodes, bool invariants, bool trace)
    : world_(world), check_(invariants), trace_on_(trace), seen_(nodes) {}

void Watch::violated(const std::string& what) {
  if (check_ && violation_.empty()) {
    violation_ = what;
    trace({.at = world_.now(), .kind = TraceEvent::Kind::note, .text = what});
  }
}

void Watch::trace(TraceEvent event) {
  if (trace_on_) trace_.push_back(std::move(event));
}

// ---- A node's life ------------------------------------------------------------------------------

void Watch::started(SimNode& node, const raft::Restored& restored, const std::string& repaired) {
  Seen& seen = seen_[node.place()];
  const raft::NodeStatus status = node.replica().raft().status();
  seen = {.led_until = {},
          .woke_with = restored.hard_state,
          .members_at = status.configuration_index,
          .members = *status.configuration,
          .compared = node.replica().machine().applied()};
  if (!repaired.empty()) reached(State::restart_with_torn_tail);
  if (restored.snapshot.index.value > 0) reached(State::restart_from_snapshot);
  if (check_) invariants_.started({node.id(), &node.replica().raft(), &node.durable()});
  if (trace_on_)
    trace({.at = world_.now(),
           .kind = TraceEvent::Kind::started,
           .node = static_cast<int>(node.place()) + 1,
           .text = repaired});
}

void Watch::stopped(const SimNode& node) {
  if (check_) invariants_.stopped(node.id());
  if (trace_on_)
    trace({.at = world_.now(),
           .kind = TraceEvent::Kind::crashed,
           .node = static_cast<int>(node.place()) + 1});
}

void Watch::paused(const SimNode& node, bool now) {
  if (trace_on_)
    trace({.at = world_.now(),
           .kind = now ? TraceEvent::Kind::paused : TraceEvent::Kind::resumed,
           .node = static_cast<int>(node.place()) + 1,
           .to = 0,
           .message = 0,
           .text = {}});
}

// ---- Steps --------------------------------------------------------------------------------------

void Watch::stepped(SimNode& node, const raft::Effects& effects) {
  if (check_) {
    invariants_.stepped(node.id(), effects);
    if (invariants_.violation()) violated(*invariants_.violation());
  }
  Seen& seen = seen_[node.place()];
  if (effects.restore) reached(State::snapshot_installed);
  for (const raft::TransferEnded& ended : effects.transfers)
    reached(ended.done ? State::transfer_done : State::transfer_failed);
  const bool cuts = effects.persist && effects.persist->truncate_from;
  if (!effects.role_changed && !effects.members_changed && !cuts && effects.committed.empty())
    return;
  const raft::NodeStatus now = node.replica().raft().status();
  look_at_log(seen, now, effects);
  if (effects.role_changed) look_at_role(node, seen, now);
  if (effects.members_changed) look_at_members(node, seen, now);
}

void Watch::look_at_log(Seen& seen, const raft::NodeStatus& now, const raft::Effects& effects) {
  if (effects.persist && effects.persist->truncate_from) {
    reached(State::conflict_truncated);
    if (*effects.persist->truncate_from <= seen.led_until) {
      reached(State::own_entries_lost);
      seen.led_until = {};
    }
  }
  if (effects.committed.empty()) return;
  if (now.role == Role::leader && effects.committed.front()->term < now.term &&
      effects.committed.back()->term == now.term)
    reached(State::old_term_committed);
  if (world_.setup().weather.sessions) look_for_repeats(effects.committed);
}

void Watch::look_for_repeats(const std::vector<raft::EntryPtr>& committed) {
  for (const raft::EntryPtr& entry : committed) {
    if (entry->index.value <= repeats_looked_for_to_) continue;
    repeats_looked_for_to_ = entry->index.value;
    if (entry->type != raft::EntryType::command) continue;
    const auto command = kv::decode_command(entry->data);
    if (!command || command->session == 0) continue;
    std::uint64_t& highest = sequences_[command->session];
    if (command->sequence <= highest) reached(State::session_retry);
    highest = std::max(highest, command->sequence);
  }
}

void Watch::look_at_role(SimNode& node, Seen& seen, const raft::NodeStatus& now) {
  const raft::NodeStatus& before = node.replica().status();
  if (trace_on_ && (before.role != now.role || before.term != now.term))
    trace({.at = world_.now(),
           .kind = TraceEvent::Kind::role,
           .node = static_cast<int>(node.place()) + 1,
           .text = str(raft::to_string(now.role), " ", now.term)});
  if (before.role == Role::candidate && now.role == Role::follower) reached(State::election_lost);
  if (before.role == Role::leader && now.role != Role::leader) {
    seen.led_until = now.last_index;
    if (!is_member(*now.configuration, now.id))
      reached(State::leader_removed);
    else if (before.term == now.term)
      reached(State::leader_stepped_down);
  }
  if (now.role != Role::leader || before.role == Role::leader) return;
  reached(State::leader_elected);
  if (now.configuration->is_joint()) reached(State::leader_changed_in_joint);
  for (const auto& other : world_.nodes())
    if (other->place() != node.place() && other->leads()) {
      reached(State::two_leaders);
      break;
    }
}

void Watch::look_at_members(SimNode&, Seen& seen, const raft::NodeStatus& now) {
  const raft::Configuration& members = *now.configuration;
  if (now.configuration_index < seen.members_at) reached(State::configuration_rolled_back);
  if (members.is_joint() && !seen.members.is_joint()) reached(State::joint_entered);
  if (!members.is_joint() && seen.members.is_joint()) reached(State::joint_left);
  for (const raft::NodeId voter : members.voters)
    if (seen.members.learners.contains(voter)) reached(State::learner_promoted);
  seen.members_at = now.configuration_index;
  seen.members = members;
}

void Watch::applied(SimNode& node) {
  if (!check_) return;
  Seen& seen = seen_[node.place()];
  const kv::StateMachine& machine = node.replica().machine();
  const std::uint64_t index = machine.applied();
  if (index == seen.compared) return;
  seen.compared = index;
  if (hashes_.size() <= index) hashes_.resize(2 * index + 1);
  const std::uint64_t hash = machine.hash();
  std::uint64_t& known = hashes_[index];
  if (known == 0) known = hash;
  if (known != hash)
    violated(str("applied state: ", node.name(), "'s state at ", index,
                 " is not what another node's was there"));
}

void Watch::received(SimNode& node, const raft::Message& message) {
  const auto* vote = std::get_if<raft::VoteRequest>(&message.body);
  if (vote == nullptr || vote->pre_vote) return;
  const raft::HardState& woke = seen_[node.place()].woke_with;
  if (woke.vote != raft::k_nobody && woke.term == message.term) reached(State::vote_after_restart);
}

void Watch::lost(std::size_t from, std::size_t to, std::uint64_t id, const raft::Message& message) {
  if (std::holds_alternative<raft::SnapshotChunk>(message.body))
    reached(State::snapshot_chunk_lost);
  if (trace_on_)
    trace({.at = world_.now(),
           .kind = TraceEvent::Kind::lost,
           .node = static_cast<int>(from) + 1,
           .to = static_cast<int>(to) + 1,
           .message = id});
}

}  // namespace plumbline::simulator
