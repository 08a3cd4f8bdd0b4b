#pragma once
/// Drive: the part of a run in which there is load and faults: the workload and the nemesis, then
/// the final heal, then the final reads.

#include <memory>
#include <mutex>
#include <optional>

#include "control/interpreter/interpreter.h"
#include "control/interpreter/recorder.h"
#include "control/run/run.h"
#include "control/run/watch.h"

namespace plumbline {

class Drive {
 public:
  /// Requires: everything given outlives it.
  Drive(const RunOptions& options, RunParts& parts, RemoteCluster& cluster, Recorder& recorder,
        Stop& stop, Progress& progress);

  /// Runs the whole schedule, or until `stop` is raised.
  /// Fails: when the harness fails: the recorder cannot write, a node is lost, a heal does not
  /// heal.
  Status drive();
  /// Undoes every fault in the order resume, start, network; proves it; records it. Nothing to do
  /// if the schedule came as far as that.
  /// Fails: failed, naming what is left.
  Status heal();

  std::vector<Death> deaths() const { return watch_.deaths(); }
  /// Whether the system served again once everything was healed; nothing if that was not tried.
  std::optional<Verdict> after_heal() const { return after_heal_; }
  /// Whether the replicas' states are equal now that there is no load any more; nothing if the
  /// system did not serve after the heal, or does not show its states.
  std::optional<Verdict> compare_replicas();
  /// What was done to the cluster so far.
  Script script();
  /// One more look for processes that ended by themselves.
  void last_look() { watch_.look(); }

 private:
  /// What the nemesis's thread passes through. It may be left behind in its thread when a run is
  /// left at once: what has begun then ends before the heal, and nothing begins after it.
  struct Gate {
    std::mutex mutex;
    bool closed = false;
  };

  gen::GenPtr schedule() const;
  Completion act(const Operation& operation);
  Completion replay(const ClusterCall& call);
  Completion heal_all(const Operation& operation);
  bool blame_system(const Error& error);
  void note_progress(const Status& served);
  void note_failure(const Error& error);
  Status record(const Operation& operation, const Completion* completion);

  const RunOptions& options_;
  RunParts& parts_;
  RemoteCluster& cluster_;
  Recorder& recorder_;
  Stop& stop_;
  Progress& progress_;
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();  // guards the six below
  Rng rng_;
  std::vector<ClusterCall> calls_;
  std::unique_ptr<Cluster> recorded_;  // cluster_, with what is done to it kept in calls_
  std::optional<Error> failure_;
  bool healed_ = false;
  std::optional<Verdict> after_heal_;
  Watch watch_;
};

}  // namespace plumbline
