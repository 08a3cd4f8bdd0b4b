#pragma once
/// simulate(): runs a generator against virtual clients in virtual time, without a thread or a
/// clock, so that a schedule can be looked at and tested. The same generator, clients and seed give
/// the same history.
/// Source: jepsen.generator.test (quick, perfect and imperfect clients).

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/generator/gen.h"
#include "core/history/history.h"

namespace plumbline::gen {

/// How a virtual client, or the virtual nemesis, answers one operation.
struct VirtualReply {
  EventType type = EventType::ok;
  Value value;
  Nanos latency{};
};
using VirtualClient =
    std::function<VirtualReply(const Operation&, Thread, ProcessId, Nanos now, Rng&)>;

VirtualClient perfect_client(Nanos latency = 10ns);   ///< ok, with the arguments as the value
VirtualClient crashing_client(Nanos latency = 10ns);  ///< always info
/// ok, fail or info with these chances out of `ok + fail + info`; latency uniform in 0 .. 2*mean.
VirtualClient imperfect_client(int ok, int fail, int info, Nanos mean_latency);

struct SimulateOptions {
  int concurrency = 2;
  std::uint64_t seed = 1;
  std::size_t max_operations = 100'000;  ///< then it stops asking
  Nanos max_time = 24h;                  ///< of virtual time; likewise
  Nanos nemesis_latency{};
};

struct Note {
  Nanos time{};
  std::string text;
};
struct Simulated {
  History events;  ///< as the interpreter would have recorded it, nemesis pairs included
  std::vector<Note> notes;
  bool exhausted = false;  ///< the generator ended by itself
  Nanos end{};             ///< when the last call had ended and nothing was left to do
};

Simulated simulate(GenPtr gen, const SimulateOptions& options,
                   const VirtualClient& client = perfect_client());

}  // namespace plumbline::gen
