#pragma once
/// What nodes say to one another. Every message carries its sender's term (RequestVote before an
/// election: the term it would have).

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "node/raft/types.h"

namespace plumbline::raft {

struct VoteRequest {
  bool pre_vote = false;  ///< asks only whether a real one would be granted (dissertation 9.6)
  bool transfer = false;  ///< the leader itself asked for this election: it holds nobody back
  Index last_index;
  Term last_term;
  bool operator==(const VoteRequest&) const = default;
};
struct VoteResponse {
  bool pre_vote = false;
  bool granted = false;
  bool operator==(const VoteResponse&) const = default;
};
struct AppendRequest {
  Index previous_index;
  Term previous_term;
  std::vector<EntryPtr> entries;  ///< empty: a probe, or news of the commit index
  Index commit;
  Round round;  ///< of leadership confirmation; echoed
};
struct AppendResponse {
  bool success = false;
  Index match;  ///< success: previous_index + entries of that very request, durable here
  /// Refused: where the sender may go on. The term of our entry at previous_index and the first
  /// index of that term; term 0 and our last index + 1 if we have no entry there.
  Term conflict_term;
  Index conflict_index;
  Index previous_index;  ///< of the request refused, so that a late refusal is recognised
  Round round;
  bool operator==(const AppendResponse&) const = default;
};
/// Keeps followers from starting elections and confirms leadership. Never waits for a disk.
struct Heartbeat {
  Index commit;  ///< no further than the follower is known to match
  Round round;
  bool operator==(const Heartbeat&) const = default;
};
struct HeartbeatResponse {
  Round round;
  bool operator==(const HeartbeatResponse&) const = default;
};
struct SnapshotChunk {
  SnapshotMeta snapshot;
  std::uint64_t offset = 0;
  std::uint64_t total_size = 0;
  std::uint32_t checksum = 0;  ///< CRC-32 of `data`
  std::string data;
  bool operator==(const SnapshotChunk&) const = default;
};
struct SnapshotResponse {
  Index index;                    ///< of the snapshot
  std::uint64_t next_offset = 0;  ///< where to go on; total_size when all is written
  bool installed = false;         ///< durable and in force: the log goes on after it
  bool operator==(const SnapshotResponse&) const = default;
};

/// Tells a voter that has all our entries to stand for election at once, although we are alive.
/// Source: dissertation 3.10.
struct TimeoutNow {
  bool operator==(const TimeoutNow&) const = default;
};

struct Message {
  NodeId from;
  NodeId to;
  Term term;
  std::variant<VoteRequest, VoteResponse, AppendRequest, AppendResponse, Heartbeat,
               HeartbeatResponse, SnapshotChunk, SnapshotResponse, TimeoutNow>
      body;
};

}  // namespace plumbline::raft
