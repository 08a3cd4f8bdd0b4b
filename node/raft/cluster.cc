#include "node/raft/cluster.h"

#include <sstream>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/raft/describe.h"

namespace plumbline::raft::testing {

Cluster::Cluster(ClusterOptions options) : options_(std::move(options)) {
  for (int i = 1; i <= options_.nodes; ++i) ids_.emplace_back(static_cast<std::uint64_t>(i));
  options_.config.first.voters = {ids_.begin(), ids_.end()};
  for (const NodeId id : ids_) nodes_[id].disk_at_once = options_.disks_at_once;
  for (const NodeId id : ids_) start(id);
}

Nanos Cluster::clock_of(NodeId id) const {
  const auto i = static_cast<std::size_t>(id.value - 1);
  if (i >= options_.rates.size()) return now_;
  return Nanos{static_cast<std::int64_t>(static_cast<double>(now_.count()) * options_.rates[i])};
}

std::optional<NodeId> Cluster::leader() const {
  std::optional<NodeId> found;
  Term term;
  for (const NodeId id : ids_) {
    if (!is_up(id)) continue;
    const auto status = raft(id).status();
    if (status.role == Role::leader && status.term >= term) {
      found = id;
      term = status.term;
    }
  }
  return found;
}

void Cluster::start(NodeId id) {
  Node& node = at(id);
  Config config = options_.config;
  config.id = id;
  if (node.joins) config.first = {};
  config.seed = options_.seed * 1000003 + id.value * 1009 + node.life++;
  load_machine(id);
  node.raft = std::make_unique<Raft>(config, node.disk.durable(), clock_of(id));
  invariants_.started({id, node.raft.get(), &node.disk.durable()});
}

void Cluster::crash(NodeId id, std::size_t whole_writes, std::size_t torn_entries) {
  Node& node = at(id);
  if (node.raft != nullptr) invariants_.stopped(id);
  node.raft.reset();
  node.disk.crash(whole_writes, torn_entries);
  node.reads.clear();
  node.writes.clear();
}

void Cluster::restart(NodeId id) {
  if (!is_up(id)) start(id);
}

void Cluster::join(NodeId id) {
  CHECK(!nodes_.contains(id), "only a new node joins");
  ids_.push_back(id);
  Node& node = nodes_[id];
  node.joins = true;
  node.disk_at_once = options_.disks_at_once;
  start(id);
}

void Cluster::replace(NodeId id, Restored disk) {
  at(id).raft.reset();
  at(id).disk = ModelDisk(std::move(disk), "0 given");
  start(id);
}

void Cluster::feed(NodeId id, Input input) {
  Node& node = at(id);
  if (node.raft == nullptr) return;
  Effects effects = node.raft->step(clock_of(id), std::move(input));
  invariants_.stepped(id, effects);
  const auto status = node.raft->status();
  if (effects.role_changed && status.role == Role::leader) ++counts_.elections;
  for (const auto& transfer : effects.transfers) counts_.transfers += transfer.done ? 1 : 0;
  if (observer_) observer_(id, status, effects);
  perform(id, effects);
  if (!node.disk_at_once) return;
  sync(id);
  do_chunks(id);
}

void Cluster::perform(NodeId id, Effects& effects) {
  Node& node = at(id);
  if (effects.persist) node.disk.write(std::move(*effects.persist));
  for (auto& message : effects.messages)
    if (!is_cut(message.from, message.to)) sent_.push_back(std::move(message));
  for (auto& write : effects.write_chunks) node.writes.push_back(std::move(write));
  for (auto& read : effects.read_chunks) node.reads.push_back(std::move(read));
  if (effects.restore) {
    ++counts_.restores;
    load_machine(id);
    if (node.machine.applied != effects.restore->index)
      invariants_.report(str(name_of(id), " restores ", effects.restore->index,
                             " but its disk has ", node.machine.applied));
  }
  for (const auto& entry : effects.committed) apply(id, *entry);
  counts_.reads_answered += effects.reads.size();
  for (const auto& read : effects.reads) answered_.insert(read.id);
  if (effects.compacted_to) node.disk.drop_up_to(*effects.compacted_to);
}

void Cluster::apply(NodeId id, const Entry& entry) {
  Machine& machine = at(id).machine;
  machine.applied = entry.index;
  machine.hash = (machine.hash ^ checksum_of(entry.data) ^ entry.term.value) * 0x100000001b3ULL +
                 entry.index.value;
  if (entry.type == EntryType::command) machine.value = entry.data;
  const auto [known, is_new] = hashes_.try_emplace(entry.index, machine.hash);
  if (is_new) ++counts_.committed;
  if (is_new && entry.type == EntryType::configuration) ++counts_.changes;
  if (known->second != machine.hash)
    invariants_.report(str("the state of ", name_of(id), " differs at ", entry.index));
}

void Cluster::load_machine(NodeId id) {
  Node& node = at(id);
  node.machine = {};
  node.machine.applied = node.disk.durable().snapshot.index;
  std::istringstream in(node.disk.snapshot_bytes());
  in >> node.machine.hash >> node.machine.value;
}

std::uint64_t Cluster::propose(NodeId id, std::vector<std::string> commands) {
  const std::uint64_t first = last_proposal_ + 1;
  Propose propose;
  for (auto& command : commands) propose.commands.push_back({++last_proposal_, std::move(command)});
  feed(id, std::move(propose));
  return first;
}

std::uint64_t Cluster::change_members(NodeId id, Configuration wanted) {
  feed(id, ChangeMembers{++last_proposal_, std::move(wanted)});
  return last_proposal_;
}

std::uint64_t Cluster::transfer(NodeId from, NodeId to) {
  feed(from, TransferLeadership{++last_proposal_, to});
  return last_proposal_;
}

ReadId Cluster::ask() {
  const ReadId read{++last_read_};
  ask_as(read);
  return read;
}

void Cluster::snapshot(NodeId id, Index keep_after) {
  Node& node = at(id);
  if (node.raft == nullptr || node.machine.applied <= node.raft->status().snapshot.index) return;
  const Index index = node.machine.applied;
  const SnapshotMeta meta{index, *node.raft->term_at(index), node.raft->configuration_at(index)};
  node.disk.save_snapshot(meta, str(node.machine.hash, " ", node.machine.value));
  ++counts_.snapshots;
  feed(id, SnapshotMade{meta, std::min(keep_after, index)});
}

void Cluster::sync(NodeId id, std::size_t writes) {
  Node& node = at(id);
  if (node.raft == nullptr) return;
  if (const auto number = node.disk.sync(writes); number > 0) feed(id, Persisted{number});
}

void Cluster::do_chunks(NodeId id) {
  Node& node = at(id);
  while (node.raft != nullptr && !node.reads.empty()) {
    const ReadChunk request = std::move(node.reads.front());
    node.reads.pop_front();
    feed(id, ChunkRead{request.to,
                       node.disk.read_chunk(request, options_.config.snapshot_chunk_bytes)});
  }
  while (node.raft != nullptr && !node.writes.empty()) {
    const WriteChunk write = std::move(node.writes.front());
    node.writes.pop_front();
    std::visit([&](const auto& result) { feed(id, result); }, node.disk.write_chunk(write.chunk));
  }
}

void Cluster::deliver(Message message) {
  const NodeId to = message.to;
  feed(to, Receive{std::move(message)});
}

}  // namespace plumbline::raft::testing
