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
};

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
    return (bits_ >> static_cast<unsigned>(defect) & 1U) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace plumbline::raft
