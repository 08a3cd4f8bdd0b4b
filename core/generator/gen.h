#pragma once
/// Gen: a pure value that says what to do next. Jepsen's algebra: a generator is asked for an
/// operation in a context and gives the operation together with the generator to use from then on;
/// it is told of every event and gives the generator that knows it. Nothing is changed in place,
/// so the same generator, seed and events give the same operations, and a schedule can be tested
/// without a cluster.
/// Source: jepsen.generator (the pure generators of Jepsen 0.2 and later).

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/rng.h"
#include "core/base/time.h"
#include "core/history/event.h"

namespace plumbline::gen {

/// Who can take an operation: client threads 0..n-1, and the nemesis. A thread runs one process at
/// a time; when a call of it ends unknown, the thread goes on as a new process.
using Thread = int;
inline constexpr Thread k_nemesis_thread = -1;

/// What a generator may look at, while it is asked or told; narrowed by combinators that restrict
/// threads. A view: whoever asks holds the threads.
struct Context {
  Nanos time{};                     ///< since the run's start
  std::span<const Thread> threads;  ///< all threads this generator may use, sorted
  std::span<const Thread> free;     ///< those of them without an open call, sorted
  Rng* rng = nullptr;               ///< the run's one source of choice; never null

  bool is_free(Thread thread) const;
  bool all_free() const { return free.size() == threads.size(); }
  /// The same context, seen by only threads[begin] .. threads[end - 1].
  Context slice(std::size_t begin, std::size_t end) const;
  /// Position in `threads` of the first client thread: those from there on are all clients.
  std::size_t first_client() const { return !threads.empty() && threads[0] < 0 ? 1 : 0; }
  Context clients() const { return slice(first_client(), threads.size()); }
  Context nemesis() const { return slice(0, first_client()); }
};

/// An operation with who does it and when: the earliest time at which it may be invoked.
struct Planned {
  Operation operation;
  Thread thread = 0;
  Nanos time{};
  std::string note;  ///< not empty: at `time` this is told to people, and nothing is invoked
};

class Gen;
using GenPtr = std::shared_ptr<const Gen>;

/// An operation; `then` (never null) takes the generator's place if it is really taken.
struct Next {
  Planned planned;
  GenPtr then;
};
/// Nothing now; ask again after an event, at `until` at the latest, or in a while.
struct Pending {
  GenPtr then;            ///< takes the generator's place at once; null: nothing changed
  Nanos until = k_never;  ///< when the clock alone will change the answer, if it will
};
/// Nothing ever again, whatever happens.
struct Exhausted {};
using Answer = std::variant<Next, Pending, Exhausted>;

class Gen : public std::enable_shared_from_this<Gen> {
 public:
  virtual ~Gen() = default;
  /// The next operation. Requires: the planned thread is free in `context` and its time is not
  /// before context.time. Most generators pick any free thread. A generator that answered Next is
  /// replaced by `then` only if the operation is really taken.
  virtual Answer next(const Context& context) const = 0;
  /// Tells of an event (invocation or completion) of any thread, which `context` already shows; a
  /// generator whose turn has not come is told too. By default nothing changes.
  virtual GenPtr update(const Context& context, Thread thread, const Event& event) const;
  /// False only if update() gives this generator itself, whatever it is told: then it need not be
  /// told, and one that waits for its turn costs nothing.
  virtual bool listens() const { return true; }
};

}  // namespace plumbline::gen
