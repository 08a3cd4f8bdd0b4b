#pragma once
/// Progress: what a leader knows of one peer, and how it sends to it.
///   probe      where the logs meet is not known: one AppendRequest at a time
///   replicate  it is known: requests are pipelined, `next` runs ahead of `match`
///   snapshot   the peer needs entries that are compacted away: chunks, one at a time
/// In `replicate`, nothing is in flight exactly when next == match + 1.
/// Source: the flow of etcd's raft (progress states); dissertation 10.2 (pipelining).

#include <algorithm>
#include <cstdint>
#include <deque>

#include "core/base/time.h"
#include "node/raft/quorum.h"
#include "node/raft/types.h"

namespace plumbline::raft {

enum class Flow : std::uint8_t { probe, replicate, snapshot };

struct Progress {
  struct Inflight {
    Index last;
    std::size_t cost = 0;
    Nanos sent_at{0};
  };

  Standing standing;
  bool member = true;  ///< false: it has left, and gets what tells it so for a while
  Nanos leaves_at{0};  ///< no member: when it is forgotten; 0: not decided yet

  Flow flow = Flow::probe;
  Index match;           ///< durable there and the same as ours up to here
  Index next;            ///< to be sent next; > match
  bool waiting = false;  ///< probe: one is out
  std::deque<Inflight> inflight;
  std::size_t inflight_cost = 0;
  Nanos heard_at{0};  ///< last answer in this term
  Nanos asked_at{0};  ///< last probe, query or chunk: repeated no faster than heartbeats
  Round round;        ///< the latest one echoed

  SnapshotMeta sending;      ///< snapshot: which
  std::uint64_t offset = 0;  ///< snapshot: of the chunk that is out
  bool reading = false;      ///< snapshot: the chunk is being read from our disk

  bool may_send(const Config& config) const {
    switch (flow) {
      case Flow::probe:
        return !waiting;
      case Flow::replicate:
        return inflight.size() < config.max_inflight_appends &&
               inflight_cost < config.max_inflight_bytes;
      case Flow::snapshot:
        return false;
    }
    return false;
  }
  void sent(Index last, std::size_t cost, Nanos now) {
    inflight.push_back({last, cost, now});
    inflight_cost += cost;
    next = last.next();
  }
  void acknowledged(Index index) {
    match = std::max(match, index);
    next = std::max(next, match.next());
    while (!inflight.empty() && inflight.front().last <= match) {
      inflight_cost -= inflight.front().cost;
      inflight.pop_front();
    }
  }
  /// `leak`: a planted mistake.
  void enter(Flow to, Index send_from, bool leak = false) {
    flow = to;
    next = send_from;
    waiting = false;
    reading = false;
    inflight.clear();
    if (!leak) inflight_cost = 0;
  }
};

}  // namespace plumbline::raft
