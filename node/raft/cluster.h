#pragma once
/// Cluster: N Raft nodes with model disks and a wire between them, in one thread, at the command of
/// a test: nothing moves unless told to. Invariants are checked after every step. Each node carries
/// a small state machine (a chained hash of what it applied, and the last value), so that a wrong
/// snapshot or a wrong order shows at once.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/raft/invariants.h"
#include "node/raft/model_disk.h"
#include "node/raft/raft.h"

namespace plumbline::raft::testing {

struct ClusterOptions {
  int nodes = 3;
  Config config;  ///< id, first members and seed are filled in for each node
  std::uint64_t seed = 1;
  bool disks_at_once = true;  ///< every write is durable as soon as it is made
  std::vector<double> rates;  ///< of the nodes' clocks; missing ones run at 1
};

class Cluster {
 public:
  explicit Cluster(ClusterOptions options);

  // -- time
  Nanos now() const { return now_; }
  void advance(Nanos by) { now_ += by; }
  Nanos clock_of(NodeId id) const;

  // -- nodes
  const std::vector<NodeId>& ids() const { return ids_; }
  bool is_up(NodeId id) const { return at(id).raft != nullptr; }
  const Raft& raft(NodeId id) const { return *at(id).raft; }
  ModelDisk& disk(NodeId id) { return at(id).disk; }
  void disk_at_once(NodeId id, bool yes) { at(id).disk_at_once = yes; }
  std::optional<NodeId> leader() const;  ///< of the highest term, among those that are up
  void crash(NodeId id, std::size_t whole_writes = 0, std::size_t torn_entries = 0);
  void restart(NodeId id);
  /// A new node, which knows of nobody and waits to be told.
  void join(NodeId id);
  /// Starts the node anew from this disk, as if it had always been there.
  void replace(NodeId id, Restored disk);

  // -- what can be done to a node (no effect while it is down)
  void feed(NodeId id, Input input);
  void tick(NodeId id) { feed(id, Tick{}); }
  std::uint64_t propose(NodeId id, std::vector<std::string> commands);  ///< number of the first one
  std::uint64_t change_members(NodeId id, Configuration wanted);
  std::uint64_t transfer(NodeId from, NodeId to);
  /// A client asks now; any node may hear of it later. Scripts choose their own ids.
  ReadId ask();
  void ask_as(ReadId read) { invariants_.asked(read); }
  void snapshot(NodeId id, Index keep_after);
  void sync(NodeId id, std::size_t writes = SIZE_MAX);
  void do_chunks(NodeId id);  ///< all chunk reads and writes asked for
  bool has_chunk_work(NodeId id) const { return !at(id).reads.empty() || !at(id).writes.empty(); }

  // -- the wire
  std::vector<Message> take_sent() { return std::exchange(sent_, {}); }
  void deliver(Message message);
  void cut(NodeId from, NodeId to) { cuts_.insert({from, to}); }
  void mend() { cuts_.clear(); }
  bool is_cut(NodeId from, NodeId to) const { return cuts_.contains({from, to}); }

  // -- what is seen
  using Observer = std::function<void(NodeId, const NodeStatus& after, const Effects&)>;
  void observe(Observer observer) { observer_ = std::move(observer); }
  const std::optional<std::string>& violation() const { return invariants_.violation(); }
  Index highest_commit() const { return invariants_.highest_commit(); }
  const Configuration& first_members() const { return options_.config.first; }
  const std::string& value_of(NodeId id) const { return at(id).machine.value; }
  /// What a node's clients see: proposals and reads by number, with how they ended.
  struct Counts {
    std::size_t committed = 0, elections = 0, reads_answered = 0, restores = 0, snapshots = 0;
    std::size_t changes = 0, transfers = 0;  // that came about
  };
  const Counts& counts() const { return counts_; }
  bool was_answered(ReadId read) const { return answered_.contains(read); }

 private:
  struct Machine {
    Index applied;
    std::uint64_t hash = 0;
    std::string value;
  };
  struct Node {
    std::unique_ptr<Raft> raft;
    ModelDisk disk;
    bool disk_at_once = true;
    Machine machine;
    std::deque<ReadChunk> reads;
    std::deque<WriteChunk> writes;
    bool joins = false;
    std::uint64_t life = 0;  // how often it was started: each life draws other timeouts
  };

  Node& at(NodeId id) { return nodes_.at(id); }
  const Node& at(NodeId id) const { return nodes_.at(id); }
  void start(NodeId id);
  void perform(NodeId id, Effects& effects);
  void apply(NodeId id, const Entry& entry);
  void load_machine(NodeId id);

  ClusterOptions options_;
  Nanos now_{0};
  std::vector<NodeId> ids_;
  std::map<NodeId, Node> nodes_;
  std::set<std::pair<NodeId, NodeId>> cuts_;
  std::vector<Message> sent_;
  Invariants invariants_;
  std::map<Index, std::uint64_t> hashes_;
  Observer observer_;
  Counts counts_;
  std::set<ReadId> answered_;
  std::uint64_t last_proposal_ = 0;
  std::uint64_t last_read_ = 1000;  // scripts number theirs below
};

}  // namespace plumbline::raft::testing
