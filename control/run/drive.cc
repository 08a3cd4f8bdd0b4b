#include "control/run/drive.h"

#include "control/run/cluster_steps.h"
#include "core/base/text.h"
#include "nemesis/perform.h"
#include "nemesis/phases.h"
#include "nemesis/replay.h"
#include "nemesis/schedule.h"

namespace plumbline {

namespace {

constexpr int k_heal_attempts = 3;

/// Independent streams of one seed: a purpose's choices do not shift when another draws more.
enum class Stream : std::uint64_t { interpreter = 1, schedule = 2, nemesis = 3 };
std::uint64_t stream_seed(std::uint64_t seed, Stream stream) {
  Rng rng(seed);
  std::uint64_t derived = 0;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(stream); ++i) derived = rng.next();
  return derived;
}

bool is_loss(const Error& error) {
  return error.code == Error::Code::transport || error.code == Error::Code::timeout;
}

}  // namespace

Drive::Drive(const RunOptions& options, RunParts& parts, RemoteCluster& cluster, Recorder& recorder,
             Stop& stop, Progress& progress)
    : options_(options),
      parts_(parts),
      cluster_(cluster),
      recorder_(recorder),
      stop_(stop),
      progress_(progress),
      rng_(stream_seed(options.seed, Stream::nemesis)),
      recorded_(record_calls(
          cluster, [&recorder] { return recorder.now(); }, calls_)),
      watch_(
          cluster, parts.patience.watch, [&recorder] { return recorder.now(); }, stop, progress) {}

gen::GenPtr Drive::schedule() const {
  ScheduleOptions when;
  when.interval = options_.fault_interval;
  when.cadence = parts_.cadence;
  when.quiet_start = parts_.patience.quiet_start;
  when.seed = stream_seed(options_.seed, Stream::schedule);
  return in_phases({.during = parts_.workload.during,
                    .faults = parts_.replay ? replay_schedule(*parts_.replay)
                                            : make_schedule(parts_.faults, when),
                    .time_limit = options_.time_limit,
                    .healed = parts_.faults,
                    .after_heal = parts_.workload.after_heal,
                    .final_reads = parts_.patience.final_reads});
}

Status Drive::drive() {
  InterpreterOptions how;
  how.concurrency = parts_.concurrency;
  how.nodes = static_cast<int>(cluster_.nodes().size());
  how.node_names = cluster_.nodes();
  how.operation_timeout = parts_.patience.operation;
  how.seed = stream_seed(options_.seed, Stream::interpreter);
  how.stop = &stop_.level();
  // Clients too may be left behind when they are stuck: they own all that they use.
  const auto connect = [system = parts_.system, nodes = cluster_.accesses()](ProcessId, int node) {
    return system->connect(nodes[static_cast<std::size_t>(node)], nodes);
  };
  const auto nemesis = [this, gate = gate_](const Operation& operation) -> Completion {
    const std::lock_guard lock(gate->mutex);
    if (gate->closed) return {EventType::info, operation.value, "the run was left"};
    return act(operation);
  };
  progress_.start_clock();
  const Status went = interpret(schedule(), how, connect, nemesis, recorder_);
  progress_.stop_clock();
  const std::lock_guard lock(gate_->mutex);
  if (const auto lost = watch_.lost()) return std::unexpected(*lost);
  if (failure_) return std::unexpected(*failure_);
  return went;
}

Completion Drive::act(const Operation& operation) {
  if (operation.f == k_heal_all) return heal_all(operation);
  if (const auto call = call_of(operation); parts_.replay && call) return replay(*call);
  const bool heals = operation.f.starts_with("heal-");
  Deed deed;
  for (int i = 0; i < (heals ? k_heal_attempts : 1); ++i) {
    deed = perform(parts_.faults, operation, *recorded_, rng_);
    if (!deed.failure) break;
  }
  // A fault that was refused is a fact about this run, told in its history. One that does not heal,
  // or a node that does not answer, leaves the cluster in a state that nobody knows.
  if (deed.failure && !blame_system(*deed.failure) && (heals || is_loss(*deed.failure)))
    note_failure({deed.failure->code, operation.f + ": " + deed.failure->what});
  return {EventType::info, std::move(deed.value), std::move(deed.error)};
}

