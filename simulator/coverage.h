#pragma once
/// Coverage: how often a run came to each of the states that are worth reaching.

#include <array>
#include <cstdint>
#include <span>

namespace plumbline::simulator {

enum class State : std::uint8_t {
  leader_elected,
  election_lost,        ///< a candidate that did not win
  two_leaders,          ///< of different terms, at the same time
  leader_stepped_down,  ///< for want of a quorum
  conflict_truncated,
  own_entries_lost,    ///< a deposed leader's uncommitted entries were cut off
  old_term_committed,  ///< entries of an earlier term, along with one of this term
  read_across_terms,   ///< asked in one term, answered or refused in another
  read_waited_for_no_op,
  lease_read,
  snapshot_made,
  snapshot_installed,
  snapshot_overtaken,  ///< by the log, or by a newer one, while it was sent
  snapshot_chunk_lost,
  restart_with_torn_tail,
  restart_from_snapshot,
  vote_after_restart,  ///< a node that restarted within a term that it had voted in
  joint_entered,
  joint_left,
  configuration_rolled_back,
  leader_changed_in_joint,
  leader_removed,
  learner_promoted,
  transfer_done,
  transfer_failed,
  session_retry,  ///< a command that was in the log twice
  unknown_outcome,
  disk_refused_start,  ///< damage that recovery found, and refused
  disk_failed,
  power_failed_everywhere,
  count_  ///< how many there are
};
const char* to_string(State state);

struct Coverage {
  std::array<std::uint32_t, static_cast<std::size_t>(State::count_)> times{};
  void reached(State state) { ++times[static_cast<std::size_t>(state)]; }
  std::uint32_t of(State state) const { return times[static_cast<std::size_t>(state)]; }
  void add(const Coverage& other) {
    for (std::size_t i = 0; i < times.size(); ++i) times[i] += other.times[i];
  }
  bool operator==(const Coverage&) const = default;
};

}  // namespace plumbline::simulator
