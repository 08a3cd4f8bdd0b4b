#include "control/run/sim_run.h"

#include <algorithm>
#include <ctime>

#include "control/run/exit_codes.h"
#include "control/run/judge.h"
#include "control/run/run_folder.h"
#include "control/run/run_record.h"
#include "control/run/sim_replay.h"
#include "core/base/text.h"
#include "core/files/text_file.h"
#include "core/history/codec.h"
#include "simulator/saved_case.h"
#include "workloads/all.h"

namespace plumbline {

namespace {

/// Simulated runs are short: several with one seed may begin within a second.
constexpr int k_most_in_a_second = 1000;

Status only_real(bool given, const std::string& flag) {
  if (!given) return {};
  return fail(Error::Code::invalid, flag + " makes no sense with --target sim");
}

Nanos cpu_now() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + Nanos(now.tv_nsec);
}

Result<RunFolder> make_folder(const RunOptions& options, const std::string& stamp) {
  const std::string name = folder_name(options.workload, options.faults);
  for (int i = 1;; ++i) {
    auto made = RunFolder::create(options.results, name,
                                  str(stamp, "-", options.seed, i == 1 ? "" : str("-", i)));
    if (made || made.error().code != Error::Code::exists || i == k_most_in_a_second) return made;
  }
}

/// What judging the history again does not show, as it was seen.
std::vector<Verdict> seen_besides(const simulator::Result& result) {
  std::vector<Verdict> seen;
  for (const Verdict& part : result.verdict.parts) {
    const bool of_history = part.check.starts_with("linearizable") || part.check == "statistics" ||
                            part.check == "vacuity";
    if (!of_history) seen.push_back(part);
  }
  if (!result.violation.empty()) {
    Verdict broken{.check = "invariants", .validity = Validity::invalid};
    broken.reason = result.violation;
    seen.push_back(std::move(broken));
  }
  Verdict world{.check = "simulation"};
  world.figures = {{"virtual time", format_duration(result.end)},
                   {"steps", str(result.steps)},
                   {"weather", to_text(result.weather)}};
  seen.push_back(std::move(world));
  return seen;
}

class SimRun {
 public:
  SimRun(const RunOptions& options, const SimParts& parts, Stop& stop, RunFolder folder)
      : options_(options), parts_(parts), stop_(stop), folder_(std::move(folder)) {}

  Status describe(const Workload& workload, const std::vector<Fault>& faults);
  Status simulate(const simulator::Options& options);
  void note_failure(const Error& error);
  SimOutcome finish();

 private:
  Status write_evidence(const simulator::Options& options);
  void settle();
  void note_unwritten(const Status& status);
  void write_results();

  const RunOptions& options_;
  const SimParts& parts_;
  Stop& stop_;
  RunFolder folder_;
  RunRecord record_;
  simulator::Result result_;
  MessageDiagram diagram_;
  SimOutcome outcome_;
};

Status SimRun::describe(const Workload& workload, const std::vector<Fault>& faults) {
  outcome_.run.folder = folder_.path();
  record_.info.title = options_.workload + " under " + options_.faults + ", simulated";
  record_.info.command = parts_.exactly ? "plumbline replay " + shell_quote(folder_.path().string())
                                        : command_of(options_);
  record_.info.seed = str(options_.seed);
  record_.info.system = options_.system;
  record_.info.target = "sim";
  record_.info.workload = options_.workload;
  record_.info.faults = options_.faults;
  record_.info.started = parts_.started;
  record_.info.versions = parts_.versions;
  for (int i = 1; i <= options_.target.nodes; ++i) record_.nodes.push_back(str("n", i));
  record_.model = workload.model;
  record_.expectations = expected_of(workload, faults);
  return save(record_, folder_.path());
}

Status SimRun::simulate(const simulator::Options& options) {
  const Nanos before = cpu_now();
  auto result = parts_.simulate(options);
  outcome_.cpu = cpu_now() - before;
  if (!result) {
    record_.cut_short = "the harness failed: " + result.error().what;
    outcome_.run.verdict = not_judged(record_.cut_short);
    return std::unexpected(std::move(result).error());
  }
  result_ = std::move(*result);
  outcome_.virtual_time = result_.end;
  record_.info.duration = result_.end;
  record_.also = seen_besides(result_);
  // Messages are kept for what is looked at: a run in which something is wrong.
  if (failure_of(result_).found_by != simulator::FoundBy::nothing)
    diagram_ = diagram_of(options, parts_.simulate);
  record_.cut_short = stop_.by_signal()    ? "interrupted by a signal"
                      : result_.stopped_at ? stopped_at_violation(*result_.stopped_at)
                                           : "";
  TRY(write_evidence(options));
  Evidence evidence;
  evidence.expectations = record_.expectations;
  evidence.cut_short = record_.cut_short;
  evidence.also = record_.also;
  evidence.alarms = alarms_in(folder_.path());
  // Campaigns want no proofs, so the simulator makes none; a run that is kept has one.
  Verdict linearizable =
      check_linearizable(result_.history, {.model = record_.model, .certify = true});
  if (linearizable.validity != result_.verdict.parts.front().validity)
    linearizable = result_.verdict.parts.front();
  outcome_.run.verdict = judge_rest(std::move(linearizable), result_.history, evidence);
  return {};
}

Status SimRun::write_evidence(const simulator::Options& options) {
  std::string lines;
  for (const Event& event : result_.history) lines += to_json_line(event) + "\n";
  TRY(write_whole(folder_.file("history.jsonl"), lines));
  TRY(write_whole(folder_.file("script.json"), to_json(result_.script)));
  TRY(write_whole(folder_.file("sim.json"),
                  simulator::to_json(simulator::SavedCase{options, failure_of(result_)})));
  TRY_ASSIGN(const auto log, FaultLog::open(folder_.file("faults.jsonl")));
  for (const ClusterCall& call : result_.script.faults) log->write(call);
  TRY(log->close());
  for (std::size_t i = 0; i < result_.logs.size(); ++i) {
    TRY_ASSIGN(const auto folder, folder_.node(str("n", i + 1)));
    TRY(write_whole(folder / "raftkvd.log", join(result_.logs[i], "\n") + "\n"));
  }
  return {};
}

void SimRun::settle() {
  RunOutcome& run = outcome_.run;
  if (run.failure) {
    run.exit_code = k_exit_harness;
    record_.outcome = "harness-failure";
    record_.failure = run.failure->what;
  } else if (stop_.by_signal()) {
    run.exit_code = k_exit_interrupted;
    record_.outcome = "interrupted";
  } else {
    run.exit_code = exit_code(run.verdict.validity);
    record_.outcome = to_string(run.verdict.validity);
  }
  record_.exit_code = run.exit_code;
}

void SimRun::note_failure(const Error& error) {
  if (outcome_.run.failure) return;  // the first explains the others
  outcome_.run.failure = error;
  settle();
}

void SimRun::note_unwritten(const Status& status) {
  if (!status) note_failure(status.error());
}

void SimRun::write_results() {
  const Verdict& verdict = outcome_.run.verdict;
  note_unwritten(write_whole(folder_.file("verdict.json"), to_json(verdict) + "\n"));
  if (const Certificate* proof = certificate_of(verdict); proof != nullptr)
    note_unwritten(write_text(folder_.file("certificate.jsonl"), to_text(*proof)));
  note_unwritten(
      write_report(folder_.file("report.html"), record_.info, result_.history, verdict, diagram_));
  note_unwritten(write_junit(folder_.file("junit.xml"), record_.info, verdict));
  note_unwritten(save(record_, folder_.path()));
  note_unwritten(folder_.mark_latest());
}

SimOutcome SimRun::finish() {
  settle();
  write_results();
  return std::move(outcome_);
}

}  // namespace

