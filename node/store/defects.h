#pragma once
/// Planted bugs of the log and the snapshot files (see core/base/planted.h).

#include "core/base/planted.h"

namespace plumbline::store {

enum class Defect : std::uint8_t {
  fsync_skipped_on_hard_state,
  fsync_error_ignored,
  torn_tail_accepted,
  torn_middle_is_end,
  truncate_not_logged,
  directory_not_synced,
  snapshot_not_synced,
  snapshot_checksum_unchecked,
  restart_replays_old_vote,
};
std::span<const PlantedBug<Defect>> planted_bugs();

class Defects : public Planted<Defect> {
 public:
  Defects() = default;
  explicit Defects(const std::set<std::string>& names) : Planted(names, planted_bugs()) {}
};

}  // namespace plumbline::store
