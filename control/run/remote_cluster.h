#pragma once
/// RemoteCluster: the Cluster that faults act on, over one Remote a node. Every action goes to its
/// nodes at the same time and is written to the fault log.

#include <functional>
#include <memory>
#include <mutex>

#include "control/remote.h"
#include "control/system.h"
#include "control/target.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// One node as the run holds it.
struct HeldNode {
  NodeAccess access;
  std::unique_ptr<Remote> remote;
  std::unique_ptr<HeldCommand> guard;
};

/// One action on one node, for faults.jsonl.
struct Action {
  std::string verb;  ///< cut, links, kill, power, start, pause, resume, remove, vote-out, add,
                     ///< learn, transfer
  NodeName node;
  std::vector<std::string> drops;  ///< cut: the peers it drops now
  Nanos took{};
  std::string error;
};

/// How long changes of members are waited for: who leads may have to be elected first, and a new
/// member gets a snapshot.
struct MemberPatience {
  Nanos removal = 5s;  ///< until an operator does something else: it may still come about
  Nanos change = 5s;
  Nanos heal = 30s;  ///< until all are members again
};

class RemoteCluster : public Cluster {
 public:
  /// Requires: `held` and `system` outlive it. `log` is called from several threads.
  RemoteCluster(std::vector<HeldNode>& held, System& system,
                std::function<void(const Action&)> log);

  MemberPatience patience{};

  const Nodes& nodes() const override { return nodes_; }
  Status set_cut(const Cut& cut) override;
  PerNode kill(const Nodes& nodes) override;
  PerNode start(const Nodes& nodes) override;
  PerNode pause(const Nodes& nodes) override;
  PerNode resume(const Nodes& nodes) override;
  std::set<Ability> abilities() const override { return system_.abilities(); }
  Status set_packets(const Packets& packets) override;
  PerNode cut_power(const Nodes& nodes) override;
  Nodes voters() override;
  Status remove_member(const NodeName& node) override;
  Status remove_members(const Nodes& nodes) override;
  Status add_member(const NodeName& node) override;
  Status add_members(const Nodes& nodes) override;
  Status add_learners(const Nodes& nodes) override;
  Status transfer_leadership(const NodeName& to) override;
  Nodes leaders() override;
  /// Fails: also unavailable, if all is healed and the system does not take its members back.
  Status heal_and_verify() override;
  /// heal_and_verify() as far as it is in our hands: nothing of ours is left, whether or not the
  /// system's processes start again. Fails: as heal_and_verify().
  Status heal_faults();

  /// As System's, of all nodes.
  Result<std::string> difference_of_replicas(Nanos timeout) {
    return system_.difference_of_replicas(members(), timeout);
  }

  /// Looks which of `nodes` have a process that ended although nobody killed it. kill() and start()
  /// look first too, so that no such end goes unseen.
  /// Fails: transport, naming a node that could not be asked.
  Status look_for_deaths(const Nodes& nodes);
  /// What was found so far, each told of once; also those that did not stay up when they were
  /// started.
  Nodes take_deaths();
  /// Nodes whose process was killed, never started, or ended by itself.
  Nodes down() override;
  void pass(Nanos time) override;

  /// Calls `act` for every node at the same time, each in a thread of its own.
  PerNode on_each(const Nodes& nodes, const std::function<Status(const HeldNode&)>& act);
  /// Where the system's standard output and error go on a node: the first of its log files.
  std::string log_file(const NodeAccess& node) const;
  const std::vector<NodeAccess>& accesses() const { return accesses_; }

 private:
  PerNode run_scripts(const std::string& verb, const Nodes& nodes,
                      const std::function<std::string(const NodeAccess&)>& script);
  Status logged(Action action, const HeldNode& node, const std::string& script);
  Status timed_for(const std::string& verb, const Nodes& nodes, const std::function<Status()>& act);
  const HeldNode& held(const NodeName& node) const;
  /// As it is a member now, or was last.
  NodeAccess member(const NodeAccess& node);
  std::vector<NodeAccess> members();
  Nodes without_those_out(const Nodes& nodes);
  std::vector<NodeAccess> members_of(const Nodes& nodes);
  PerNode end(const std::string& verb, const Nodes& nodes);
  /// Asks that they be members no more; their processes go on.
  Status vote_out(const Nodes& nodes, Nanos timeout);
  Status take_out(const Nodes& nodes, Nanos timeout);
  /// Starts them as other nodes than they were, with nothing.
  Status begin_anew(const Nodes& nodes);
  Status bring_back_all();
  void expect(const Nodes& nodes, bool running);
  Status look_at(const HeldNode& node);
  /// What an audit of a node shows.
  struct Left {
    bool process = false;             ///< the system's, running or stopped
    std::vector<std::string> faults;  ///< rules, stopped processes
  };
  Result<Left> what_is_left(const HeldNode& node);
  Status audit(bool with_processes);

  std::vector<HeldNode>& held_;
  System& system_;
  std::function<void(const Action&)> log_;
  Nodes nodes_;
  std::vector<NodeAccess> accesses_;

  std::mutex mutex_;
  std::map<NodeName, bool> expected_running_;
  std::map<NodeName, int> changes_;  ///< of the expectation: a look that raced with one is void
  Nodes deaths_;
  std::map<NodeName, int> incarnations_;
  std::set<NodeName> out_;        ///< no members, with neither process nor data
  bool members_changed_ = false;  ///< asked for at least
};

}  // namespace plumbline
