#pragma once
/// shrink(): from a run that fails to a smallest one that still fails in the same way: fewer
/// faults, on fewer nodes, for less long; fewer operations of fewer clients on fewer keys; fewer
/// nodes; calm weather. Each step is a run that was made and failed.
/// Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (ddmin).

#include <functional>
#include <string>

#include "simulator/campaign.h"
#include "simulator/saved_case.h"

namespace plumbline::simulator {

/// How much there is of a run.
struct ScriptSize {
  int nodes = 0;
  std::size_t clients = 0;  ///< threads that do something
  std::size_t keys = 0;
  std::size_t operations = 0;
  std::size_t faults = 0;  ///< calls of the nemesis, those that undo something too
  Nanos span{};            ///< until the last of them all
  bool operator==(const ScriptSize&) const = default;
};
ScriptSize size_of(const Options& options);
/// "3 nodes, 2 clients, 1 key, 4 operations, 2 fault calls, 1.2s".
std::string to_string(const ScriptSize& size);

struct ShrinkProgress {
  std::uint64_t runs = 0;
  std::string doing{};  ///< "leaving out operations"
  ScriptSize size{};
};

struct ShrinkOptions {
  /// Runs at most. What is found by then is given; the same options give the same result.
  std::uint64_t budget = 20000;
  /// A change shifts every later choice of the world. One counts as harmless to the failure if any
  /// of this many seeds still shows it; at the end, when runs are short, if any of the second.
  int seeds = 4;
  int seeds_at_the_end = 32;
  /// Told now and then; false: stop with what is found by now.
  std::function<bool(const ShrinkProgress&)> progress{};
};

struct Shrunk {
  SavedCase smallest{};  ///< with script and weather: all that is needed to see it fail again
  Result result{};       ///< of its run
  ScriptSize before{}, after{};
  std::uint64_t runs = 0;
  bool complete = true;  ///< nothing more could be left out; else the budget ended it
};

/// `options` without a script: they are run once to get one.
/// Fails: invalid, if the run does not fail, or not again from its own script.
plumbline::Result<Shrunk> shrink(const Options& options, const ShrinkOptions& how,
                                 const Simulate& simulate);

}  // namespace plumbline::simulator
