#pragma once
/// ResetPoints: the moments at which a node that is reset does most harm to a protocol that
/// promised too early: right after a promise has left. From outside, a node can only be killed at
/// some moment or other; raftkvd and the simulator's nodes reset themselves when told so, for
/// tests. Threads: one.

#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/base/rng.h"
#include "node/raft/messages.h"

namespace plumbline::replica {

/// The share of the moments of each kind, 0 to 1, after which the node is reset.
struct ResetShares {
  double voted = 0;      ///< it gave another its vote
  double appended = 0;   ///< it sent entries
  double installed = 0;  ///< it said that a snapshot is in force
  bool operator==(const ResetShares&) const = default;
};
/// "voted=0.1,appended=0.01,installed=0.5", any of them; "": none.
/// Fails: invalid, naming the word.
Result<ResetShares> parse_reset_shares(std::string_view text);

class ResetPoints {
 public:
  ResetPoints(const ResetShares& shares, Rng rng) : shares_(shares), rng_(rng) {}
  void sent(const raft::Message& message);
  /// Whether to reset, now that what this step had to say has left. Says so once.
  bool take_due() { return std::exchange(due_, false); }

 private:
  double share_of(const raft::Message& message) const;

  const ResetShares shares_;
  Rng rng_;
  bool due_ = false;
};

}  // namespace plumbline::replica
