#pragma once
/// A Cluster in memory that obeys at once and remembers what it was told.

#include "core/base/text.h"
#include "nemesis/cluster.h"

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
  }

  Cut cut;
  std::map<NodeName, Process> processes;
  Nodes leading;                     ///< what leaders() answers
  std::set<NodeName> broken;         ///< nodes on which nothing works
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
    return each("start", nodes,
                [](Process p) { return p == Process::dead ? Process::running : p; });
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
  Nodes leaders() override { return leading; }
  Status heal_and_verify() override {
    resume(nodes_);
    start(nodes_);
    return set_cut({});
  }
  bool whole() const {
    for (const auto& [node, process] : processes)
      if (process != Process::running) return false;
    return cut.empty();
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

}  // namespace plumbline