Result<simulator::Options> sim_options(const RunOptions& options) {
  const RunOptions usual;
  TRY(only_real(options.system != usual.system, "--system " + options.system));
  TRY(only_real(!options.node_binary.empty(), "--node-binary"));
  TRY(only_real(!options.node_flags.empty(), "--node-flag"));
  TRY(only_real(options.leave_running, "--leave-running"));
  TRY(only_real(!options.target.hosts.empty(), "a list of hosts"));
  TRY(make_workload(options.workload, {}));
  TRY(parse_faults(options.faults));
  simulator::Options sim;
  sim.seed = options.seed;
  sim.workload = options.workload;
  sim.faults = options.faults;
  sim.nodes = options.target.nodes;
  TRY_ASSIGN(sim.concurrency, parse_concurrency(options.concurrency, sim.nodes));
  sim.rate = options.rate;
  sim.ops_per_key = options.ops_per_key;
  sim.time_limit = options.time_limit;
  sim.fault_interval = options.fault_interval;
  TRY_ASSIGN(sim.cadence, parse_cadence(options.schedule));
  sim.reads = options.reads;
  sim.defects = {options.defects.begin(), options.defects.end()};
  sim.invariants = options.invariants;
  sim.stop_on_violation = options.stop_on_violation;
  if (!options.script.empty()) {
    TRY_ASSIGN(Script script, load_script(options.script));
    sim.replay = std::move(script.faults);
  }
  if (options.weather) {
    auto weather = simulator::parse_weather(*options.weather);
    if (!weather) return context(weather.error(), "--weather");
    sim.weather = *weather;
  }
  return sim;
}

RunOptions run_options(const simulator::Options& options) {
  RunOptions run;
  run.target.name = "sim";
  run.seed = options.seed;
  run.workload = options.workload;
  run.faults = options.faults;
  run.target.nodes = options.nodes;
  run.concurrency = str(options.concurrency);
  run.rate = options.rate;
  run.ops_per_key = options.ops_per_key;
  run.time_limit = options.time_limit;
  run.fault_interval = options.fault_interval;
  for (const std::string& name : all_cadences())
    if (parse_cadence(name) == options.cadence) run.schedule = name;
  run.reads = options.reads;
  run.defects = {options.defects.begin(), options.defects.end()};
  run.invariants = options.invariants;
  run.stop_on_violation = options.stop_on_violation;
  if (options.weather) run.weather = to_text(*options.weather);
  return run;
}

std::string sim_command(const simulator::Options& options) {
  return command_of(run_options(options));
}

Result<SimOutcome> run_simulated(const RunOptions& options, const SimParts& parts, Stop& stop) {
  TRY_ASSIGN(simulator::Options sim, sim_options(options));
  if (parts.exactly) sim = *parts.exactly;
  TRY_ASSIGN(const Workload workload, make_workload(options.workload, {}));
  TRY_ASSIGN(const std::vector<Fault> faults, parse_faults(options.faults));
  TRY_ASSIGN(RunFolder folder, parts.folder.empty() ? make_folder(options, parts.stamp)
                                                    : RunFolder::at(parts.folder));
  SimRun run(options, parts, stop, std::move(folder));
  TRY(run.describe(workload, faults));
  if (const Status went = run.simulate(sim); !went) run.note_failure(went.error());
  return run.finish();
}

}  // namespace plumbline
