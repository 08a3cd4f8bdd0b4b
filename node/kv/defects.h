#pragma once
/// Planted bugs of the state machine (see core/base/planted.h).

#include "core/base/planted.h"

namespace plumbline::kv {

enum class Defect : std::uint8_t {
  no_dedup,
  dedup_lost_in_snapshot,
  session_answer_wrong,
  snapshot_merge,
  nondeterministic_apply,
  cas_ignores_expected,
  failed_cas_writes,
  append_lost_on_restore,
  expiry_by_local_clock,
  reapply_on_restart,
};
std::span<const PlantedBug<Defect>> planted_bugs();

class Defects : public Planted<Defect> {
 public:
  Defects() = default;
  explicit Defects(const std::set<std::string>& names) : Planted(names, planted_bugs()) {}
};

}  // namespace plumbline::kv
