#pragma once
/// Workload: what clients do to a system, and which model judges it. One is a file here and a line
/// in all.cc.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/generator/gen.h"

namespace plumbline {

struct WorkloadOptions {
  int nodes = 5;
  int concurrency = 10;   ///< client threads; best a multiple of 2 * nodes
  int ops_per_key = 100;  ///< each key gets once to twice as many
  double rate = 100;      ///< operations a second, of all threads together
  std::uint64_t seed = 1;
};

struct Workload {
  std::string name;
  std::string summary;
  std::vector<std::string> operations;  ///< the f's a system must understand
  std::string model;                    ///< the checker's: "cas-register", "list-append"
  gen::GenPtr during;                   ///< endless
  /// Once the faults are healed: reads of the keys used late in the run. It ends by itself within
  /// k_final_reads and the calls then open. It learns the keys from the run's events: it comes
  /// after `during` in one sequence, or in a later interpret() on the same recorder.
  gen::GenPtr after_heal;
};

/// One line of the table of workloads.
struct WorkloadEntry {
  std::string name;
  std::string summary;
  std::function<Workload(const WorkloadOptions&)> make;  ///< Requires: sensible options.
};

}  // namespace plumbline
