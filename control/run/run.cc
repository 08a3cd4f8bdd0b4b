#include "control/run/run.h"

#include <algorithm>
#include <iterator>
#include <thread>

#include "control/interpreter/interpreter.h"
#include "control/interpreter/recorder.h"
#include "control/run/cluster_steps.h"
#include "control/run/drive.h"
#include "control/run/exit_codes.h"
#include "control/run/judge.h"
#include "control/run/live_judge.h"
#include "control/run/run_folder.h"
#include "control/run/run_record.h"
#include "core/base/text.h"
#include "core/files/text_file.h"
#include "nemesis/replay.h"

namespace plumbline {

namespace {

constexpr Nanos k_linger = 50ms;

class Run {
 public:
  Run(const RunOptions& options, RunParts parts, Stop& stop, Progress& progress)
      : options_(options), parts_(std::move(parts)), stop_(stop), progress_(progress) {}

  RunOutcome perform() {
    Status went = open_folder();
    if (went) went = bring_up();
    if (went) went = drive_it();
    if (!went) note_failure(went.error());
    calm_down();
    const bool linger = options_.leave_running && served_ && !stop_.asked() && !outcome_.failure;
    if (!linger) tear_down();
    finish();
    if (parts_.on_outcome) parts_.on_outcome(outcome_);
    if (linger) {
      while (!stop_.asked()) std::this_thread::sleep_for(k_linger);
      tear_down();
    }
    return std::move(outcome_);
  }

 private:
  Status open_folder();
  Status open_recorder();
  Status bring_up();
  Status drive_it();
  void start_judge();
  void end_judge();
  void calm_down();
  void tear_down();
  void finish();
  void note_failure(const Error& error);
  void note_problem(const Status& status);
  void settle_outcome();
  void write_results(const History& history);
  void note_unwritten(const Status& status);

  const RunOptions& options_;
  RunParts parts_;
  Stop& stop_;
  Progress& progress_;
  RunOutcome outcome_;

