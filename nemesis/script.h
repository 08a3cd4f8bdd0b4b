#pragma once
/// Script: what was really done to a cluster, call by call, with every target resolved: enough to
/// do it again, on the same kind of cluster or another.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/history/event.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// One call of a function of Cluster that changes something.
struct ClusterCall {
  Nanos at{};        ///< since the run's start
  std::string verb;  ///< cut, packets, kill, start, pause, resume, power, flip-bit, clock, disk,
                     ///< remove, add, transfer, heal
  Value arguments;   ///< nodes, or a cut as [["n1" ["n2" "n3"]] ...]; as perform_call() reads them
  bool operator==(const ClusterCall&) const = default;
};

/// An operation of a client, with who asked it and when.
struct ClientCall {
  Nanos at{};
  int thread = 0;
  Operation operation;
  bool operator==(const ClientCall&) const = default;
};

struct Script {
  std::vector<ClusterCall> faults;     ///< in order of time
  std::vector<ClientCall> operations;  ///< in order of time; empty where it was not kept
  bool operator==(const Script&) const = default;
};

/// Fails: invalid (a verb or arguments that are none), or as the call does.
Status perform_call(const ClusterCall& call, Cluster& cluster);
/// One readable line: `1.250s  cut n1 | n2 n3`, `2.000s  kill n3`.
std::string describe(const ClusterCall& call);

/// A Cluster that passes everything on and keeps what changed something. `now` is the run's clock.
std::unique_ptr<Cluster> record_calls(Cluster& cluster, std::function<Nanos()> now,
                                      std::vector<ClusterCall>& calls);

/// script.json of a run's folder. Fails on reading: corrupt, with line or field.
std::string to_json(const Script& script);
Result<Script> parse_script(std::string_view json);
/// The same of an object inside another JSON text, as JsonReader gives it.
Result<Script> read_script(const Value& value);

}  // namespace plumbline
