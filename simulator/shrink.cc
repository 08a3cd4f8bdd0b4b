#include "simulator/shrink.h"

#include <algorithm>

#include "core/base/text.h"
#include "simulator/shrink_search.h"

namespace plumbline::simulator {

namespace {

/// FNV-1a: the same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::string counted(std::size_t number, const char* what) {
  return str(number, " ", what, number == 1 ? "" : "s");
}

/// The failing run, with its own script and weather in place of what they were drawn from.
struct Fixed {
  Options options;
  Result result;
  Failure failure;
};

plumbline::Result<Fixed> fixed(Options options, const ShrinkOptions& how, const Simulate& simulate,
                               std::uint64_t& runs) {
  TRY_ASSIGN(Result first, simulate(options));
  ++runs;
  const Failure wanted = failure_of(first);
  if (wanted.found_by == FoundBy::nothing)
    return fail(Error::Code::invalid, "nothing is wrong with this run: there is nothing to shrink");
  if (!options.script) options.script = first.script;
  options.replay.reset();
  options.weather = first.weather;
  // Only an invariant that is wanted is worth its time.
  options.invariants = options.invariants && wanted.found_by == FoundBy::invariant;
  const std::uint64_t seed = options.seed;
  for (int i = 0; i < how.seeds; ++i) {
    options.seed = seed + static_cast<std::uint64_t>(i);
    TRY_ASSIGN(Result again, simulate(options));
    ++runs;
    if (failure_of(again) == wanted) return Fixed{std::move(options), std::move(again), wanted};
  }
  return fail(Error::Code::invalid, str("the run fails (", to_string(wanted),
                                        "), but what was done in it does not make it fail again"));
}

}  // namespace

ScriptSize size_of(const Options& options) {
  ScriptSize size{.nodes = options.nodes};
  if (!options.script) return size;
  std::set<int> threads;
  std::set<Value> keys;
  for (const ClientCall& call : options.script->operations) {
    threads.insert(call.thread);
    keys.insert(call.operation.key);
    size.span = std::max(size.span, call.at);
  }
  for (const ClusterCall& call : options.script->faults) size.span = std::max(size.span, call.at);
  size.clients = threads.size();
  size.keys = keys.size();
  size.operations = options.script->operations.size();
  size.faults = options.script->faults.size();
  return size;
}

std::string to_string(const ScriptSize& size) {
  return join({counted(static_cast<std::size_t>(size.nodes), "node"),
               counted(size.clients, "client"), counted(size.keys, "key"),
               counted(size.operations, "operation"), counted(size.faults, "fault call"),
               format_duration(std::chrono::floor<std::chrono::milliseconds>(size.span))},
              ", ");
}

bool ShrinkSearch::run_fails(const Options& candidate) {
  if (ended_ || !tried_.insert(hash_of(to_json(SavedCase{candidate, wanted_}))).second)
    return false;
  ended_ =
      runs_ >= how_.budget || (how_.progress && !how_.progress({runs_, doing_, size_of(best_)}));
  if (ended_) return false;
  ++runs_;
  auto result = simulate_(candidate);
  if (!result || failure_of(*result) != wanted_) return false;
  result_ = std::move(*result);
  return true;
}

bool ShrinkSearch::try_case(Options candidate) {
  const std::uint64_t seed = best_.seed;
  for (int i = 0; i < seeds_; ++i) {
    candidate.seed = seed + static_cast<std::uint64_t>(i);
    if (!run_fails(candidate)) continue;
    best_ = std::move(candidate);
    return true;
  }
  return false;
}

bool ShrinkSearch::try_script(Script script) {
  Options candidate = best_;
  candidate.script = std::move(script);
  return try_case(std::move(candidate));
}

namespace {

/// What one pass leaves out may make something else needless: until all of them find nothing.
void pass_until_nothing_changes(ShrinkSearch& search, const Failure& failure) {
  constexpr std::pair<const char*, void (*)(ShrinkSearch&)> k_passes[] = {
      {"cutting off the end", cut_off_the_end},
      {"keeping few keys", keep_few_keys},
      {"calming the weather", calm_the_weather},
      {"leaving out faults", leave_out_faults},
      {"leaving out operations", leave_out_operations},
      {"sparing nodes", spare_nodes_of_faults},
      {"using fewer nodes", use_fewer_nodes},
      {"using fewer clients", use_fewer_clients},
      {"shortening waits", shorten_waits},
      {"using simple names", use_simple_names}};
  std::string last;
  do {
    last = to_json(SavedCase{search.best(), failure});
    for (const auto& [name, pass] : k_passes) {
      search.begin(name);
      pass(search);
    }
  } while (!search.ended() && last != to_json(SavedCase{search.best(), failure}));
}

}  // namespace

plumbline::Result<Shrunk> shrink(const Options& options, const ShrinkOptions& how,
                                 const Simulate& simulate) {
  std::uint64_t runs = 0;
  TRY_ASSIGN(Fixed from, fixed(options, how, simulate, runs));
  const ScriptSize before = size_of(from.options);
  ShrinkSearch search(std::move(from.options), std::move(from.result), from.failure, how, simulate);
  pass_until_nothing_changes(search, from.failure);
  search.be_thorough();
  pass_until_nothing_changes(search, from.failure);
  return Shrunk{.smallest = {search.best(), from.failure},
                .result = search.result(),
                .before = before,
                .after = size_of(search.best()),
                .runs = runs + search.runs(),
                .complete = !search.ended()};
}

}  // namespace plumbline::simulator
