#pragma once
/// What the tests of schedules share: short names for operations, and views of a simulated run.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/generator/combinators.h"
#include "core/generator/simulate.h"
#include "core/generator/validate.h"

namespace plumbline::gen::testing {

inline Operation op(const std::string& f, Value value = {}) { return {f, {}, std::move(value)}; }

/// Only the client calls' invocations, in order.
inline History invocations(const Simulated& run) {
  History found;
  for (const Event& event : run.events)
    if (event.type == EventType::invoke) found.push_back(event);
  return found;
}

/// "a b b ..." of the invocations.
inline std::string fs(const Simulated& run) {
  std::string text;
  for (const Event& event : invocations(run)) text += (text.empty() ? "" : " ") + event.f;
  return text;
}

inline std::map<std::string, int> count_by_f(const Simulated& run) {
  std::map<std::string, int> count;
  for (const Event& event : invocations(run)) ++count[event.f];
  return count;
}

/// Runs the clients' generator with its contract checked.
inline Simulated run(GenPtr gen, int concurrency, const VirtualClient& client = perfect_client(),
                     std::uint64_t seed = 1) {
  SimulateOptions options;
  options.concurrency = concurrency;
  options.seed = seed;
  return simulate(validate(clients(std::move(gen))), options, client);
}

/// The same, but with the nemesis: each of its operations takes `nemesis_latency`.
inline Simulated run_all(GenPtr gen, int concurrency, Nanos nemesis_latency = 0ns,
                         const VirtualClient& client = perfect_client(), std::uint64_t seed = 1) {
  SimulateOptions options;
  options.concurrency = concurrency;
  options.nemesis_latency = nemesis_latency;
  options.seed = seed;
  return simulate(validate(std::move(gen)), options, client);
}

inline Thread thread_of(const Event& event, int concurrency) {
  return static_cast<Thread>(event.process % concurrency);
}

}  // namespace plumbline::gen::testing
