#pragma once
/// Sample runs for the tests of the report: a register workload with faults, of any size, and
/// verdicts about it. Made up, but consistent: reads see what was written.

#include "report/report.h"

namespace plumbline::report {

struct SampleOptions {
  std::uint64_t seed = 1;
  std::size_t calls = 2000;
  int processes = 10;
  int nodes = 5;
  int keys = 20;
  Nanos pause = 100ms;      ///< of a process between two calls, on average
  bool faults = true;       ///< partition, kill and pause, each healed; one that is skipped
  bool stale_read = false;  ///< of key k3, during the partition
};

History sample_history(const SampleOptions& options);
RunInfo sample_run(const SampleOptions& options);
/// A composed verdict: linearizability, statistics, vacuity. Invalid if `history` has a stale read.
Verdict sample_verdict(const History& history, const SampleOptions& options);
/// The messages of a Raft cluster, made up, in the time of `history`: heartbeats and appends of n1,
/// which is deposed by n3; some are lost; a crash, a pause, a partition.
MessageDiagram sample_diagram(const SampleOptions& options, const History& history);
/// A value that tries to break out of wherever it is put.
inline constexpr const char* k_hostile =
    "</script><img src=x onerror=alert(1)><!--\xe2\x80\xa8]]>\"'&amp;\x1b[31m\x01@SUMMARY@";

}  // namespace plumbline::report
