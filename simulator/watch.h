#pragma once
/// Watch: what is seen of a simulated cluster from above: invariants, coverage, and the trace of a
/// message diagram. It changes nothing.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/raft/invariants.h"
#include "node/raft/raft.h"
#include "node/replica/recovery.h"
#include "simulator/coverage.h"
#include "simulator/simulate.h"

namespace plumbline::simulator {

class SimNode;
class World;

class Watch {
 public:
  Watch(World& world, std::size_t nodes, bool invariants, bool trace);

  void started(SimNode& node, const raft::Restored& restored, const std::string& repaired);
  void stopped(const SimNode& node);
  void paused(const SimNode& node, bool now);
  /// The core has just made a step; nothing of `effects` is performed yet.
  void stepped(SimNode& node, const raft::Effects& effects);
  /// A turn of the node is over: what it has applied can be compared.
  void applied(SimNode& node);
  void received(SimNode& node, const raft::Message& message);
  void lost(std::size_t from, std::size_t to, std::uint64_t id, const raft::Message& message);
  void reached(State state) { coverage_.reached(state); }
  /// The first is kept.
  void violated(const std::string& what);

  raft::Index highest_commit() const { return invariants_.highest_commit(); }
  bool invariants_on() const { return check_; }
  bool traces() const { return trace_on_; }
  void trace(TraceEvent event);

  const Coverage& coverage() const { return coverage_; }
  const std::string& violation() const { return violation_; }
  std::vector<TraceEvent> take_trace() { return std::move(trace_); }

 private:
  struct Seen {
    raft::Index led_until;  // the end of the log when it last stopped leading
    raft::HardState woke_with;
    raft::Index members_at;
    raft::Configuration members;
    std::uint64_t compared = 0;  // applied index of the last comparison
  };
  void look_at_role(SimNode& node, Seen& seen, const raft::NodeStatus& now);
  void look_at_members(SimNode& node, Seen& seen, const raft::NodeStatus& now);
  void look_at_log(Seen& seen, const raft::NodeStatus& now, const raft::Effects& effects);
  void look_for_repeats(const std::vector<raft::EntryPtr>& committed);

  World& world_;
  const bool check_;
  const bool trace_on_;
  raft::testing::Invariants invariants_;
  Coverage coverage_;
  std::string violation_;
  std::vector<TraceEvent> trace_;
  std::vector<Seen> seen_;
  std::vector<std::uint64_t> hashes_;                 // of the state, by index; 0: not seen
  std::map<std::uint64_t, std::uint64_t> sequences_;  // the highest, by session
  std::uint64_t repeats_looked_for_to_ = 0;           // index
};

}  // namespace plumbline::simulator
