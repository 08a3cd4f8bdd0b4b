#pragma once
/// The nouns of Raft: ids, entries, what is durable. Plain data, shared by the core, the store and
/// the codecs.
/// Source: Ongaro, Consensus: Bridging Theory and Practice (2014); figure 3.1 for the state.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/tagged.h"
#include "core/base/time.h"

namespace plumbline::raft {

using Term = Tagged<struct TermTag>;
using Index = Tagged<struct IndexTag>;    ///< 1 is the first entry; 0 is "before the log"
using NodeId = Tagged<struct NodeIdTag>;  ///< 0 is nobody
using ReadId = Tagged<struct ReadIdTag>;  ///< chosen by the shell, unique in this process
using Round = Tagged<struct RoundTag>;    ///< of leadership confirmation; never reused in a term

inline constexpr NodeId k_nobody{0};

enum class EntryType : std::uint8_t { command = 0, no_op = 1, configuration = 2 };
inline constexpr EntryType k_last_entry_type = EntryType::configuration;

/// One log entry. Immutable once made, and shared by log, disk batch and messages.
struct Entry {
  Term term;
  Index index;
  EntryType type = EntryType::command;
  std::string data;  ///< opaque to Raft
  bool operator==(const Entry&) const = default;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// What a node must never forget of a term. Durable before any message that depends on it.
struct HardState {
  Term term;
  NodeId vote = k_nobody;
  bool operator==(const HardState&) const = default;
};

/// Who takes part: see configuration.h.
struct Configuration {
  std::set<NodeId> voters{};
  std::set<NodeId> outgoing{};  ///< the voters before, while joint; empty: not joint
  std::set<NodeId> learners{};  ///< get every entry, count for nothing, never stand for election
  std::map<NodeId, std::string> contacts{};  ///< how to reach whom; opaque to Raft
  bool is_joint() const { return !outgoing.empty(); }
  bool is_voter(NodeId id) const { return voters.contains(id) || outgoing.contains(id); }
  bool has(NodeId id) const { return is_voter(id) || learners.contains(id); }
  bool operator==(const Configuration&) const = default;
};

/// Where the log was cut: everything up to and with `index` is in a snapshot.
struct SnapshotMeta {
  Index index;
  Term term;
  Configuration configuration;  ///< in force at `index`
  bool operator==(const SnapshotMeta&) const = default;
};

/// What a node finds on its disk when it starts.
struct Restored {
  HardState hard_state;
  SnapshotMeta snapshot;  ///< index 0: none
  std::vector<EntryPtr>
      entries;  ///< contiguous, from snapshot.index + 1 (or earlier: the tail kept)
};

enum class Role : std::uint8_t { follower, pre_candidate, candidate, leader };
const char* to_string(Role role);

struct Config {
  NodeId id;
  /// In force where neither log nor snapshot has any: the cluster's first one. Nobody: this node
  /// joins a cluster, and waits to hear of it.
  Configuration first;
  Nanos election_timeout_min{300'000'000};
  Nanos election_timeout_max{600'000'000};
  Nanos heartbeat_interval{50'000'000};
  std::uint64_t seed = 1;                        ///< of the randomised timeouts
  std::size_t max_append_bytes = 1 << 20;        ///< entries of one AppendRequest
  std::size_t max_inflight_appends = 256;        ///< unacknowledged AppendRequests to one peer
  std::size_t max_inflight_bytes = 4 << 20;      ///< their bytes
  std::size_t max_uncommitted_bytes = 64 << 20;  ///< beyond it proposals are refused as busy
  std::size_t snapshot_chunk_bytes = 256 << 10;
  std::uint64_t max_promotion_lag = 1000;  ///< entries that a learner lacks when made a voter
  std::set<std::string> defects;           ///< planted bugs, see defects.h; empty in every real use
};

}  // namespace plumbline::raft
