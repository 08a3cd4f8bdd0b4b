#pragma once
/// Raft: one node of the consensus protocol, as a pure function over plain data: an event in,
/// effects out. No clock, thread, socket, file or random source inside; time comes with each step.
///
/// The contract with the shell that performs the effects:
///  - it performs the fields of Effects in the order in which they are listed;
///  - it writes and syncs each Persist in the order given, any number of them with one sync, and
///  then
///    reports Persisted with the number of the last one that is durable. Everything that promises
///    durability (a vote, an acknowledgement, own votes) comes out only in the step that learns of
///    it, so sending never has to wait: the shell may send at once whatever a step gives;
///  - `committed` is applied in order, before `reads` are answered;
///  - it may drop, delay, duplicate or reorder messages at will.
/// Threads: none; calls must not overlap. Bugs of ours abort (CHECK); nothing a peer or a disk can
/// say does.
/// Source: Ongaro's dissertation: elections 3.4, replication 3.5, safety 3.6, pre-vote 9.6,
/// check-quorum 6.2, ReadIndex 6.4, leases 6.4.1, compaction 5, parallel disk write 10.2.1, members
/// 4.3, transfer 3.10.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/raft/messages.h"
#include "node/raft/types.h"

namespace plumbline::raft {

// ---- Events -------------------------------------------------------------------------------------

/// Time has passed. Wanted at least every heartbeat_interval / 2.
struct Tick {};
struct Receive {
  Message message;
};
/// Client commands, in order; all are appended with one Persist. Each has the shell's own number.
struct Propose {
  struct Command {
    std::uint64_t proposal = 0;
    std::string data;
  };
  std::vector<Command> commands;
};
enum class ReadMode : std::uint8_t { read_index, lease };
struct Read {
  ReadId id;
  ReadMode mode = ReadMode::read_index;
};
/// All Persists up to and with this number are durable.
struct Persisted {
  std::uint64_t number = 0;
};
/// The shell has a durable snapshot of its state machine at `snapshot.index` (made here, not
/// received). Entries up to keep_after may be dropped. Requires: snapshot.index <= applied.
struct SnapshotMade {
  SnapshotMeta snapshot;
  Index keep_after;  ///< entries after it stay for slow followers; <= snapshot.index
};
/// A chunk read from our snapshot file, in answer to ReadChunk; or that file is gone (empty total).
struct ChunkRead {
  NodeId to;
  SnapshotChunk chunk;
};
/// A chunk handed out as WriteChunk is written; when it was the last: the whole is verified,
/// durable and will be what a restart loads.
struct ChunkWritten {
  SnapshotMeta snapshot;
  std::uint64_t next_offset = 0;
  bool complete = false;
};
/// A chunk did not fit (wrong offset, bad checksum) or the finished file did not verify.
struct ChunkRefused {
  SnapshotMeta snapshot;
  std::uint64_t next_offset = 0;  ///< where the sender has to go on; 0: from the start
};
/// Asks the leader to make `wanted` the configuration (its `outgoing` is ignored). Voters change
/// by way of a joint configuration that the leader enters and leaves by itself; learners and
/// contacts alone change at once. Settled like a command: accepted at the index of the first entry
/// it takes (committed: it will come about, whoever leads), or refused: not_leader; busy (another
/// change is under way, nothing of this term is committed yet, or leadership is being handed over);
/// invalid (`wanted` has no voters, or makes a voter of a node that is no learner caught up).
struct ChangeMembers {
  std::uint64_t proposal = 0;
  Configuration wanted;
};
/// Asks the leader to hand over to `to`. Proposals are refused as busy until that has happened or
/// an election timeout has passed. Answered by a TransferEnded, or by a ProposalRefused:
/// not_leader, busy (one is under way), invalid (`to` is no voter, or leads already). A leader
/// that sent TimeoutNow answers reads by rounds alone for the rest of its term, handed over or not.
struct TransferLeadership {
  std::uint64_t proposal = 0;
  NodeId to;
};
using Input = std::variant<Tick, Receive, Propose, Read, Persisted, SnapshotMade, ChunkRead,
                           ChunkWritten, ChunkRefused, ChangeMembers, TransferLeadership>;

// ---- Effects ------------------------------------------------------------------------------------

struct Persist {
  std::uint64_t number = 0;  ///< 1, 2, 3, ... in this process's life
  std::optional<HardState> hard_state;
  /// First of all: forget every entry at or after this index (already written ones too).
  std::optional<Index> truncate_from;
  std::vector<EntryPtr> entries;  ///< contiguous
  /// Log starts over after this snapshot (whose file is durable already): all entries go first.
  std::optional<SnapshotMeta> restart_after;
};
struct WriteChunk {
  NodeId from;
  SnapshotChunk chunk;
};
struct ReadChunk {
  NodeId to;
  SnapshotMeta snapshot;
  std::uint64_t offset = 0;
};
struct ProposalAccepted {
  std::uint64_t proposal = 0;
  Term term;
  Index index;  ///< if another term's entry is committed there, the command never will be
};
enum class Refusal : std::uint8_t { not_leader, busy, no_quorum, invalid };
const char* to_string(Refusal refusal);
struct ProposalRefused {  ///< certainly not in any log
  std::uint64_t proposal = 0;
  Refusal why = Refusal::not_leader;
};
struct TransferEnded {
  std::uint64_t proposal = 0;
  bool done = false;  ///< another node leads; false: nobody took over in time, we lead on
};
struct ReadReady {  ///< linearizable if answered from a state that has applied `index` or later
  ReadId id;
  Index index;
};
struct ReadRefused {
  ReadId id;
  Refusal why = Refusal::not_leader;
};

struct Effects {
  std::optional<Persist> persist;
  std::vector<Message> messages;
  std::vector<WriteChunk> write_chunks;
  std::vector<ReadChunk> read_chunks;
  /// The state machine is replaced by this snapshot, before `committed` is applied.
  std::optional<SnapshotMeta> restore;
  std::vector<EntryPtr>
      committed;  ///< to be applied, in order, each exactly once in a process's life
  std::vector<ProposalAccepted> accepted;
  std::vector<ProposalRefused> refused;
  std::vector<TransferEnded> transfers;
  std::vector<ReadReady> reads;
  std::vector<ReadRefused> refused_reads;
  /// Entries up to here are not needed any more: the shell may delete WAL segments.
  std::optional<Index> compacted_to;
  bool members_changed = false;  ///< status().configuration is another: peers come or go
  bool role_changed = false;     ///< role, term or leader: the shell logs a line and tells clients
};

// ---- The node -----------------------------------------------------------------------------------

struct NodeStatus {
  NodeId id;
  Role role = Role::follower;
  Term term;
  NodeId leader = k_nobody;  ///< as far as this node knows
  NodeId vote = k_nobody;
  Index commit;
  Index applied;
  Index last_index;
  Index durable_index;
  SnapshotMeta snapshot;  ///< without its configuration: see configuration_at()
  Index first_index;      ///< of the log in memory
  /// In force: the newest in the log, committed or not; else the snapshot's; else Config::first.
  std::shared_ptr<const Configuration> configuration;
  Index configuration_index;  ///< of its entry; 0 or the snapshot's index if it is in no entry
  std::size_t uncommitted_bytes = 0;
};

class Raft {
 public:
  /// Requires: config.first holds config.id as a voter, or nobody at all (a node that joins);
  /// restored as the store gave it.
  Raft(Config config, Restored restored, Nanos now);
  ~Raft();
  Raft(Raft&&) noexcept;
  Raft& operator=(Raft&&) noexcept;

  Effects step(Nanos now, Input input);
  NodeStatus status() const;
  /// The term of the entry at `index` if the log (or the snapshot's end) still has it.
  std::optional<Term> term_at(Index index) const;
  /// The configuration that was in force once `index` was applied, for a snapshot made there.
  /// Requires: snapshot.index <= index <= last_index (what was in force before is not known).
  Configuration configuration_at(Index index) const;
  /// The entry at `index`, null if the log has none (compacted, or not there yet).
  EntryPtr entry_at(Index index) const;
  /// When the next Tick would do something, for shells that do not tick at a fixed rate.
  Nanos next_deadline() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::raft
