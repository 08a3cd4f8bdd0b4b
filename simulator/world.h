#pragma once
/// World: nodes, the network between them, their disks and clocks, and virtual time. It moves one
/// event at a time; whoever drives it decides how far.
/// Threads: none. Nothing is random but what the seed's streams give.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "node/proto/request.h"
#include "node/replica/asker.h"
#include "simulator/event_queue.h"
#include "simulator/network.h"
#include "simulator/node.h"
#include "simulator/watch.h"
#include "simulator/weather.h"

namespace plumbline::simulator {

/// Who asks nodes for something, from outside. Told of each call exactly once: answered() or
/// lost(), unless it forgets the call.
class Caller {
 public:
  virtual ~Caller() = default;
  virtual void answered(std::uint64_t call, const proto::Reply& reply) = 0;
  /// The connection broke or could not be made. `sent`: the node may have got the request.
  virtual void lost(std::uint64_t call, bool sent) = 0;
  virtual void timer(std::uint64_t which) = 0;
};

struct WorldSetup {
  std::uint64_t seed = 1;
  std::size_t nodes = 5;
  Weather weather{};
  std::set<std::string> defects{};
  bool invariants = true;
  bool trace = false;
  bool every_tick = false;  ///< tick at each chance, not only when something is due: for tests
};

class World {
 public:
  explicit World(const WorldSetup& setup);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Nanos now() const { return now_; }
  std::uint64_t steps() const { return steps_; }
  /// The most steps within one whole second of virtual time.
  std::uint64_t most_in_a_second() const { return most_in_a_second_; }
  Nanos next_event() const { return queue_.first_at(); }
  /// Requires: next_event() is not k_never.
  void step();
  /// Requires: no event before `time`.
  void advance_to(Nanos time) { now_ = std::max(now_, time); }

  std::vector<std::unique_ptr<SimNode>>& nodes() { return nodes_; }
  SimNode& node(std::size_t place) { return *nodes_[place]; }
  Network& network() { return network_; }
  Watch& watch() { return watch_; }
  const WorldSetup& setup() const { return setup_; }

  // ---- identities
  /// The place of the node that has `id` now; nothing if nobody has.
  std::optional<std::size_t> place_of(raft::NodeId id) const;
  void give_id(raft::NodeId id, std::size_t place) { places_[id] = place; }
  void retire_id(raft::NodeId id) { places_.erase(id); }
  raft::NodeId next_id() { return raft::NodeId(++last_id_); }

  // ---- from outside
  std::uint16_t introduce(Caller& caller);
  void set_timer(std::uint16_t caller, Nanos at, std::uint64_t which);
  /// Sends `request` to the node at `place`; each way takes a latency.
  std::uint64_t call(std::uint16_t caller, std::size_t place, proto::Request request, Nanos there,
                     Nanos back);
  void forget(std::uint64_t call) { calls_.erase(call); }

  // ---- what nodes do to it
  void post(Nanos after, Happening what, std::size_t place, std::uint32_t life,
            std::uint64_t which = 0);
  void post_again(const Due& due) { repost(due); }
  void send(std::size_t from, raft::Message message);
  void died(std::size_t place, const std::string& why, bool excused);
  /// Its process is gone: those who wait for its answers learn of it.
  void hang_up(std::size_t place);
  /// A message that waits at a node: the caller takes it.
  raft::Message take_message(std::uint64_t kept);
  /// The request of a call that has arrived at its node; nothing if the caller has forgotten it.
  std::optional<proto::Request> take_request(std::uint64_t call);
  const std::shared_ptr<replica::Asker>& asker() const { return asker_; }

  struct Death {
    std::size_t place;
    Nanos at;
    std::string why;
  };
  const std::vector<Death>& deaths() const { return deaths_; }

 private:
  class Answers;
  struct Call {
    std::uint16_t caller = 0;
    std::size_t place = 0;
    proto::Request request;
    proto::Reply reply{};
    Nanos back{};
    enum class Stage : std::uint8_t { sent, at_node, answered, lost } stage = Stage::sent;
    bool reached = false;
    raft::Index floor;  // of a linearizable read: what was committed when it came
    raft::Term term;    // of the node, when it came
  };
  struct Parcel {
    raft::Message message;
    std::uint64_t id = 0;  // of a trace
    std::size_t from = 0;
  };

  void repost(const Due& due);
  void handle(const Due& due);
  void deliver(const Due& due);
  void arrive(const Due& due);
  void answer(std::uint64_t call, const proto::Reply& reply);
  void look_at_answer(const Call& call, const proto::Reply& reply);
  void give_reply(std::uint64_t call);
  void give_loss(std::uint64_t call);

  const WorldSetup setup_;
  Nanos now_{};
  std::uint64_t steps_ = 0;
  std::int64_t second_ = 0;
  std::uint64_t in_this_second_ = 0;
  std::uint64_t most_in_a_second_ = 0;
  EventQueue queue_;
  Network network_;
  Watch watch_;
  std::map<raft::NodeId, std::size_t> places_;
  std::uint64_t last_id_ = 0;
  std::vector<Parcel> parcels_;
  std::vector<std::uint64_t> free_parcels_;
  std::uint64_t messages_ = 0;
  std::vector<Caller*> callers_;
  std::map<std::uint64_t, Call> calls_;
  std::uint64_t last_call_ = 0;
  std::shared_ptr<replica::Asker> asker_;
  std::vector<Death> deaths_;
  std::vector<std::unique_ptr<SimNode>> nodes_;  // last: they use all of the above
};

}  // namespace plumbline::simulator
