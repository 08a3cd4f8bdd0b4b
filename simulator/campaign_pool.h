#pragma once
/// Runs cases in worker processes, so that a run that aborts, crashes or hangs is a finding with a
/// seed, and not the end of the campaign. A worker is a fork of this process that is given a few
/// cases and writes a line for each.

#include <functional>
#include <optional>

#include "simulator/campaign_record.h"

namespace plumbline::simulator {

struct PoolOptions {
  int jobs = 1;
  std::size_t cases_per_worker = 16;
  Nanos patience = 180s;  ///< of real time for one case; then its worker is killed: it hangs
};

/// What the pool asks and tells. All are called by the thread that called run_cases().
struct PoolCalls {
  std::function<std::optional<Case>()> next;   ///< nothing: there are no more
  std::function<CaseRecord(const Case&)> run;  ///< in a worker
  /// In any order. False: end the others now; what they have not told is lost.
  std::function<bool(CaseRecord)> done;
  /// At least every k_tick. False: as above.
  std::function<bool()> tick;
};
inline constexpr Nanos k_tick = 200ms;

/// Requires: this process has one thread, and nothing buffered for stdout.
/// Fails: io, if there can be no more processes or pipes.
Status run_cases(const PoolOptions& options, const PoolCalls& calls);

/// All of `cases`; records in the same order, shorter if `tick` ended it.
plumbline::Result<std::vector<CaseRecord>> run_batch(
    const PoolOptions& options, const std::vector<Case>& cases,
    const std::function<CaseRecord(const Case&)>& run, const std::function<bool()>& tick);

}  // namespace plumbline::simulator
