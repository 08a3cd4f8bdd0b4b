#pragma once
/// SimCluster: what faults can do to a simulated cluster: everything. Calls that need the system's
/// help (membership, transfer) take virtual time, in which the world and its clients go on.

#include <functional>
#include <optional>
#include <string>

#include "nemesis/cluster.h"
#include "node/proto/request.h"
#include "simulator/world.h"

namespace plumbline::simulator {

class SimCluster final : public Cluster, private Caller {
 public:
  /// Lets world and clients go on by one thing, to the given instant at most.
  using Turn = std::function<void(Nanos limit)>;
  SimCluster(World& world, Turn turn);

  const Nodes& nodes() const override { return names_; }
  Status set_cut(const Cut& cut) override;
  PerNode kill(const Nodes& nodes) override;
  PerNode start(const Nodes& nodes) override;
  PerNode pause(const Nodes& nodes) override;
  PerNode resume(const Nodes& nodes) override;
  Nodes down() override;

  std::set<Ability> abilities() const override;
  Status set_packets(const Packets& packets) override;
  PerNode set_clock(const Nodes& nodes, const ClockTrouble& trouble) override;
  PerNode set_disk(const Nodes& nodes, DiskTrouble trouble) override;
  PerNode cut_power(const Nodes& nodes) override;
  /// Refused for more nodes of a run than a minority: what is lost on most disks is lost.
  PerNode flip_bit(const Nodes& nodes) override;
  Nodes voters() override;
  Status remove_member(const NodeName& node) override;  ///< with the weather's patience
  Status remove_members(const Nodes& nodes) override;   ///< likewise
  Status add_member(const NodeName& node) override;
  Status add_members(const Nodes& nodes) override;
  Status add_learners(const Nodes& nodes) override;
  Status transfer_leadership(const NodeName& to) override;

  Nodes leaders() override;
  void pass(Nanos time) override;
  Status heal_and_verify() override;

  /// Lets the world go on until `done()` or `deadline`.
  bool wait(Nanos deadline, const std::function<bool()>& done);

 private:
  SimNode* find(const NodeName& name);
  PerNode each(const Nodes& nodes, const std::function<Status(SimNode&)>& act);
  SimNode* leader();
  /// Asks the leader, whoever it is, until it says ok.
  Status ask_leader(const proto::Request& request, Nanos deadline);
  std::optional<proto::Reply> ask(SimNode& node, const proto::Request& request, Nanos deadline);
  /// Until a leader's configuration, complete and committed, has `node` as a voter, or not at all.
  Status settled(const std::vector<raft::NodeId>& nodes, bool voters, Nanos deadline);
  Status remove_within(const NodeName& node, Nanos patience);
  Status vote_out(const Nodes& nodes, Nanos patience);
  /// Each of them is a member or about to be one: as itself, or anew if it was voted out.
  plumbline::Result<std::vector<raft::NodeId>> enroll(const Nodes& nodes);
  Status make_learners(const std::vector<raft::NodeId>& ids, const Nodes& names, Nanos deadline);
  Status make_voters(const std::vector<raft::NodeId>& ids, const Nodes& names);
  Status readmit(SimNode& node);
  /// Who are members for certain, no change being under way; nothing if nobody could tell in time.
  std::optional<raft::Configuration> settled_members();

  void answered(std::uint64_t call, const proto::Reply& reply) override;
  void lost(std::uint64_t call, bool sent) override;
  void timer(std::uint64_t) override {}

  World& world_;
  const Turn turn_;
  const std::uint16_t me_;
  Nodes names_;
  std::uint64_t call_ = 0;  // under way
  std::optional<proto::Reply> reply_;
};

}  // namespace plumbline::simulator
