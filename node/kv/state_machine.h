#pragma once
/// StateMachine: the replicated map with its client sessions. Pure and deterministic: the same
/// commands at the same indexes give the same state, outcomes, snapshot bytes and hash everywhere.
/// A command of a session is applied at most once; later copies get the first one's outcome.
/// Source: Ongaro's dissertation, 6.3 (sessions, and their expiry by the time in the log).

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "node/kv/commands.h"
#include "node/kv/defects.h"

namespace plumbline::kv {

class Reader;

// The limits of sessions. All replicas must have the same ones, so they are not settings.
/// A session that no command used for longer than this, by the log's time, is forgotten.
inline constexpr std::uint64_t k_session_lifetime_ms = 3'600'000;
/// One more registration forgets the least recently used one.
inline constexpr std::size_t k_max_sessions = 16'384;
/// Answers kept for a client that does not say which it has; then the lowest ones are forgotten.
inline constexpr std::size_t k_max_answers = 1'024;
/// All replicas keep the hash of the state at the same indexes.
inline constexpr std::uint64_t k_hash_interval = 256;
inline constexpr std::size_t k_hashes_kept = 64;

struct Item {
  Stored value;
  std::uint64_t revision = 0;  ///< index of the entry that last changed it
};

class StateMachine {
 public:
  explicit StateMachine(Defects defects = {}) : defects_(defects) {}

  /// put: ok. remove: ok with the old value, or not_found. compare_and_set: ok, or mismatch or
  /// wrong_type with what is there. append: ok, or wrong_type. `revision` of the outcome is that of
  /// the key after the command (remove: of the removal), 0 if there is no such key.
  /// register_session and end_session: `revision` is the session's id.
  /// Requires: index > applied().
  Outcome apply(std::uint64_t index, const Command& command);
  /// An entry that is not a command (a leader's no-op): only moves applied().
  void skip(std::uint64_t index);

  /// What differs from node to node, and must never matter: some defects look at it.
  struct Surroundings {
    std::uint64_t node = 0;
    std::uint64_t wall_ms = 0;
  };
  void notice(const Surroundings& surroundings) { surroundings_ = surroundings; }

  const Item* get(const std::string& key) const;  ///< null: no such key
  const std::map<std::string, Item>& items() const { return items_; }
  std::uint64_t applied() const { return applied_; }
  std::size_t sessions() const { return sessions_.size(); }
  std::uint64_t log_time_ms() const { return log_time_ms_; }  ///< the largest time applied so far
  /// Equal on replicas that applied the same log up to the same index.
  /// Cost: that of the sessions only; the items' share is kept up to date by apply().
  std::uint64_t hash() const;
  /// hash() as it was at the last k_hashes_kept multiples of k_hash_interval that were applied here
  /// since the start or the last restore(): what replicas that have not applied the same can still
  /// be compared by. A record of this replica, no part of the state.
  const std::map<std::uint64_t, std::uint64_t>& recent_hashes() const { return recent_hashes_; }

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
  Outcome settle(std::uint64_t index, const Command& command);
  void advance(std::uint64_t index);
  void remember_hash();
  Outcome change_once(std::uint64_t index, const Command& command);
  Outcome change(std::uint64_t index, const Command& command);
  Outcome compare_and_set(std::uint64_t index, const Command& command);
  Outcome append(std::uint64_t index, const Command& command);
  void set(std::uint64_t index, const std::string& key, Stored value);

  Outcome register_session(std::uint64_t id);
  Outcome end_session(std::uint64_t id);
  void use(std::uint64_t id, Session& session);
  void expire_sessions();
  void forget_one_session();
  std::string session_bytes() const;
  void read_items(Reader& in);
  void read_sessions(Reader& in);
  void read_answers(Reader& in, Session& session) const;

  Defects defects_;
  Surroundings surroundings_;
  std::map<std::string, Item> items_;
  std::map<std::uint64_t, Session> sessions_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_use_;  // (last_used_ms, id) of sessions_
  std::uint64_t applied_ = 0;
  std::uint64_t log_time_ms_ = 0;
  std::uint64_t items_hash_ = 0;
  std::map<std::uint64_t, std::uint64_t> recent_hashes_;  // by index
};

}  // namespace plumbline::kv
