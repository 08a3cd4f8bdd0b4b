#pragma once
/// StateMachine: the replicated map with its client sessions. Pure and deterministic: the same
/// commands at the same indexes give the same state, outcomes, snapshot bytes and hash everywhere.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "node/kv/commands.h"

namespace plumbline::kv {

struct Item {
  Stored value;
  std::uint64_t revision = 0;  ///< index of the entry that last changed it
};

class StateMachine {
 public:
  /// Requires: index > applied().
  Outcome apply(std::uint64_t index, const Command& command);
  /// An entry that is not a command (a leader's no-op): only moves applied().
  void skip(std::uint64_t index);

  const Item* get(const std::string& key) const;  ///< null: no such key
  const std::map<std::string, Item>& items() const { return items_; }
  std::uint64_t applied() const { return applied_; }
  std::size_t sessions() const { return sessions_.size(); }
  /// Equal on replicas that applied the same log up to the same index.
  std::uint64_t hash() const;

  /// Everything, sessions included. The bytes are the same on every replica.
  std::string snapshot() const;
  /// Replaces everything. Fails: corrupt, and then nothing was changed.
  Status restore(std::string_view bytes);

 private:
  struct Session {
    std::map<std::uint64_t, Outcome> answers;  // by sequence, those not below ack_below
    std::uint64_t ack_below = 0;
    std::uint64_t last_used_ms = 0;  // log time
  };
  std::map<std::string, Item> items_;
  std::map<std::uint64_t, Session> sessions_;
  std::uint64_t applied_ = 0;
  std::uint64_t log_time_ms_ = 0;
};

}  // namespace plumbline::kv
