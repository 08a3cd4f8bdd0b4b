#pragma once
/// Planted bugs, each the copy of one that a real system had, for the harness and the tests to
/// find. Off unless Config::defects names them; compiled out unless PLUMBLINE_DEFECTS is defined.

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "core/base/result.h"

namespace plumbline::raft {

enum class Defect : std::uint8_t {
  read_local_leader,
  skip_pre_commit_read_barrier,
  read_joins_round_in_flight,
  lease_never_expires,
  vote_despite_live_leader,
  commit_old_term,
  vote_not_persisted,
  ack_before_fsync,
  stale_append_truncates,
  durable_index_stale,
  heartbeat_commits_past_match,
  candidate_forgets_log_check,
  log_check_index_first,
  vote_cleared_on_step_down,
  vote_before_durable,
  double_vote_count,
  old_vote_counted,
  ack_own_last_index,
  follower_commit_unchecked,
  negative_ack_advances,
  commit_before_own_fsync,
  read_quorum_minus_one,
  lease_from_ack_time,
  lease_survives_transfer,
  transfer_to_lagging_target,
  change_before_own_term_commit,
  second_change_in_flight,
  config_applied_late,
  config_not_rolled_back,
  config_lost_in_snapshot,
  joint_new_majority_only,
  joint_left_early,
  removed_leader_counts_itself,
  learner_counts,
  snapshot_keeps_conflict,
  snapshot_goes_back,
  compacted_prev_truncates,
  entry_dropped_in_slice,
  no_check_quorum,
  prevote_stuck,
  inflight_leak,
  election_timer_reset_by_any_message,
  probe_stuck_after_compaction,
};
inline constexpr unsigned k_last_defect =
    static_cast<unsigned>(Defect::probe_stuck_after_compaction);

struct DefectInfo {
  Defect defect;
  const char* name;
  const char* what;   ///< it does
  const char* model;  ///< the known bug that it copies
};
std::span<const DefectInfo> all_defects();

#ifdef PLUMBLINE_DEFECTS
inline constexpr bool k_defects_compiled = true;
#else
inline constexpr bool k_defects_compiled = false;
#endif

/// Fails: not_found, with the nearest name; unavailable if this build has no defects in it.
Status check_defects(const std::set<std::string>& names);

/// Which are on. Without PLUMBLINE_DEFECTS every has() is the constant false.
class Defects {
 public:
  Defects() = default;
  /// Requires: check_defects(names).
  explicit Defects(const std::set<std::string>& names);
  bool has(Defect defect) const {
    if constexpr (!k_defects_compiled) return false;
    return (bits_ >> static_cast<unsigned>(defect) & 1) != 0;
  }

 private:
  static_assert(k_last_defect < 64, "one bit for each");
  std::uint64_t bits_ = 0;
};

}  // namespace plumbline::raft
