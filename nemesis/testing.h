#pragma once
/// A Cluster in memory that obeys at once and remembers what it was told.

#include <optional>

#include "core/base/text.h"
#include "nemesis/all.h"
#include "nemesis/cluster.h"
#include "nemesis/perform.h"

namespace plumbline {

inline Nodes numbered_nodes(std::size_t count) {
  Nodes nodes;
  for (std::size_t i = 1; i <= count; ++i) nodes.push_back(str("n", i));
  return nodes;
}

class FakeCluster : public Cluster {
 public:
  enum class Process { running, paused, dead };

  explicit FakeCluster(std::size_t count) : nodes_(numbered_nodes(count)) {
    for (const NodeName& node : nodes_) processes[node] = Process::running;
    members = {nodes_.begin(), nodes_.end()};
  }

  Cut cut;
  std::map<NodeName, Process> processes;
  Nodes leading;              ///< what leaders() answers
  std::set<NodeName> broken;  ///< nodes on which nothing works
  std::set<Ability> able = {Ability::packets,    Ability::clocks, Ability::disks,   Ability::power,
                            Ability::membership, Ability::joint,  Ability::transfer};
  Packets packets;
  std::map<NodeName, ClockTrouble> clocks;
  std::map<NodeName, DiskTrouble> disks;
  std::set<NodeName> damaged;        ///< by a flipped bit: refuses to start
  std::set<NodeName> members;        ///< voters
  std::optional<Error> no_change;    ///< what changes of members fail with
  std::optional<Error> no_transfer;  ///< what transfers fail with
  Nanos passed{};                    ///< all that was waited for
  std::vector<std::string> journal;  ///< one line a call, e.g. "kill n1 n3"

  const Nodes& nodes() const override { return nodes_; }
  Status set_cut(const Cut& wanted) override {
    journal.push_back(wanted.empty() ? "heal network" : "cut");
    if (!broken.empty()) return fail(Error::Code::transport, *broken.begin() + ": no route");
    cut = wanted;
    return {};
  }
  PerNode kill(const Nodes& nodes) override {
    return each("kill", nodes, [](Process) { return Process::dead; });
  }
  PerNode start(const Nodes& nodes) override {
    PerNode results =
        each("start", nodes, [](Process p) { return p == Process::dead ? Process::running : p; });
    for (const NodeName& node : nodes)
      if (damaged.contains(node) || !members.contains(node) ||
          (disks.contains(node) && disks[node] == DiskTrouble::full))
        processes[node] = Process::dead;
    return results;
  }
  PerNode pause(const Nodes& nodes) override {
    PerNode results =
        each("pause", nodes, [](Process p) { return p == Process::dead ? p : Process::paused; });
    for (auto& [node, status] : results)
      if (processes[node] == Process::dead) status = fail(Error::Code::failed, "does not run");
    return results;
  }
  PerNode resume(const Nodes& nodes) override {
    return each("resume", nodes,
                [](Process p) { return p == Process::dead ? p : Process::running; });
  }
  Nodes down() override {
    Nodes dead;
    for (const auto& [node, process] : processes)
      if (process == Process::dead) dead.push_back(node);
    return dead;
  }

  std::set<Ability> abilities() const override { return able; }
  Status set_packets(const Packets& wanted) override {
    journal.push_back("packets");
    packets = wanted;
    return {};
  }
  PerNode set_clock(const Nodes& nodes, const ClockTrouble& trouble) override {
    for (const NodeName& node : nodes) clocks[node] = trouble;
    return each("clock", nodes, [](Process p) { return p; });
  }
  PerNode set_disk(const Nodes& nodes, DiskTrouble trouble) override {
    for (const NodeName& node : nodes) disks[node] = trouble;
    const bool ends = trouble == DiskTrouble::full || trouble == DiskTrouble::failing;
    return each("disk", nodes, [ends](Process p) { return ends ? Process::dead : p; });
  }
  PerNode cut_power(const Nodes& nodes) override {
    return each("power", nodes, [](Process) { return Process::dead; });
  }
  PerNode flip_bit(const Nodes& nodes) override {
    damaged.insert(nodes.begin(), nodes.end());
    return each("flip-bit", nodes, [](Process p) { return p; });
  }
  Nodes voters() override { return {members.begin(), members.end()}; }
  Status remove_member(const NodeName& node) override {
    journal.push_back("remove " + node);
    if (no_change) return std::unexpected(*no_change);
    members.erase(node);
    damaged.erase(node);
    processes[node] = Process::dead;
    return {};
  }
  Status remove_members(const Nodes& nodes) override {
    for (const NodeName& node : nodes) TRY(remove_member(node));
    return {};
  }
  Status add_members(const Nodes& nodes) override {
    for (const NodeName& node : nodes) TRY(add_member(node));
    return {};
  }
  Status add_learners(const Nodes& nodes) override {
    journal.push_back("learn " + join(nodes, " "));
    if (no_change) return std::unexpected(*no_change);
    for (const NodeName& node : nodes) processes[node] = Process::running;
    return {};
  }
  Status add_member(const NodeName& node) override {
    journal.push_back("add " + node);
    if (no_change) return std::unexpected(*no_change);
    members.insert(node);
    processes[node] = Process::running;
    return {};
  }
  Status transfer_leadership(const NodeName& to) override {
    journal.push_back("transfer " + to);
    if (no_transfer) return std::unexpected(*no_transfer);
    leading = {to};
    return {};
  }

  Nodes leaders() override { return leading; }
  void pass(Nanos time) override { passed += time; }
  Status heal_and_verify() override {
    resume(nodes_);
    start(nodes_);
    return set_cut({});
  }
  bool whole() const {
    for (const auto& [node, process] : processes)
      if (process != Process::running) return false;
    for (const auto& [node, trouble] : clocks)
      if (trouble.rate != 1) return false;
    for (const auto& [node, trouble] : disks)
      if (trouble != DiskTrouble::none) return false;
    return cut.empty() && packets == Packets{} && damaged.empty() &&
           members.size() == nodes_.size();
  }

 private:
  template <class Change>
  PerNode each(const std::string& verb, const Nodes& nodes, Change change) {
    journal.push_back(verb + " " + join(nodes, " "));
    PerNode results;
    for (const NodeName& node : nodes) {
      if (broken.contains(node)) {
        results[node] = fail(Error::Code::transport, "no route");
        continue;
      }
      processes[node] = change(processes[node]);
      results[node] = Status{};
    }
    return results;
  }

  Nodes nodes_;
};

/// As the nemesis does it.
inline Deed inject(Cluster& cluster, const std::string& f, const std::string& spec,
                   std::uint64_t seed = 1) {
  Rng rng(seed);
  return perform(all_faults(), {.f = f, .key = {}, .value = Value(spec)}, cluster, rng);
}

inline Deed undo(Cluster& cluster, const std::string& f) {
  Rng rng(1);
  return perform(all_faults(), {.f = "heal-" + f, .key = {}, .value = {}}, cluster, rng);
}

}  // namespace plumbline