/// What one cluster did another may refuse: that is told in the history.
Completion Drive::replay(const ClusterCall& call) {
  const Status done = perform_call(call, *recorded_);
  if (!done && !blame_system(done.error()) && is_loss(done.error()))
    note_failure({done.error().code, describe(call) + ": " + done.error().what});
  return {EventType::info, deed_of(call, cluster_.nodes()), done ? "" : done.error().what};
}

Script Drive::script() {
  const std::lock_guard lock(gate_->mutex);
  return {.faults = calls_, .operations = {}};
}

/// A process that does not start again, or not stay, is a finding about the system: the run ends,
/// and the watch has it in its list of deaths.
bool Drive::blame_system(const Error& error) {
  if (error.code != Error::Code::failed || cluster_.down().empty()) return false;
  stop_.fail();
  return true;
}

/// Nothing is in the way of the system any more. That it does not come back all the same is a
/// finding about it: the run ends, and its verdict says so.
void Drive::note_progress(const Status& served) {
  if (served) {
    after_heal_ = plain("progress", Validity::valid, "every node served after the heal");
  } else {
    after_heal_ = plain("progress", Validity::invalid, "after the heal: " + served.error().what);
    stop_.fail();
  }
}

std::optional<Verdict> Drive::compare_replicas() {
  if (!after_heal_ || after_heal_->validity != Validity::valid || stop_.at_once() ||
      !watch_.deaths().empty())
    return std::nullopt;
  const auto difference = cluster_.difference_of_replicas(parts_.patience.replicas);
  if (difference)
    return difference->empty() ? plain("replicas", Validity::valid, "all states are equal")
                               : plain("replicas", Validity::invalid, *difference);
  if (difference.error().code == Error::Code::unavailable) return std::nullopt;
  return plain("replicas", Validity::unknown, difference.error().what);
}

Completion Drive::heal_all(const Operation& operation) {
  Status done = cluster_.heal_faults();
  healed_ = done.has_value();
  // Whoever leaves at once, or has lost a node, does not wait for processes to start.
  if (done && !stop_.at_once()) done = cluster_.heal_and_verify();
  bool stalled = healed_ && !done && done.error().code == Error::Code::unavailable;
  if (done && !stop_.asked()) {
    done = wait_until_serving(cluster_, *parts_.system, parts_.patience.serve, stop_);
    stalled = !done && done.error().code == Error::Code::timeout;
    if (done) note_progress({});
  }
  if (done || done.error().code == Error::Code::interrupted)
    return {EventType::info, Value(Value::List(cluster_.nodes().begin(), cluster_.nodes().end())),
            ""};
  if (stalled)
    note_progress(done);
  else if (!healed_ || !blame_system(done.error()))
    note_failure({done.error().code, "heal: " + done.error().what});
  return {EventType::info, operation.value, done.error().what};
}

void Drive::note_failure(const Error& error) {
  if (!failure_) failure_ = error;
  stop_.fail();
}

Status Drive::record(const Operation& operation, const Completion* completion) {
  Event event;
  event.process = k_nemesis;
  event.type = EventType::info;
  event.f = operation.f;
  event.value = completion == nullptr ? operation.value : completion->value;
  if (completion != nullptr) event.error = completion->error;
  TRY(recorder_.record(std::move(event)));
  return {};
}

Status Drive::heal() {
  const std::lock_guard lock(gate_->mutex);
  gate_->closed = true;
  if (healed_) return {};
  std::vector<Operation> operations = final_heals(parts_.faults);
  operations.push_back({.f = k_heal_all, .key = {}, .value = {}});
  for (const Operation& operation : operations) {
    // A disk that is full must not keep the nodes from being healed: what cannot be recorded is
    // done all the same.
    const Status asked = record(operation, nullptr);
    const Completion done = act(operation);
    if (asked) static_cast<void>(record(operation, &done));
  }
  if (healed_) return {};
  return std::unexpected(failure_.value_or(Error{Error::Code::failed, "the nodes are not healed"}));
}

}  // namespace plumbline
