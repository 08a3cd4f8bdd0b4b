#include "simulator/zoo.h"

#include <algorithm>

#include "core/base/check.h"

namespace plumbline::simulator {

namespace {

/// Runs at once: few at first, since most defects are found soon.
constexpr std::uint64_t k_first_batch = 4;
constexpr std::uint64_t k_largest_batch = 256;

/// What counts: a client could have seen it.
bool is_caught(const CaseRecord& record) {
  return record.ending == Ending::failed && (record.found_by == to_string(FoundBy::history) ||
                                             record.found_by == to_string(FoundBy::progress));
}

std::unexpected<Error> interrupted() { return fail(Error::Code::interrupted, "interrupted"); }

class Hunt {
 public:
  Hunt(const Prey& prey, const HuntOptions& options, const Simulate& simulate,
       const std::function<bool()>& tick)
      : ground_(hunting_ground(prey, options.time_limit)),
        options_(options),
        simulate_(simulate),
        tick_(tick) {}

  plumbline::Result<Catch> run() {
    std::uint64_t size = k_first_batch;
    while (!catch_.found && catch_.seeds < options_.budget) {
      std::vector<Case> batch;
      const std::uint64_t left = options_.budget - catch_.seeds;
      for (std::uint64_t i = 0; i < std::min(size, left); ++i) {
        const std::uint64_t index = catch_.seeds + i;
        batch.push_back({index, draw_case(options_.first_seed + index, ground_)});
      }
      TRY_ASSIGN(const std::vector<CaseRecord> records, run_all(batch));
      TRY(look_through(batch, records));
      size = std::min(2 * size, k_largest_batch);
    }
    if (catch_.found) TRY(look_inside());
    return std::move(catch_);
  }

 private:
  plumbline::Result<std::vector<CaseRecord>> run_all(const std::vector<Case>& batch) {
    TRY_ASSIGN(std::vector<CaseRecord> records,
               run_batch(
                   options_.pool, batch,
                   [this](const Case& which) { return run_case(which, simulate_); }, tick_));
    if (records.size() < batch.size()) return interrupted();
    return records;
  }

  Status look_through(const std::vector<Case>& batch, const std::vector<CaseRecord>& records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      const CaseRecord& record = records[i];
      if (record.ending == Ending::refused) return fail(Error::Code::invalid, record.found);
      ++catch_.seeds;
      catch_.virtual_time += record.virtual_time;
      catch_.cpu += record.cpu;
      if (!is_caught(record)) continue;
      catch_.found = true;
      catch_.record = record;
      catch_.options = batch[i].options;
      return {};  // those after it were run beside it, and do not count
    }
    return {};
  }

  Status look_inside() {
    Case again{0, catch_.options};
    again.options.invariants = true;
    TRY_ASSIGN(const std::vector<CaseRecord> records, run_all({again}));
    catch_.inside = records.front().violation;
    return {};
  }

  const CampaignOptions ground_;
  const HuntOptions& options_;
  const Simulate& simulate_;
  const std::function<bool()>& tick_;
  Catch catch_;
};

}  // namespace

CampaignOptions hunting_ground(const Prey& prey, Nanos time_limit) {
  CampaignOptions ground;
  ground.workloads = {prey.workload};
  ground.faults = prey.faults;
  ground.all_faults_at_once = true;
  ground.reads = {prey.reads};
  ground.weather = prey.weather;
  ground.time_limit = prey.time_limit > Nanos::zero() ? prey.time_limit : time_limit;
  if (prey.nodes > 0) ground.nodes = {prey.nodes};
  ground.fault_interval = prey.fault_interval;
  ground.rate = prey.rate;
  ground.clients_per_node = prey.clients_per_node;
  if (!prey.defect.empty()) ground.defects = {prey.defect};
  ground.invariants = false;
  return ground;
}

plumbline::Result<Catch> hunt(const Prey& prey, const HuntOptions& options,
                              const Simulate& simulate, const std::function<bool()>& tick) {
  return Hunt(prey, options, simulate, tick).run();
}

plumbline::Result<CampaignTally> hunt_nothing(
    const std::vector<Prey>& preys, std::uint64_t seeds, const HuntOptions& options,
    const Simulate& simulate, const std::function<bool()>& tick,
    const std::function<void(const CaseRecord&, const Options&)>& failed) {
  CHECK(!preys.empty(), "a hunt needs a place");
  const auto options_of = [&](std::uint64_t index) {
    Prey nothing = preys[index % preys.size()];
    nothing.defect.clear();
    CampaignOptions ground = hunting_ground(nothing, options.time_limit);
    ground.invariants = true;
    return draw_case(options.first_seed + index, ground);
  };
  CampaignTally tally;
  bool ended_early = false;
  std::uint64_t next = 0;
  PoolCalls calls;
  calls.next = [&]() -> std::optional<Case> {
    if (next == seeds) return std::nullopt;
    const std::uint64_t index = next++;
    return Case{index, options_of(index)};
  };
  calls.run = [&](const Case& which) { return run_case(which, simulate); };
  calls.done = [&](const CaseRecord& record) {
    tally.add(record);
    if (record.ending != Ending::valid && record.ending != Ending::vacuous)
      failed(record, options_of(record.index));
    return true;
  };
  calls.tick = [&] {
    ended_early = !tick();
    return !ended_early;
  };
  TRY(run_cases(options.pool, calls));
  if (ended_early) return interrupted();
  return tally;
}

}  // namespace plumbline::simulator
