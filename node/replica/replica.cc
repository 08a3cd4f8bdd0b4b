#include "node/replica/replica.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/raft/configuration.h"

namespace plumbline::replica {
namespace {

// After this the next leader has usually committed an entry and so decided what became of ours.
constexpr Nanos k_fate_patience = 1s;
constexpr std::uint64_t k_small_snapshot = 1 << 20;  // costs no more than the writes around it

}  // namespace

namespace {

/// The core knows its own defects only.
raft::Config for_core(raft::Config config) {
  config.defects = raft_part_of(config.defects);
  return config;
}

}  // namespace

Replica::Replica(Options options, raft::Restored restored, kv::StateMachine machine,
                 std::uint64_t snapshot_bytes, Shell& shell)
    : options_(std::move(options)),
      defects_(options_.raft.defects),
      kv_defects_(options_.raft.defects),
      shell_(shell),
      machine_(std::move(machine)),
      started_at_(machine_.applied()),
      applied_term_(restored.snapshot.term),
      raft_(for_core(options_.raft), restored, shell.now()),
      status_(raft_.status()),
      snapshot_index_(restored.snapshot.index),
      snapshot_bytes_(snapshot_bytes) {
  shell_.log(LogLevel::info, "recovered",
             {{"snapshot", snapshot_index_},
              {"entries", restored.entries.size()},
              {"last", status_.last_index},
              {"term", status_.term}});
}

// ---- What the world brings ----------------------------------------------------------------------

void Replica::tick() {
  step(raft::Tick{});
  unknown(writes_.given_up(shell_.now()),
          "leadership was lost before the entry was known to be committed");
}

Nanos Replica::next_deadline() const {
  return std::min(raft_.next_deadline(), writes_.next_give_up());
}

void Replica::receive(raft::Message message) { step(raft::Receive{std::move(message)}); }

void Replica::flush() {
  if (!gathered_.empty()) step(raft::Propose{std::exchange(gathered_, {})});
}

void Replica::chunk_read(raft::NodeId to, raft::SnapshotChunk chunk) {
  step(raft::ChunkRead{to, std::move(chunk)});
}

void Replica::chunk_written(const raft::SnapshotMeta& of,
                            const store::SnapshotStore::Written& written,
                            std::optional<store::SnapshotStore::Loaded> loaded) {
  if (!written.accepted) return step(raft::ChunkRefused{of, written.next_offset});
  if (loaded) received_ = std::move(loaded);
  step(raft::ChunkWritten{of, written.next_offset, written.complete});
}

// ---- The core and its effects -------------------------------------------------------------------

void Replica::step(raft::Input&& input) {
  if (ended_) return;
  raft::Effects effects = raft_.step(shell_.now(), std::move(input));
  if (observer_) observer_(effects);
  perform(effects);
}

/// In the order in which Effects lists them.
void Replica::perform(raft::Effects& effects) {
  if (effects.persist) shell_.persist(std::move(*effects.persist));
  for (raft::Message& message : effects.messages) shell_.send(std::move(message));
  for (raft::WriteChunk& what : effects.write_chunks) shell_.write_chunk(std::move(what));
  for (raft::ReadChunk& what : effects.read_chunks) {
    if (what.offset == 0)
      shell_.log(LogLevel::info, "snapshot-send",
                 {{"to", what.to}, {"index", what.snapshot.index}});
    shell_.read_chunk(std::move(what));
  }
  if (effects.restore && !restore(*effects.restore)) return;
  if (!effects.committed.empty()) apply(effects.committed);
  settle_proposals(effects);
  settle_reads(effects);
  if (effects.compacted_to) shell_.drop_log_up_to(*effects.compacted_to);
  if (effects.members_changed || effects.role_changed) role_changed();
  if (effects.members_changed) {
    shell_.members_changed(*status_.configuration);
    shell_.log(LogLevel::info, "members",
               {{"members", raft::describe(*status_.configuration)},
                {"index", status_.configuration_index}});
  }
}

void Replica::apply(const std::vector<raft::EntryPtr>& committed) {
  for (const raft::EntryPtr& entry : committed) {
    if (defects_.has(Defect::snapshot_ahead_of_state) && snapshot_due())
      make_snapshot(committed.back()->index);
    const kv::Outcome outcome = apply_one(*entry);
    applied_term_ = entry->term;
    bytes_since_snapshot_ += entry->data.size();
    settle(*entry, outcome);
  }
  for (const PendingRead& read : reads_.caught_up(raft::Index(machine_.applied())))
    answer_read(read);
  if (snapshot_due()) make_snapshot(last_in_state());
}

kv::Outcome Replica::apply_one(const raft::Entry& entry) {
  if (k_planted_compiled && !options_.raft.defects.empty())
    machine_.notice({options_.raft.id.value, shell_.wall_ms()});
  if (entry.type == raft::EntryType::command) {
    if (const auto command = kv::decode_command(entry.data))
      return machine_.apply(entry.index.value, *command);
    // Only a foreign or newer node can have proposed it. It is the same on every node, and so is
    // leaving it out.
    shell_.log(LogLevel::error, "undecodable-entry",
               {{"index", entry.index}, {"term", entry.term}});
  }
  machine_.skip(entry.index.value);
  return {.revision = entry.index.value};
}

/// The fate of what waits is not known: the next leader's first entries decide it.
void Replica::lose_leadership() {
  const bool hasty = defects_.has(Defect::definite_error_for_lost_proposal);
  writes_.leadership_lost(shell_.now() + (hasty ? Nanos{0} : k_fate_patience));
  if (!hasty) return;
  for (const PendingWrite& write : writes_.given_up(shell_.now()))
    refuse(write.to, raft::Refusal::not_leader);
}

void Replica::role_changed() {
  const raft::NodeStatus before = std::exchange(status_, raft_.status());
  const bool led = before.role == raft::Role::leader;
  const bool leads = status_.role == raft::Role::leader;
  if (led && (!leads || before.term != status_.term)) lose_leadership();
  if (leads && !led) ++figures_.leaderships;
  if (status_.role == raft::Role::candidate && before.role != status_.role) ++figures_.elections;
  if (before.role == status_.role && before.term == status_.term && before.leader == status_.leader)
    return;
  shell_.log(LogLevel::info, "role",
             {{"term", status_.term},
              {"role", raft::to_string(status_.role)},
              {"leader", status_.leader}});
}

// ---- Snapshots: made here, received from a leader -----------------------------------------------

/// A large state is not written more often than its size in commands has come, so that snapshots
/// never cost more than the log itself.
bool Replica::snapshot_due() const {
  return machine_.applied() >= snapshot_index_.value + options_.snapshot_every && !saving_ &&
         (snapshot_bytes_ <= k_small_snapshot || bytes_since_snapshot_ >= snapshot_bytes_);
}

raft::Index Replica::last_in_state() const {
  const raft::Index last(machine_.applied());
  const bool says_less =
      kv_defects_.has(kv::Defect::reapply_on_restart) && last.prev() > snapshot_index_;
  return says_less ? last.prev() : last;
}

void Replica::make_snapshot(raft::Index at) {
  if (saving_) return;
  if (at == snapshot_index_)  // nothing has changed since
    return snapshot_saved({at, applied_term_, {}});
  saving_ = true;
  // The copy is made here, between two commands; only the slow part is done beside the loop.
  std::string state = machine_.snapshot();
  snapshot_bytes_ = state.size();
  bytes_since_snapshot_ = 0;
  const raft::Term term = raft_.term_at(at).value_or(applied_term_);
  shell_.save_snapshot({at, term, raft_.configuration_at(at)}, std::move(state));
}

void Replica::snapshot_saved(const raft::SnapshotMeta& made) {
  saving_ = false;
  // While it was written a newer one may have come from the leader.
  if (made.index > snapshot_index_) {
    snapshot_index_ = made.index;
    ++figures_.snapshots_made;
    shell_.log(LogLevel::info, "snapshot-made", {{"index", made.index}, {"term", made.term}});
    // Followers up to half an interval behind are served from the log.
    const std::uint64_t tail = options_.snapshot_every / 2;
    const std::uint64_t keep_after = made.index.value > tail ? made.index.value - tail : 0;
    step(raft::SnapshotMade{made, raft::Index(keep_after)});
  }
  for (const ReturnAddress& to : std::exchange(want_snapshot_, {}))
    to.answer({.revision = made.index.value});
}

bool Replica::restore(const raft::SnapshotMeta& snapshot) {
  CHECK(received_ && received_->meta.index == snapshot.index,
        "what Raft puts in force is the snapshot that was just received whole");
  const store::SnapshotStore::Loaded loaded = std::move(*received_);
  received_.reset();
  // The file verified as what the leader sent. If it still makes no state, this node cannot go on.
  if (const Status restored = machine_.restore(loaded.state); !restored) {
    ended_ = true;
    shell_.give_up(restored.error());
    return false;
  }
  applied_term_ = snapshot.term;
  snapshot_index_ = snapshot.index;
  snapshot_bytes_ = loaded.state.size();
  bytes_since_snapshot_ = 0;
  ++figures_.snapshots_installed;
  shell_.log(LogLevel::info, "snapshot-installed",
             {{"index", snapshot.index}, {"term", snapshot.term}});
  unknown(writes_.hidden_by_snapshot(snapshot.index), "its entry is hidden by a snapshot");
  for (const PendingRead& read : reads_.caught_up(snapshot.index)) answer_read(read);
  return true;
}

}  // namespace plumbline::replica
