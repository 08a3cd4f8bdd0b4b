#pragma once
/// The catalogue of all planted bugs of a node: those of the Raft core, the state machine, the
/// files and the replica itself, by one name each, with how they are best hunted.

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "core/base/planted.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline::replica {

/// The replica's own.
enum class Defect : std::uint8_t {
  ack_before_commit,
  read_before_apply,
  definite_error_for_lost_proposal,
  reply_mixed_up,
  serve_before_catchup,
  stale_follower_read,
  snapshot_ahead_of_state,
};
std::span<const PlantedBug<Defect>> planted_bugs();

class Defects : public Planted<Defect> {
 public:
  Defects() = default;
  explicit Defects(const std::set<std::string>& names) : Planted(names, planted_bugs()) {}
};

enum class DefectKind : std::uint8_t {
  stale_reads,  ///< and leases
  commitment,   ///< what is acknowledged or committed too early
  votes,        ///< and terms
  log_truncation,
  recovery,  ///< what is synced, and what a restart makes of it
  snapshots,
  membership,
  sessions,
  divergence,  ///< of state machines
  liveness,
};
const char* to_string(DefectKind kind);

/// What clients can see of it.
enum class Visible : std::uint8_t { in_history, in_progress };

/// A test that finds it soon.
struct Hunt {
  std::string_view workload = "append";
  std::string_view faults = "all";
  std::string_view reads = "linearizable";
  std::string_view weather{};  ///< as simulator::parse_weather() reads it; empty: any
  int nodes = 0;               ///< 0: any
  Nanos fault_interval{};      ///< 0: any
  Nanos time_limit{};          ///< of the load of each run; 0: the hunter's own
  int rate = 0;                ///< operations a second; 0: any
  int clients_per_node = 0;    ///< 0: any
};

struct PlantedDefect {
  std::string_view name, what, model;
  DefectKind kind = DefectKind::commitment;
  Visible visible = Visible::in_history;
  Hunt hunt{};
};
/// All, sorted by kind and then by name; empty if they are not compiled.
std::span<const PlantedDefect> all_planted_defects();

/// Fails: not_found, with the nearest name; unavailable if this build has no defects in it.
Status check_defects(const std::set<std::string>& names);
/// Those of `names` that are the Raft core's.
std::set<std::string> raft_part_of(const std::set<std::string>& names);

}  // namespace plumbline::replica
