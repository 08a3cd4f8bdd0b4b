#pragma once
/// The combinators of the generator algebra: every schedule of operations and faults is made of
/// these. Each takes and gives GenPtr, a pure value; all choices come from the context's Rng.
/// Example: a register under a partition every ten seconds, then a last read:
///   then(time_limit(60s, clients_and_nemesis(
///            stagger(10ms, mix({repeat(read), repeat(write)})),
///            cycle(sequence({sleep(5s), once(cut), sleep(5s), once(heal)})))),
///        clients(until_ok(repeat(read))))
/// Source: jepsen.generator; differences from it are said where they are.

#include <utility>
#include <vector>

#include "core/generator/gen.h"

namespace plumbline::gen {

using Gens = std::vector<GenPtr>;

// --- Sources -----------------------------------------------------------------------------------

GenPtr nothing();  ///< exhausted from the start
GenPtr once(Operation operation);
GenPtr repeat(Operation operation);  ///< endless
/// Endless; each operation is a new draw.
GenPtr from(std::function<Operation(Rng&)> make);
/// Endless; operation number i (0, 1, ...) is make(i). For values that must be unique.
GenPtr numbered(std::function<Operation(std::int64_t)> make);
/// No operation for this long, counted from when it is first asked.
GenPtr sleep(Nanos duration);
/// Tells people `text` when its turn comes; not an operation.
GenPtr log(std::string text);

// --- Order -------------------------------------------------------------------------------------

/// One after the other, each until it is exhausted. Does not wait for calls to end (see phases).
GenPtr sequence(Gens gens);
/// The first operation of `gen`, `times` times: it is asked anew each time and does not move on.
/// Exhausted when `gen` is.
GenPtr repeat(std::int64_t times, GenPtr gen);
/// `gen` from the start again whenever it is exhausted; ends if a fresh one gives nothing.
GenPtr cycle(GenPtr gen);
/// At most `count` operations.
GenPtr limit(std::int64_t count, GenPtr gen);
/// Waits until all threads of its context are free, then is `gen`.
GenPtr synchronize(GenPtr gen);
/// One after the other, each only after all calls of the one before have ended.
GenPtr phases(Gens gens);
GenPtr then(GenPtr first, GenPtr second);  ///< phases({first, second})
/// Operations of a and b in turns; ends when the one whose turn it is ends.
GenPtr flip_flop(GenPtr a, GenPtr b);
/// `gen` until one of the operations given from here ends ok. Ends with `gen`: for trying again,
/// give it a repeat.
GenPtr until_ok(GenPtr gen);

// --- Choice and change --------------------------------------------------------------------------

/// Whichever has an operation soonest; among those due at the same time each has the same chance.
GenPtr any(Gens gens);
/// Each operation from one drawn at random, all having the same chance; when that one has nothing
/// now, the soonest of the others. (Jepsen's waits for the one drawn.)
GenPtr mix(Gens gens);
GenPtr filter(std::function<bool(const Operation&)> keep, GenPtr gen);
GenPtr map(std::function<Operation(Operation)> change, GenPtr gen);

// --- Time --------------------------------------------------------------------------------------

/// A random pace: gaps uniform in 0 .. 2*mean between operations of all threads taken together. A
/// delay shorter than `mean` (or 10 ms) is made up for; a longer one, when all threads are busy, is
/// not, so that no burst follows.
GenPtr stagger(Nanos mean, GenPtr gen);
/// At least `gap` between operations.
GenPtr delay(Nanos gap, GenPtr gen);
/// Nothing at or after `duration` past the first operation, or past the first sleep if that is
/// sooner. A sleep inside does not outlive it.
GenPtr time_limit(Nanos duration, GenPtr gen);

// --- Threads -----------------------------------------------------------------------------------

/// `gen` sees, and hears of, only the threads for which `keep` holds.
GenPtr on_threads(std::function<bool(Thread)> keep, GenPtr gen);
GenPtr clients(GenPtr gen);
GenPtr nemesis(GenPtr gen);
/// Both at the same time, each on its own threads.
GenPtr clients_and_nemesis(GenPtr client_gen, GenPtr nemesis_gen);
/// A generator of its own for every thread of the context, which sees that thread alone.
GenPtr each_thread(std::function<GenPtr(Thread)> make);
GenPtr each_thread(GenPtr gen);  ///< a copy of `gen` for every thread

struct Reserved {
  int threads;
  GenPtr gen;
};
/// The first client threads of the context for the first generator, the next for the second, and
/// so on; `rest` has what remains. So a class of operations goes on when another hangs.
GenPtr reserve(std::vector<Reserved> ranges, GenPtr rest);
/// `gen` until an operation would need one more than `count` distinct processes.
GenPtr process_limit(int count, GenPtr gen);
/// Splits the client threads evenly into groups of at least `threads_per_key` (one group if there
/// are fewer threads). Each group works on a key of its own, operations carry it as `key`, and
/// takes the next of "k0", "k1", ... when make(key) is exhausted. The keys end when `make` gives
/// null or a generator that is exhausted at once. A key's generator hears of its own key's events
/// only. Requires: make(key) gives an equal generator whenever it is asked for the same key.
GenPtr independent_keys(int threads_per_key, std::function<GenPtr(Value key)> make);

}  // namespace plumbline::gen
