#pragma once
/// interpret(): carries a generator out: one thread for each client thread, and one for the
/// nemesis. Gives:    the history in the recorder. Every operation is recorded before its request
/// leaves and
///           completed after its answer came; the generator hears of every event.
/// Processes: after info the thread goes on as process old + concurrency on a new connection. A
///           connection that cannot be opened ends its operation `fail`, error "connect: ...",
///           after a short pause. An exception or a senseless answer of a client is info.
/// Deadline: a call that outlives operation_timeout + stuck_grace is completed as info, "client
///           stuck", and its thread replaced; what it answers later is ignored.
/// Fails:    invalid (options), or whatever stopped the harness itself, such as a full disk.
/// Nothing a
///           client or the nemesis does is an Error.
/// Requires: `connect` may be called by several threads at once. It, clients and `nemesis` own what
///           they use, or that lasts as long as the program: a stuck call is left behind in its
///           thread.
/// Threads:  blocks the caller until the generator is exhausted and every call has ended, or
/// `stop`.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/interpreter/recorder.h"
#include "control/system.h"
#include "core/generator/gen.h"

namespace plumbline {

/// What `InterpreterOptions::stop` may hold.
inline constexpr int k_run_on = 0;
inline constexpr int k_stop_and_drain = 1;  ///< ask for no more operations, wait for the open calls
inline constexpr int k_leave_at_once =
    2;  ///< open calls stay open in the history; none is waited for

struct InterpreterOptions {
  int concurrency = 1;                  ///< client threads
  int nodes = 1;                        ///< process p speaks to node p % nodes
  std::vector<std::string> node_names;  ///< for the events; empty, or one for each node
  Nanos operation_timeout = 5s;         ///< connecting included
  Nanos stuck_grace = 1s;               ///< how far past it a client may overrun
  Nanos open_retry_pause = 100ms;       ///< after a failed open, so that a dead node does not spin
  std::uint64_t seed = 1;
  const std::atomic<int>* stop = nullptr;  ///< looked at 50 times a second
  std::function<void(const std::string&)>
      on_note;  ///< hears of gen::log(); in interpret()'s thread
};

using Connect = std::function<Result<std::unique_ptr<Client>>(ProcessId process, int node)>;
/// Carries out one fault; may take seconds. value: what was really done.
using Nemesis = std::function<Completion(const Operation&)>;

/// A recorder that holds a history already goes on: the generator is told of its events first (with
/// every thread free), and process numbers start above those it has.
Status interpret(gen::GenPtr generator, const InterpreterOptions& options, const Connect& connect,
                 const Nemesis& nemesis, Recorder& recorder);

}  // namespace plumbline
