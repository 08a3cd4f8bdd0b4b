#include "simulator/node.h"

#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/replica/recovery.h"
#include "simulator/streams.h"
#include "simulator/world.h"

namespace plumbline::simulator {
namespace {

constexpr Nanos k_tick = 10ms;  // as raftkvd
// Requests that come within this are proposed together, as in a turn of raftkvd's loop.
constexpr Nanos k_turn = 50us;
// What a stopped process's sockets hold before its peers see their links as broken.
constexpr std::size_t k_held_max = 4096;

replica::ResetShares resets_of(const Weather& weather) {
  return {.voted = weather.reset_voted,
          .appended = weather.reset_appended,
          .installed = weather.reset_installed};
}

Rng clock_rng(const World& world, std::size_t place) {
  return stream(world.setup().seed, Purpose::clock, place);
}

}  // namespace

SimNode::SimNode(World& world, std::size_t place)
    : world_(world),
      place_(place),
      name_(str('n', place + 1)),
      disk_(world.setup().seed, place, world.setup().weather),
      snapshot_rng_(stream(world.setup().seed, Purpose::snapshot, place)),
      reset_points_(resets_of(world.setup().weather),
                    stream(world.setup().seed, Purpose::reset, place)) {
  const auto drift = static_cast<std::int64_t>(world.setup().weather.drift *
                                               static_cast<double>(NodeClock::k_true_rate));
  if (drift > 0) own_rate_ += clock_rng(world, place).between(-drift, drift);
  clock_.set_rate({}, own_rate_);
}

SimNode::~SimNode() = default;

// ---- Its life -----------------------------------------------------------------------------------

void SimNode::enroll(raft::NodeId id, raft::Configuration first) {
  id_ = id;
  first_ = std::move(first);
  world_.give_id(id, place_);
}

replica::Options SimNode::options() const {
  const WorldSetup& setup = world_.setup();
  const Weather& weather = setup.weather;
  replica::Options options;
  options.raft.id = id_;
  options.raft.first = first_;
  options.raft.election_timeout_min = weather.election_min;
  options.raft.election_timeout_max = weather.election_max;
  options.raft.heartbeat_interval = weather.heartbeat;
  options.raft.seed = stream_seed(setup.seed, Purpose::election, id_.value, lives_);
  options.raft.max_append_bytes = weather.append_bytes;
  options.raft.max_inflight_appends = weather.inflight;
  options.raft.max_inflight_bytes = weather.inflight_bytes;
  options.raft.snapshot_chunk_bytes = weather.chunk_bytes;
  options.raft.defects = setup.defects;
  options.snapshot_every = weather.snapshot_every;
  return options;
}

void SimNode::start() {
  if (replica_ || !is_member()) return;
  auto found = replica::recover(disk_.files(), "data", {world_.setup().weather.segment_bytes},
                                world_.setup().defects);
  if (!found) {
    note(str("start failed: ", found.error().what));
    if (found.error().code == Error::Code::corrupt)
      world_.watch().reached(State::disk_refused_start);
    life_ = disk_.is_flipped() ? Life::refused : Life::down;
    return world_.died(place_, found.error().what, disk_.excuses_death());
  }
  ++lives_;
  durable_ = found->restored;
  wal_ = std::move(found->wal);
  snapshots_ = std::move(found->snapshots);
  life_ = Life::running;
  started_ = now();
  const std::string repaired = found->repaired;
  replica::Shell& shell = *this;
  replica_ =
      std::make_unique<replica::Replica>(options(), std::move(found->restored),
                                         std::move(found->machine), found->snapshot_bytes, shell);
  world_.watch().started(*this, durable_, repaired);
  replica_->observe(
      [this](const raft::Effects& effects) { world_.watch().stepped(*this, effects); });
  after_turn();
}

void SimNode::stop() {
  if (!replica_) return;
  interrupt_snapshot_job();
  ++lives_;
  world_.watch().stopped(*this);
  replica_.reset();
  wal_.reset();
  snapshots_.reset();
  waiting_.clear();
  in_flight_.clear();
  snapshot_jobs_.clear();
  held_.clear();
  writing_ = turn_open_ = dying_ = false;
  tick_at_ = k_never;
  life_ = Life::down;
  world_.hang_up(place_);
}

void SimNode::kill() { stop(); }

void SimNode::cut_power() {
  stop();
  if (is_member()) disk_.cut_power();
}

void SimNode::leave() {
  stop();
  if (is_member()) world_.retire_id(id_);
  id_ = raft::k_nobody;
  life_ = Life::down;
  disk_.wipe();
}

void SimNode::pause() {
  if (life_ != Life::running) return;
  life_ = Life::paused;
  world_.watch().paused(*this, true);
}

/// What came meanwhile is there all at once, in order.
void SimNode::resume() {
  if (life_ != Life::paused) return;
  life_ = Life::running;
  world_.watch().paused(*this, false);
  for (Due& due : std::exchange(held_, {})) {
    due.at = world_.now();
    world_.post_again(due);
  }
}

void SimNode::clock_changed() {
  tick_at_ = k_never;
  arm_tick();
}

/// Requires: not called from within a step of the replica.
void SimNode::after_turn() {
  const bool reset = reset_points_.take_due();
  if (dying_) {
    const std::string why = std::exchange(last_words_, {});
    const bool excused = disk_.excuses_death();
    if (excused) world_.watch().reached(State::disk_failed);
    stop();
    return world_.died(place_, why, excused);
  }
  world_.watch().applied(*this);
  if (reset) {
    note("info reset");
    cut_power();
    return start();
  }
  if (replica_->has_gathered() && !turn_open_) {
    turn_open_ = true;
    world_.post(k_turn, Happening::turn_ends, place_, lives_);
  }
  arm_tick();
}

void SimNode::dying(const Error& error) {
  if (!dying_) last_words_ = error.what;
  dying_ = true;
}

// ---- What comes ---------------------------------------------------------------------------------

void SimNode::handle(const Due& due) {
  if (due.what == Happening::synced) {  // the disk does not wait for a stopped process
    if (due.life == lives_ && replica_) synced();
    return;
  }
  const bool is_for_life = due.what != Happening::message && due.what != Happening::request;
  if (!replica_ || (is_for_life && due.life != lives_)) {
    if (due.what == Happening::message) world_.take_message(due.which);
    return;
  }
  if (life_ == Life::paused) {
    if (held_.size() < k_held_max || due.what != Happening::message)
      held_.push_back(due);
    else
      world_.take_message(due.which);
    return;
  }
  handle_now(due);
  if (replica_) after_turn();
}

void SimNode::handle_now(const Due& due) {
  switch (due.what) {
    case Happening::message: {
      raft::Message message = world_.take_message(due.which);
      if (message.to != id_) return;  // to whoever was here before
      world_.watch().received(*this, message);
      return replica_->receive(std::move(message));
    }
    case Happening::tick:
      return tick();
    case Happening::turn_ends:
      turn_open_ = false;
      return replica_->flush();
    case Happening::persisted:
      writing_ = false;
      begin_write();  // what came meanwhile does not wait for the loop
      return replica_->persisted(due.which);
    case Happening::snapshot_job:
      return end_snapshot_job();
    case Happening::request:
      if (auto request = world_.take_request(due.which))
        replica_->ask(std::move(*request), {world_.asker(), due.which});
      return;
    default:
      CHECK(false, "not for a node");
  }
}

/// The next tick of the 10 ms grid at which there is something to do.
void SimNode::arm_tick() {
  if (!replica_) return;
  Nanos due = replica_->next_deadline();
  if (world_.setup().every_tick) due = Nanos::min();
  if (due == k_never) return;
  const Nanos passed = now() - started_;
  const Nanos wanted = std::max(due - started_, passed + Nanos(1));
  const Nanos grid = (wanted + k_tick - Nanos(1)) / k_tick * k_tick;
  const Nanos at = clock_.world_at(started_ + grid);
  if (at >= tick_at_) return;
  tick_at_ = at;
  world_.post(at - world_.now(), Happening::tick, place_, lives_);
}

void SimNode::tick() {
  if (world_.now() < tick_at_) return;  // one that an earlier one has overtaken
  tick_at_ = k_never;
  if (world_.setup().every_tick || now() >= replica_->next_deadline()) replica_->tick();
}

// ---- What its replica needs done ----------------------------------------------------------------

Nanos SimNode::now() { return clock_.steady(world_.now()); }
std::uint64_t SimNode::wall_ms() { return clock_.wall_ms(world_.now()); }

void SimNode::send(raft::Message message) {
  if (dying_) return;
  reset_points_.sent(message);
  world_.send(place_, std::move(message));
}

std::string SimNode::client_address(raft::NodeId node) {
  const auto place = world_.place_of(node);
  return place ? world_.node(*place).name() : std::string();
}

void SimNode::log(replica::LogLevel level, std::string_view event, replica::LogFields fields) {
  constexpr std::array k_levels = {"info", "warn", "error"};
  std::string line = str(k_levels[static_cast<std::size_t>(level)], ' ', event);
  for (const replica::LogField& field : fields) line += str(' ', field.key, '=', field.value);
  note(line);
}

void SimNode::note(std::string_view text) {
  const auto passed = std::chrono::floor<std::chrono::microseconds>(world_.now()).count();
  std::string micros = std::to_string(passed % 1'000'000);
  micros.insert(0, 6 - micros.size(), '0');
  lines_.push_back(str(passed / 1'000'000, '.', micros, ' ', text));
}

}  // namespace plumbline::simulator
