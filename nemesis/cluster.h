#pragma once
/// Cluster: what faults need of the place where the nodes live. control implements it over SSH,
/// the simulator in memory, tests with a recorder.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace plumbline {

using NodeName = std::string;
using Nodes = std::vector<NodeName>;
/// node -> the peers whose packets it drops. One-way cuts are possible: a cut of a from b does not
/// say anything about b from a. (Jepsen calls this a grudge.)
using Cut = std::map<NodeName, std::set<NodeName>>;

/// What became of one action on each node that it was asked of.
using PerNode = std::map<NodeName, Status>;

/// What some places can do to their nodes beyond stopping processes and cutting the network. A
/// fault that needs an ability is refused where it is lacking.
/// joint: several members leave or come in one change.
enum class Ability : std::uint8_t { packets, clocks, disks, power, membership, joint, transfer };
const char* to_string(Ability ability);

/// Trouble of the links between nodes; all zeros: none. Probabilities are of each packet.
struct Packets {
  Nanos delay{};   ///< added to each
  Nanos jitter{};  ///< up to this much more, which also reorders
  double loss = 0;
  double duplicate = 0;
  NodeName to{};  ///< only of what is sent to this node; empty: of all
  bool operator==(const Packets&) const = default;
};
/// Trouble of a node's clock. {}: none from now on (what it has lost or gained stays).
struct ClockTrouble {
  double rate = 1;  ///< of the steady clock: 1.1 runs a tenth too fast
  Nanos jump{};     ///< of the wall clock, at once
};
/// slow: every sync takes long. full: writes fail with ENOSPC, so the process ends. failing: the
/// next sync fails with EIO, so the process ends.
enum class DiskTrouble : std::uint8_t { none, slow, full, failing };

class Cluster {
 public:
  virtual ~Cluster() = default;
  /// All nodes, in a fixed order.
  virtual const Nodes& nodes() const = 0;

  /// Makes `cut` the only cut in force (a node absent from it drops nothing). Idempotent, atomic on
  /// each node. Client traffic and SSH are never cut.
  virtual Status set_cut(const Cut& cut) = 0;

  // Each acts on the given nodes at the same time, is idempotent, and returns when it has taken
  // hold (the process is gone, is stopped, runs again).
  virtual PerNode kill(const Nodes& nodes) = 0;  ///< SIGKILL the system's process
  /// Start it again; running already is ok. One that is no member, or that its disk keeps from
  /// running while a fault of ours is on that disk, stays down, and that is ok too: see down().
  virtual PerNode start(const Nodes& nodes) = 0;
  virtual PerNode pause(const Nodes& nodes) = 0;   ///< SIGSTOP; failed where it does not run
  virtual PerNode resume(const Nodes& nodes) = 0;  ///< SIGCONT

  /// Nodes that can do nothing now, as far as is known: their process does not run.
  virtual Nodes down() { return {}; }

  /// Returns that much later; the system goes on meanwhile.
  virtual void pass(Nanos time) = 0;

  // ---- Each of these only where abilities() has it; else it fails: unavailable.
  virtual std::set<Ability> abilities() const { return {}; }
  /// Makes `packets` the only trouble of packets, on all links between nodes.
  virtual Status set_packets(const Packets& packets);
  virtual PerNode set_clock(const Nodes& nodes, const ClockTrouble& trouble);
  virtual PerNode set_disk(const Nodes& nodes, DiskTrouble trouble);
  /// The power fails on them at the same time: the process is gone, and with it what was written
  /// and not synced (all of it or any part). start() brings them back.
  virtual PerNode cut_power(const Nodes& nodes);
  /// One bit of one file of the stopped system's data changes on each node; not in what was written
  /// last of all, where nobody can tell damage from what a crash leaves. The system may refuse to
  /// start from it.
  virtual PerNode flip_bit(const Nodes& nodes);
  /// The nodes that are voters now, according to whoever says that it leads, which may be mistaken;
  /// empty if nobody can say.
  virtual Nodes voters();
  /// Takes `node` out of the cluster, and its process and its data with it; returns when the change
  /// is complete. Fails: timeout, if no leader did it in time (it may still come about).
  virtual Status remove_member(const NodeName& node);
  /// Takes several out in one change. Their processes go on, as those of nodes that nobody thought
  /// of stopping, until they are added again. Fails: as remove_member().
  virtual Status remove_members(const Nodes& nodes);
  /// Adds `node`, which is out, as a new member with an empty disk: as a learner, then as a voter.
  virtual Status add_member(const NodeName& node);
  /// The same for several, who become voters in one change. Fails: as add_member().
  virtual Status add_members(const Nodes& nodes);
  /// The same, but they stay learners. Fails: as add_member().
  virtual Status add_learners(const Nodes& nodes);
  /// Asks the leader to hand over to `to`. Fails: as the system says.
  virtual Status transfer_leadership(const NodeName& to);

  /// Who leads now according to the nodes that answer; several during a partition, perhaps none.
  virtual Nodes leaders() = 0;

  /// Undoes everything at once (resume, start, heal network, clocks and disks, add who is no
  /// member) and looks: every node must be free of our rules and have its process running. Fails:
  /// failed, naming what is left.
  virtual Status heal_and_verify() = 0;
};

/// Looks again and again, while time passes. Whether it came to `done` in time.
bool wait_until(Cluster& cluster, Nanos patience, const std::function<bool()>& done);

/// ok, or one Error that names each node that failed.
Status all_ok(const PerNode& results);

}  // namespace plumbline
