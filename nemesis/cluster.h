#pragma once
/// Cluster: what faults need of the place where the nodes live. control implements it over SSH,
/// the simulator in memory, tests with a recorder.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace plumbline {

using NodeName = std::string;
using Nodes = std::vector<NodeName>;
/// node -> the peers whose packets it drops. One-way cuts are possible: a cut of a from b does not
/// say anything about b from a. (Jepsen calls this a grudge.)
using Cut = std::map<NodeName, std::set<NodeName>>;

/// What became of one action on each node that it was asked of.
using PerNode = std::map<NodeName, Status>;

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
  virtual PerNode kill(const Nodes& nodes) = 0;    ///< SIGKILL the system's process
  virtual PerNode start(const Nodes& nodes) = 0;   ///< start it again; running already is ok
  virtual PerNode pause(const Nodes& nodes) = 0;   ///< SIGSTOP; failed where it does not run
  virtual PerNode resume(const Nodes& nodes) = 0;  ///< SIGCONT

  /// Who leads now according to the nodes that answer; several during a partition, perhaps none.
  virtual Nodes leaders() = 0;

  /// Undoes everything at once (resume, start, heal the network) and looks: every node must be
  /// free of our rules and have its process running. Fails: failed, naming what is left.
  virtual Status heal_and_verify() = 0;
};

/// ok, or one Error that names each node that failed.
Status all_ok(const PerNode& results);

}  // namespace plumbline
