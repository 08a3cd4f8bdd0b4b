#include "simulator/drive.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "nemesis/perform.h"
#include "nemesis/phases.h"
#include "nemesis/replay.h"
#include "simulator/script_gen.h"
#include "simulator/streams.h"
#include "workloads/keyed.h"

namespace plumbline::simulator {
namespace {

// How long a generator that gives no time of its own is left alone, as in the interpreter.
constexpr Nanos k_a_while = 20ms;
constexpr const char* k_lead = "lead";
constexpr Nanos k_new_leader_patience = 3s;

// The clean node stays below a hundredth of it in hunts of three to five nodes.
constexpr std::uint64_t k_most_steps_in_a_second = 1'000'000;

std::string in_words(const Event& event) {
  std::string text = event.process == k_nemesis ? std::string() : str("p", event.process, " ");
  text += event.f;
  if (!event.key.is_nil()) text += " " + to_string(event.key);
  if (!event.value.is_nil()) text += " " + to_string(event.value);
  if (event.type == EventType::invoke) return text;
  if (event.process != k_nemesis) text += str(" -> ", to_string(event.type));
  return event.error.empty() ? text : text + " (" + event.error + ")";
}

}  // namespace

Drive::Drive(const Options& options, const Workload& workload, const std::vector<Fault>& faults,
             proto::ReadMode reads, World& world)
    : options_(options),
      workload_(workload),
      faults_(faults),
      world_(world),
      generator_rng_(stream(options.seed, Purpose::generator)),
      nemesis_rng_(stream(options.seed, Purpose::nemesis)),
      roster_(options.concurrency, generator_rng_),
      clients_(world, options.concurrency, reads,
               [this](gen::Thread thread, const Completion& completion) {
                 completed(thread, completion);
               }),
      cluster_(world, [this](Nanos limit) { turn(limit); }),
      recorded_(record_calls(
          cluster_, [this] { return world_.now(); }, script_.faults)),
      probes_(world),
      generator_(options.script ? from_script(*options.script) : schedule()),
      open_(static_cast<std::size_t>(options.concurrency)),
      asked_since_heal_(open_.size()),
      served_since_heal_(open_.size()) {
  // A fault that needs more of its target does more.
  const bool only_cuts = !options.replay && std::ranges::all_of(faults, [](const Fault& fault) {
    return fault.family == "partition" && fault.needs.empty();
  });
  if (only_cuts)
    availability_.emplace(world.network(), world.nodes().size(),
                          world.setup().weather.election_max);
  if (!options.stop_on_violation) return;
  // Each completion is judged as it comes, whatever it takes: where the load ends is part of what
  // the seed decides.
  auto online = OnlineChecker::create(
      {.model = workload.model, .time_again = options.judge_budget, .share_again = 0});
  if (online) online_.emplace(std::move(*online));
}

Drive::~Drive() = default;

/// After the heal everybody leads in turn, and what it knows is read: a replica that went another
/// way is seen by clients.
gen::GenPtr Drive::schedule() const {
  ScheduleOptions when;
  when.interval = options_.fault_interval;
  when.cadence = options_.cadence;
  when.quiet_start = options_.quiet_start;
  when.seed = stream_seed(options_.seed, Purpose::schedule);
  std::vector<Operation> moves;
  for (const NodeName& node : cluster_.nodes())
    moves.push_back({.f = k_lead, .key = {}, .value = Value(node)});
  return in_phases(
      {.during = workload_.during,
       .faults = options_.replay ? replay_schedule(*options_.replay) : make_schedule(faults_, when),
       .time_limit = options_.time_limit,
       .healed = faults_,
       .after_heal = workload_.after_heal,
       .final_reads = k_final_reads,
       .reread_after = std::move(moves)});
}

void Drive::run() {
  while (!talks_for_ever() && (!exhausted_ || !roster_.idle())) turn(k_never);
  if (talks_for_ever()) {
    stalled_ = str("the nodes talk without end: ", world_.most_in_a_second(),
                   " events in a second of virtual time");
    return;
  }
  if (!healed_) {
    take({.planned = {.operation = {.f = k_heal_all, .key = {}, .value = {}},
                      .thread = gen::k_nemesis_thread,
                      .time = world_.now(),
                      .note = {}},
          .then = generator_});
  }
  look_at_clients();
}

// ---- Generator and world, in turns --------------------------------------------------------------

bool Drive::talks_for_ever() const { return world_.most_in_a_second() >= k_most_steps_in_a_second; }

/// Once the nodes talk without end nothing happens any more, but time passes for whoever waits.
void Drive::turn(Nanos limit) {
  if (talks_for_ever()) return world_.advance_to(limit);
  if (!exhausted_ && (changed_ || (!next_ && world_.now() >= again_))) ask();
  if (next_ && next_->planned.time <= world_.now())
    return take(*std::exchange(next_, std::nullopt));
  Nanos until = limit;
  if (next_)
    until = std::min(until, next_->planned.time);
  else if (!exhausted_)
    until = std::min(until, again_);
  if (world_.next_event() <= until)
    world_.step();
  else
    world_.advance_to(until);
}

void Drive::ask() {
  changed_ = false;
  next_.reset();
  gen::Answer answer = generator_->next(roster_.at(world_.now()));
  if (auto* next = std::get_if<gen::Next>(&answer)) {
    next_ = std::move(*next);
  } else if (auto* pending = std::get_if<gen::Pending>(&answer)) {
    if (pending->then) generator_ = std::move(pending->then);
    const Nanos until = pending->until == k_never ? world_.now() + k_a_while : pending->until;
    again_ = std::max(until, world_.now() + 1ns);
  } else {
    exhausted_ = true;
  }
}

void Drive::take(gen::Next next) {
  generator_ = std::move(next.then);
  changed_ = true;
  if (!next.planned.note.empty()) return;
  const gen::Thread thread = next.planned.thread;
  const bool is_nemesis = thread == gen::k_nemesis_thread;
  const Operation operation = std::move(next.planned.operation);
  const ProcessId process = roster_.process(thread);
  roster_.invoked(thread);
  Event event{.time = world_.now(),
              .process = process,
              .type = is_nemesis ? EventType::info : EventType::invoke,
              .f = operation.f,
              .key = operation.key,
              .value = operation.value,
              .error = {},
              .node = {}};
  if (!is_nemesis) {
    event.node = world_.node(clients_.home_of(process)).name();
    const auto place = static_cast<std::size_t>(thread);
    open_[place] = operation;
    asked_since_heal_[place] = asked_since_heal_[place] || healed_;
    if (availability_) availability_->asked(clients_.home_of(process));
    script_.operations.push_back({world_.now(), thread, operation});
    record(thread, std::move(event));
    return clients_.invoke(thread, process, operation);
  }
  record(thread, event);
  if (availability_) look_at_service(false);
  const Completion done = act(operation);
  if (availability_) availability_->cut_changed(world_.now());
  event.value = done.value;
  event.error = done.error;
  roster_.completed(thread, EventType::info);
  record(thread, std::move(event));
}

void Drive::completed(gen::Thread thread, const Completion& completion) {
  const auto place = static_cast<std::size_t>(thread);
  const Operation& operation = open_[place];
  const ProcessId process = roster_.process(thread);
  Event event{.time = world_.now(),
              .process = process,
              .type = completion.type,
              .f = operation.f,
              .key = operation.key,
              .value = completion.type == EventType::ok ? completion.value : operation.value,
              .error = completion.error,
              .node = world_.node(clients_.home_of(process)).name()};
  if (availability_) look_at_service(completion.type == EventType::ok);
  if (completion.type == EventType::ok && asked_since_heal_[place])
    served_since_heal_[place] = true;
  roster_.completed(thread, completion.type);
  record(thread, std::move(event));
}

void Drive::record(gen::Thread thread, Event event) {
  event.index = static_cast<std::int64_t>(history_.size());
  event.time = world_.now();
  generator_ = generator_->update(roster_.at(world_.now()), thread, event);
  changed_ = true;
  if (world_.watch().traces()) {
    const bool is_nemesis = thread == gen::k_nemesis_thread;
    const bool begins = event.type == EventType::invoke;
    world_.watch().trace({.at = event.time,
                          .kind = is_nemesis ? TraceEvent::Kind::fault
                                  : begins   ? TraceEvent::Kind::invoked
                                             : TraceEvent::Kind::completed,
                          .node = 0,
                          .to = 0,
                          .message = 0,
                          .text = in_words(event)});
  }
  if (online_ && !stopped_at_) judge(event);
  history_.push_back(std::move(event));
}

/// No more is asked once a violation is found; what is open ends, and run() heals.
void Drive::judge(const Event& event) {
  static_cast<void>(online_->feed(event));  // the events of a run are in order
  if (!online_->violation()) return;
  stopped_at_ = online_->violation()->event;
  exhausted_ = true;
  next_.reset();
}

// ---- The nemesis --------------------------------------------------------------------------------

Completion Drive::act(const Operation& operation) {
  if (operation.f == k_heal_all) return heal_all();
  if (options_.script) {
    const auto call = call_of(operation);
    return call ? replay(*call) : heal_all();  // with the look for progress that the run had
  }
  if (const auto call = call_of(operation); options_.replay && call) return replay(*call);
  if (operation.f == k_lead) return lead(operation.value.as_text());
  Deed deed = perform(faults_, operation, *recorded_, nemesis_rng_);
  return {EventType::info, std::move(deed.value), std::move(deed.error)};
}

Completion Drive::replay(const ClusterCall& call) {
  const Status done = perform_call(call, *recorded_);
  return {EventType::info, deed_of(call, cluster_.nodes()), done ? "" : done.error().what};
}

Completion Drive::heal_all() {
  const bool is_in_script = !options_.script || !exhausted_;
  const Status done = (is_in_script ? *recorded_ : cluster_).heal_and_verify();
  healed_ = true;
  availability_.reset();
  stalled_ = done ? recover() : "the heal does not heal: " + done.error().what;
  return {EventType::info, {}, stalled_};
}

/// Empty if all nodes came to serve in time.
std::string Drive::recover() {
  const Nanos deadline = world_.now() + options_.recovery_limit;
  if (!cluster_.wait(deadline, [this] { return agreed(); }))
    return str("the voters do not agree on a leader, ", format_duration(options_.recovery_limit),
               " after the heal");
  probes_.start();
  if (!cluster_.wait(deadline, [this] { return probes_.all_served(); }))
    return str("clients are not served, ", format_duration(options_.recovery_limit),
               " after the heal: those of ", probes_.waiting());
  return {};
}

bool Drive::agreed() const {
  raft::NodeId leader = raft::k_nobody;
  bool first = true;
  for (const auto& node : world_.nodes()) {
    if (!node->has_process()) continue;
    const raft::NodeStatus& status = node->replica().status();
    if (!status.configuration->voters.contains(node->id())) continue;
    if (!first && status.leader != leader) return false;
    leader = status.leader;
    first = false;
  }
  const auto place = world_.place_of(leader);
  return place && world_.node(*place).has_process() && world_.node(*place).leads();
}

/// By the system's own means or, if those fail, by stopping whoever leads for a while.
Completion Drive::lead(const NodeName& node) {
  if (!stalled_.empty())
    return {EventType::info, Value(node), "skipped: the cluster does not serve"};
  const Status moved = recorded_->transfer_leadership(node);
  if (!moved) {
    const Nodes leaders = recorded_->leaders();
    static_cast<void>(recorded_->pause(leaders));
    cluster_.wait(world_.now() + 2 * world_.setup().weather.election_max, [] { return false; });
    static_cast<void>(recorded_->resume(leaders));
  }
  cluster_.wait(world_.now() + k_new_leader_patience, [this] { return agreed(); });
  return {EventType::info, Value(node), moved ? "" : moved.error().what};
}

/// Clients give up what takes too long, and so come by here often enough.
void Drive::look_at_service(bool served) {
  if (unserved_.empty()) unserved_ = availability_->look(world_.now());
  if (served) availability_->served(world_.now());
}

void Drive::look_at_clients() {
  if (stalled_.empty()) stalled_ = unserved_;
  for (std::size_t thread = 0; thread < open_.size() && stalled_.empty(); ++thread)
    if (asked_since_heal_[thread] && !served_since_heal_[thread])
      stalled_ = str("client ", thread, " was never served after the heal");
}

}  // namespace plumbline::simulator