  std::optional<RunFolder> folder_;
  RunRecord record_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<FaultLog> fault_log_;
  std::vector<HeldNode> held_;
  std::unique_ptr<RemoteCluster> cluster_;
  std::unique_ptr<Drive> drive_;
  std::unique_ptr<LiveJudge> live_judge_;
  std::optional<LiveJudge::Violation> ended_by_;  ///< with --stop-on-violation
  bool served_ = false;                           ///< the cluster came up: what follows is a run
  bool target_up_ = false;
  Evidence evidence_;
};

Status Run::open_folder() {
  TRY_ASSIGN(folder_,
             RunFolder::create(options_.results, folder_name(options_.workload, options_.faults),
                               str(parts_.stamp, "-", options_.seed)));
  outcome_.folder = folder_->path();
  record_.info.title = options_.workload + " under " + options_.faults;
  record_.info.command = command_of(options_);
  record_.info.seed = str(options_.seed);
  record_.info.system = parts_.system->name();
  record_.info.target = parts_.target->name();
  record_.info.workload = options_.workload;
  record_.info.faults = options_.faults;
  record_.info.started = parts_.started;
  record_.info.versions = parts_.versions;
  record_.model = parts_.workload.model;
  record_.expectations = expected_of(parts_.workload, parts_.faults);
  if (parts_.replay) record_.expectations.faults = faults_of(*parts_.replay);
  TRY(save(record_, folder_->path()));
  TRY_ASSIGN(fault_log_, FaultLog::open(folder_->file("faults.jsonl")));
  return {};
}

/// The run's clock starts here: everything before was making ready.
Status Run::open_recorder() {
  TRY_ASSIGN(recorder_, Recorder::open(folder_->file("history.jsonl")));
  recorder_->on_event = [this](const Event& event) { progress_.add(event); };
  return {};
}

Status Run::bring_up() {
  progress_.say("bringing up " + parts_.target->name());
  target_up_ = true;
  TRY_ASSIGN(const std::vector<NodeAccess> accesses, parts_.target->up());
  for (const NodeAccess& access : accesses) record_.nodes.push_back(access.name);
  // The date first: a long command is cut, and with it what tells two runs apart.
  const std::string owner = str("the run of ", record_.info.started, ": ", record_.info.command);
  TRY_ASSIGN(held_, hold_nodes(accesses, parts_.connect, parts_.patience.connect, owner));
  cluster_ = std::make_unique<RemoteCluster>(held_, *parts_.system, [this](const Action& action) {
    fault_log_->write(action, recorder_ ? recorder_->now() : Nanos::zero());
  });
  cluster_->patience.removal = options_.patience;
  if (stop_.asked()) return fail(Error::Code::interrupted, "interrupted");
  TRY(clean(*cluster_, *parts_.system));
  progress_.say("installing " + parts_.system->name() + " on " + join(record_.nodes, " "));
  TRY(install(*cluster_, *parts_.system));
  if (stop_.asked()) return fail(Error::Code::interrupted, "interrupted");
  TRY(start_all(*cluster_));
  TRY(wait_until_serving(*cluster_, *parts_.system, parts_.patience.serve, stop_));
  served_ = true;
  return {};
}

Status Run::drive_it() {
  TRY(open_recorder());
  start_judge();
  drive_ = std::make_unique<Drive>(options_, parts_, *cluster_, *recorder_, stop_, progress_);
  return drive_->drive();
}

void Run::start_judge() {
  OnlineOptions how;
  how.model = record_.model;
  live_judge_ = std::make_unique<LiveJudge>(
      *recorder_, std::move(how), [this](const LiveJudge::Violation& violation) {
        progress_.say(str("event ", violation.event, ": key ", to_string(violation.key),
                          " is not linearizable any more"));
        if (options_.stop_on_violation) stop_.end_load();
      });
  progress_.set_judge([this] { return live_judge_->line(); });
}

/// What is judged now is judged once more, with evidence, when all of it is there.
void Run::end_judge() {
  if (!live_judge_) return;
  progress_.set_judge({});
  if (options_.stop_on_violation) ended_by_ = live_judge_->violation();
  live_judge_.reset();
}

/// From a driven cluster to a healed one whose logs we have. Everything here is tried, whatever
/// else fails; the first failure of the run is the one told.
void Run::calm_down() {
  if (drive_) {
    if (const Status healed = drive_->heal(); !healed) note_failure(healed.error());
    drive_->last_look();
    record_.deaths = drive_->deaths();
    if (auto served = drive_->after_heal()) record_.also.push_back(*std::move(served));
    if (auto equal = drive_->compare_replicas()) record_.also.push_back(*std::move(equal));
    note_problem(write_whole(folder_->file("script.json"), to_json(drive_->script())));
    drive_.reset();
  }
  end_judge();
  if (!cluster_) return;
  if (!options_.leave_running || !served_) note_problem(end_all(*cluster_));
  if (stop_.at_once()) return;
  CollectedLogs logs = collect_logs(*cluster_, *parts_.system, *folder_);
  evidence_.alarms = std::move(logs.alarms);
  std::ranges::move(logs.problems, std::back_inserter(outcome_.problems));
}

void Run::tear_down() {
  cluster_.reset();
  {
    // To let go of a guard is to wait for it: it heals once more and ends what still runs.
    std::vector<std::jthread> letting_go;
    for (HeldNode& node : held_) letting_go.emplace_back([&node] { node.guard.reset(); });
  }
  held_.clear();
  if (target_up_) note_problem(parts_.target->down());
  target_up_ = false;
}

void Run::finish() {
  if (!fault_log_) return;  // not even the folder could be made
  note_problem(fault_log_->close());
  History history;
  if (!recorder_) {
    if (const Status opened = open_recorder(); !opened) note_failure(opened.error());
  }
  if (recorder_) {
    if (served_) record_.info.duration = recorder_->now();
    if (const Status closed = recorder_->close(); !closed) note_failure(closed.error());
    history = recorder_->snapshot();
  }
  if (outcome_.failure)
    evidence_.cut_short = "the harness failed: " + outcome_.failure->what;
  else if (stop_.by_signal())
    evidence_.cut_short = "interrupted by a signal";
  else if (ended_by_)
    evidence_.cut_short = stopped_at_violation(ended_by_->event);
  else if (stop_.asked())
    evidence_.cut_short = record_.deaths.empty()
                              ? "ended early: the system did not come back after the heal"
                              : "ended early: a node's process did not start again";
  record_.cut_short = evidence_.cut_short;
  evidence_.expectations = record_.expectations;
  evidence_.deaths = record_.deaths;
  evidence_.also = record_.also;
  const bool judged = served_ && !stop_.at_once();
  if (judged) {
    CheckOptions how;
    how.model = record_.model;
    how.certify = true;
    how.time_budget =
        stop_.by_signal() ? parts_.patience.judging_interrupted : parts_.patience.judging;
    how.stop = &stop_.abandon_judging();
    progress_.say(str("judging ", history.size(), " events"));
    stop_.begin_judging();
    outcome_.verdict = judge(history, evidence_, how);
  } else {
    outcome_.verdict = not_judged(evidence_.cut_short);
  }
  settle_outcome();
  if (outcome_.failure) record_.failure = outcome_.failure->what;
  write_results(history);
}

void Run::settle_outcome() {
  if (outcome_.failure) {
    outcome_.exit_code = k_exit_harness;
    record_.outcome = "harness-failure";
  } else if (stop_.by_signal()) {
    outcome_.exit_code = k_exit_interrupted;
    record_.outcome = "interrupted";
  } else {
    outcome_.exit_code = exit_code(outcome_.verdict.validity);
    record_.outcome = to_string(outcome_.verdict.validity);
  }
  record_.exit_code = outcome_.exit_code;
}

void Run::write_results(const History& history) {
  const auto& folder = *folder_;
  note_unwritten(write_whole(folder.file("verdict.json"), to_json(outcome_.verdict) + "\n"));
  if (const Certificate* proof = certificate_of(outcome_.verdict); proof != nullptr)
    note_unwritten(write_text(folder.file("certificate.jsonl"), to_text(*proof)));
  note_unwritten(write_report(folder.file("report.html"), record_.info, history, outcome_.verdict));
  note_unwritten(write_junit(folder.file("junit.xml"), record_.info, outcome_.verdict));
  note_unwritten(save(record_, folder.path()));
  note_unwritten(folder.mark_latest());
}

/// A result that could not be written is a failure of the harness: nobody may trust a folder
/// without it.
void Run::note_unwritten(const Status& status) {
  if (status) return;
  note_failure(status.error());
  settle_outcome();
}

void Run::note_failure(const Error& error) {
  // An interruption is not a failure, and only the first failure explains the others.
  if (error.code == Error::Code::interrupted) return;
  if (outcome_.failure)
    outcome_.problems.push_back(error.what);
  else
    outcome_.failure = error;
}

void Run::note_problem(const Status& status) {
  if (!status) outcome_.problems.push_back(status.error().what);
}

}  // namespace

RunOutcome run(const RunOptions& options, RunParts parts, Stop& stop, Progress& progress) {
  return Run(options, std::move(parts), stop, progress).perform();
}

}  // namespace plumbline
