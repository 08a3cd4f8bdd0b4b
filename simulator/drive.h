#pragma once
/// Drive: one simulated run from start to end: steps the generator and the world together in
/// virtual time, keeps the history and the script, heals, and asks whether the cluster serves.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/online.h"
#include "core/generator/gen.h"
#include "core/generator/roster.h"
#include "core/history/history.h"
#include "nemesis/fault.h"
#include "nemesis/script.h"
#include "simulator/availability.h"
#include "simulator/clients.h"
#include "simulator/probes.h"
#include "simulator/sim_cluster.h"
#include "simulator/simulate.h"
#include "simulator/world.h"
#include "workloads/workload.h"

namespace plumbline::simulator {

class Drive {
 public:
  /// Requires: what is given outlives it.
  Drive(const Options& options, const Workload& workload, const std::vector<Fault>& faults,
        proto::ReadMode reads, World& world);
  ~Drive();

  void run();

  History take_history() { return std::move(history_); }
  Script take_script() { return std::move(script_); }
  /// Why the cluster did not serve within the limit after the heal; empty: it did.
  const std::string& stalled() const { return stalled_; }
  /// The event that ended the load, if Options::stop_on_violation did.
  std::optional<std::int64_t> stopped_at() const { return stopped_at_; }

 private:
  gen::GenPtr schedule() const;
  void turn(Nanos limit);
  bool talks_for_ever() const;
  void ask();
  void take(gen::Next next);
  void record(gen::Thread thread, Event event);
  void judge(const Event& event);
  void completed(gen::Thread thread, const Completion& completion);

  Completion act(const Operation& operation);
  Completion replay(const ClusterCall& call);
  Completion heal_all();
  Completion lead(const NodeName& node);
  std::string recover();
  bool agreed() const;
  void look_at_clients();
  void look_at_service(bool served);

  const Options& options_;
  const Workload& workload_;
  const std::vector<Fault>& faults_;
  World& world_;
  Rng generator_rng_;
  Rng nemesis_rng_;
  gen::Roster roster_;
  Clients clients_;
  SimCluster cluster_;
  std::unique_ptr<Cluster> recorded_;  // cluster_, with what is done to it kept in script_
  Probes probes_;
  std::optional<Availability> availability_;  // while clients load it, if nothing but cuts is done
  gen::GenPtr generator_;
  bool exhausted_ = false;
  bool changed_ = true;            // since the generator was asked
  std::optional<gen::Next> next_;  // what it then said
  Nanos again_{};                  // when to ask it again
  std::vector<Operation> open_;    // by thread
  History history_;
  Script script_;
  std::optional<OnlineChecker> online_;  // with Options::stop_on_violation
  std::optional<std::int64_t> stopped_at_;
  std::string stalled_;
  std::string unserved_;  // under a cut that has to be borne
  bool healed_ = false;
  std::vector<bool> asked_since_heal_, served_since_heal_;  // by thread
};

}  // namespace plumbline::simulator
