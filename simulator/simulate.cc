#include "simulator/simulate.h"

#include <algorithm>

#include "checker/check.h"
#include "core/base/text.h"
#include "nemesis/all.h"
#include "node/replica/defects.h"
#include "simulator/drive.h"
#include "simulator/streams.h"
#include "simulator/world.h"
#include "workloads/all.h"

namespace plumbline::simulator {
namespace {

/// Empty if the options make sense.
std::string what_is_wrong(const Options& options) {
  constexpr int k_nodes_max = 15;  // as raftkvd
  if (options.nodes < 1 || options.nodes > k_nodes_max) return "nodes must be 1 to 15";
  if (options.concurrency < 1) return "concurrency must be 1 or more";
  if (options.time_limit <= Nanos::zero()) return "the time limit must be above 0";
  if (options.fault_interval <= Nanos::zero()) return "the fault interval must be above 0";
  if (!options.script) return "";
  for (const ClientCall& call : options.script->operations)
    if (call.thread < 0 || call.thread >= options.concurrency)
      return str("the script has an operation of thread ", call.thread, ", but the concurrency is ",
                 options.concurrency);
  return "";
}

Verdict part(std::string check, const std::string& wrong, std::string well) {
  Verdict verdict;
  verdict.check = std::move(check);
  verdict.validity = wrong.empty() ? Validity::valid : Validity::invalid;
  verdict.reason = wrong.empty() ? std::move(well) : wrong;
  return verdict;
}

std::string deaths_in_words(World& world) {
  if (world.deaths().empty()) return {};
  const World::Death& first = world.deaths().front();
  return str(world.node(first.place).name(), "'s process ended by itself at ",
             format_duration(std::chrono::floor<std::chrono::milliseconds>(first.at)), ": ",
             first.why);
}

Verdict judge_history(const Options& options, const Workload& workload, const History& history) {
  CheckOptions how;
  how.model = workload.model;
  how.time_budget = options.judge_budget;
  how.jobs = 1;  // campaigns run one simulation a core
  return check_linearizable(history, how);
}

/// Counts for people; too little having happened is no fault of a single short run.
Verdict count(const History& history) {
  Verdict counts = check_statistics(history);
  counts.validity = Validity::valid;
  return counts;
}

void judge(const Options& options, const Workload& workload, const std::string& stalled,
           World& world, Result& result) {
  std::vector<Verdict> parts;
  const std::string died = deaths_in_words(world);
  if (options.judge) {
    parts.push_back(judge_history(options, workload, result.history));
    parts.push_back(count(result.history));
  }
  parts.push_back(part("progress", stalled, "every node served after the heal"));
  parts.push_back(part("node died", died, "no process ended by itself"));
  const bool history_is_wrong = options.judge && parts.front().validity == Validity::invalid;
  if (history_is_wrong) {
    result.found_by = FoundBy::history;
    result.found = parts.front().reason;
  } else if (!stalled.empty()) {
    result.found_by = FoundBy::progress;
    result.found = stalled;
  } else if (!died.empty()) {
    result.found_by = FoundBy::death;
    result.found = died;
  } else if (!result.violation.empty()) {
    result.found_by = FoundBy::invariant;
    result.found = result.violation;
  }
  result.verdict = compose("run", std::move(parts));
}

}  // namespace

const char* to_string(FoundBy found) {
  switch (found) {
    case FoundBy::nothing:
      return "nothing";
    case FoundBy::history:
      return "history";
    case FoundBy::progress:
      return "progress";
    case FoundBy::death:
      return "death";
    case FoundBy::invariant:
      return "invariant";
  }
  return "nothing";
}

plumbline::Result<Result> simulate(const Options& options) {
  if (std::string wrong = what_is_wrong(options); !wrong.empty())
    return fail(Error::Code::invalid, std::move(wrong));
  TRY_ASSIGN(
      const Workload workload,
      make_workload(options.workload, {.nodes = options.nodes,
                                       .concurrency = options.concurrency,
                                       .ops_per_key = options.ops_per_key,
                                       .rate = options.rate,
                                       .seed = stream_seed(options.seed, Purpose::workload)}));
  TRY_ASSIGN(const std::vector<Fault> faults, parse_faults(options.faults));
  const auto reads = proto::parse_read_mode(options.reads);
  if (!reads)
    return fail(Error::Code::invalid,
                "reads are linearizable, lease or stale, not '" + printable(options.reads) + "'");
  TRY(replica::check_defects(options.defects));

  Result result;
  Rng weather_rng = stream(options.seed, Purpose::weather);
  result.weather = options.weather ? *options.weather : draw_weather(weather_rng);
  World world({.seed = options.seed,
               .nodes = static_cast<std::size_t>(options.nodes),
               .weather = result.weather,
               .defects = options.defects,
               .invariants = options.invariants,
               .trace = options.trace});
  Drive drive(options, workload, faults, *reads, world);
  drive.run();
  result.history = drive.take_history();
  result.script = drive.take_script();
  result.stopped_at = drive.stopped_at();
  result.violation = world.watch().violation();
  result.coverage = world.watch().coverage();
  result.end = world.now();
  result.steps = world.steps();
  result.most_steps_in_a_second = world.most_in_a_second();
  result.trace = world.watch().take_trace();
  for (const auto& node : world.nodes()) result.logs.push_back(node->lines());
  judge(options, workload, drive.stalled(), world, result);
  return result;
}

}  // namespace plumbline::simulator
