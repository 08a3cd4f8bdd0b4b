#include "simulator/world.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/raft/describe.h"

namespace plumbline::simulator {

class World::Answers : public replica::Asker {
 public:
  explicit Answers(World& world) : world_(world) {}
  void answer(std::uint64_t request, const proto::Reply& reply) override {
    world_.answer(request, reply);
  }

 private:
  World& world_;
};

World::World(const WorldSetup& setup)
    : setup_(setup),
      network_(setup.seed, setup.nodes, setup.weather),
      watch_(*this, setup.nodes, setup.invariants, setup.trace),
      asker_(std::make_shared<Answers>(*this)) {
  raft::Configuration first;
  for (std::size_t place = 0; place < setup.nodes; ++place) {
    const raft::NodeId id = next_id();
    first.voters.insert(id);
    give_id(id, place);
  }
  for (std::size_t place = 0; place < setup.nodes; ++place)
    nodes_.push_back(std::make_unique<SimNode>(*this, place));
  for (auto& node : nodes_) node->enroll(raft::NodeId(node->place() + 1), first);
  for (auto& node : nodes_) node->start();
}

World::~World() = default;

std::optional<std::size_t> World::place_of(raft::NodeId id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

// ---- Events -------------------------------------------------------------------------------------

void World::post(Nanos after, Happening what, std::size_t place, std::uint32_t life,
                 std::uint64_t which) {
  repost({.at = now_ + after,
          .which = which,
          .life = life,
          .place = static_cast<std::uint16_t>(place),
          .what = what});
}

void World::repost(const Due& due) { queue_.post(due); }

void World::step() {
  const Due due = queue_.take();
  now_ = std::max(now_, due.at);
  ++steps_;
  const std::int64_t second = now_ / 1s;
  in_this_second_ = second == std::exchange(second_, second) ? in_this_second_ + 1 : 1;
  most_in_a_second_ = std::max(most_in_a_second_, in_this_second_);
  handle(due);
}

void World::handle(const Due& due) {
  switch (due.what) {
    case Happening::message:
      return deliver(due);
    case Happening::request:
      return arrive(due);
    case Happening::reply:
      return give_reply(due.which);
    case Happening::lost:
      return give_loss(due.which);
    case Happening::timer:
      return callers_[due.place]->timer(due.which);
    default:
      return nodes_[due.place]->handle(due);
  }
}

// ---- Messages -----------------------------------------------------------------------------------

void World::send(std::size_t from, raft::Message message) {
  const auto to = place_of(message.to);
  if (!to) return;
  const Network::Fate fate = network_.send(from, *to);
  const std::uint64_t id = ++messages_;
  if (watch_.traces())
    watch_.trace({.at = now_,
                  .kind = TraceEvent::Kind::sent,
                  .node = static_cast<int>(from) + 1,
                  .to = static_cast<int>(*to) + 1,
                  .message = id,
                  .text = raft::testing::describe(message)});
  if (fate.copies == 0) watch_.lost(from, *to, id, message);
  for (int copy = 0; copy < fate.copies; ++copy) {
    if (free_parcels_.empty()) {
      free_parcels_.push_back(parcels_.size());
      parcels_.emplace_back();
    }
    const std::uint64_t kept = free_parcels_.back();
    free_parcels_.pop_back();
    const bool is_last = copy + 1 == fate.copies;
    parcels_[kept] = {is_last ? std::move(message) : message, id, from};
    post(fate.delays[static_cast<std::size_t>(copy)], Happening::message, *to, 0, kept);
  }
}

void World::deliver(const Due& due) {
  const Parcel& parcel = parcels_[due.which];
  SimNode& node = *nodes_[due.place];
  if (network_.is_cut(parcel.from, due.place) || !node.has_process()) {
    watch_.lost(parcel.from, due.place, parcel.id, parcel.message);
    take_message(due.which);
    return;
  }
  if (watch_.traces())
    watch_.trace({.at = now_,
                  .kind = TraceEvent::Kind::delivered,
                  .node = static_cast<int>(due.place) + 1,
                  .to = 0,
                  .message = parcel.id,
                  .text = {}});
  node.handle(due);
}

raft::Message World::take_message(std::uint64_t kept) {
  free_parcels_.push_back(kept);
  return std::move(parcels_[kept].message);
}

// ---- Calls from outside -------------------------------------------------------------------------

std::uint16_t World::introduce(Caller& caller) {
  callers_.push_back(&caller);
  return static_cast<std::uint16_t>(callers_.size() - 1);
}

void World::set_timer(std::uint16_t caller, Nanos at, std::uint64_t which) {
  post(std::max(at - now_, Nanos::zero()), Happening::timer, caller, 0, which);
}

std::uint64_t World::call(std::uint16_t caller, std::size_t place, proto::Request request,
                          Nanos there, Nanos back) {
  const std::uint64_t id = ++last_call_;
  calls_.emplace(id, Call{.caller = caller,
                          .place = place,
                          .request = std::move(request),
                          .back = back,
                          .floor = {},
                          .term = {}});
  post(there, Happening::request, place, 0, id);
  return id;
}

void World::arrive(const Due& due) {
  const auto found = calls_.find(due.which);
  if (found == calls_.end()) return;
  Call& call = found->second;
  SimNode& node = *nodes_[due.place];
  if (!node.has_process()) {
    call.stage = Call::Stage::lost;
    return post(call.back, Happening::lost, due.place, 0, due.which);
  }
  call.stage = Call::Stage::at_node;
  call.reached = true;
  call.floor = watch_.highest_commit();
  node.handle(due);
}

std::optional<proto::Request> World::take_request(std::uint64_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return std::nullopt;
  Call& call = found->second;
  const raft::NodeStatus status = nodes_[call.place]->replica().raft().status();
  call.term = status.term;
  const bool waits = status.role == raft::Role::leader &&
                     nodes_[call.place]->replica().raft().term_at(status.commit) != status.term;
  if (waits && call.request.op == proto::Op::get) watch_.reached(State::read_waited_for_no_op);
  return call.request;
}

void World::answer(std::uint64_t id, const proto::Reply& reply) {
  const auto found = calls_.find(id);
  if (found == calls_.end() || found->second.stage != Call::Stage::at_node) return;
  Call& call = found->second;
  if (nodes_[call.place]->is_dying()) return;
  look_at_answer(call, reply);
  call.stage = Call::Stage::answered;
  call.reply = reply;
  post(call.back, Happening::reply, call.place, 0, id);
}

void World::look_at_answer(const Call& call, const proto::Reply& reply) {
  if (reply.code == proto::Code::unknown_outcome) watch_.reached(State::unknown_outcome);
  if (call.request.op != proto::Op::get) return;
  replica::Replica& replica = nodes_[call.place]->replica();
  if (replica.raft().status().term != call.term) watch_.reached(State::read_across_terms);
  const bool served = reply.code == proto::Code::ok || reply.code == proto::Code::not_found;
  if (!served) return;
  if (call.request.mode == proto::ReadMode::lease) watch_.reached(State::lease_read);
  if (call.request.mode == proto::ReadMode::linearizable && watch_.invariants_on() &&
      replica.machine().applied() < call.floor.value)
    watch_.violated(str("linearizable reads: ", nodes_[call.place]->name(),
                        " answers from a state at ", replica.machine().applied(), ", but ",
                        call.floor, " was committed before it was asked"));
}

void World::hang_up(std::size_t place) {
  for (auto& [id, call] : calls_) {
    if (call.place != place || call.stage != Call::Stage::at_node) continue;
    call.stage = Call::Stage::lost;
    post(call.back, Happening::lost, place, 0, id);
  }
}

void World::give_reply(std::uint64_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const Call call = std::move(found->second);
  calls_.erase(found);
  callers_[call.caller]->answered(id, call.reply);
}

void World::give_loss(std::uint64_t id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const Call call = std::move(found->second);
  calls_.erase(found);
  callers_[call.caller]->lost(id, call.reached);
}

void World::died(std::size_t place, const std::string& why, bool excused) {
  if (watch_.traces())
    watch_.trace({.at = now_,
                  .kind = TraceEvent::Kind::crashed,
                  .node = static_cast<int>(place) + 1,
                  .text = why});
  if (!excused) deaths_.push_back({place, now_, why});
}

}  // namespace plumbline::simulator
