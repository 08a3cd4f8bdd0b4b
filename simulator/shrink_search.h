#pragma once
/// ShrinkSearch: the smallest failing case so far, and the one way to a smaller one: to try it. The
/// passes below each know one kind of thing that can be left out; none makes a case larger.

#include <algorithm>
#include <set>
#include <vector>

#include "simulator/shrink.h"

namespace plumbline::simulator {

class ShrinkSearch {
 public:
  /// Requires: `options` have script and weather, and fail as `wanted`; `simulate` outlives it.
  ShrinkSearch(Options options, Result result, Failure wanted, const ShrinkOptions& how,
               const Simulate& simulate)
      : best_(std::move(options)),
        result_(std::move(result)),
        wanted_(std::move(wanted)),
        how_(how),
        simulate_(simulate),
        seeds_(how.seeds) {}

  const Options& best() const { return best_; }
  const Script& script() const { return *best_.script; }
  const Result& result() const { return result_; }
  std::uint64_t runs() const { return runs_; }
  /// Out of budget, or told to stop: nothing that is tried succeeds any more.
  bool ended() const { return ended_; }

  /// From now on each case is tried with more seeds.
  void be_thorough() { seeds_ = std::max(seeds_, how_.seeds_at_the_end); }
  void begin(const std::string& doing) { doing_ = doing; }
  /// Runs it; true if it fails as wanted with one of the seeds, and then it is the best.
  bool try_case(Options candidate);
  bool try_script(Script script);

 private:
  bool run_fails(const Options& candidate);

  Options best_;
  Result result_;
  const Failure wanted_;
  const ShrinkOptions& how_;
  const Simulate& simulate_;
  int seeds_;
  std::string doing_;
  std::set<std::uint64_t> tried_;  ///< hashes of cases
  std::uint64_t runs_ = 0;
  bool ended_ = false;
};

/// Leaves out items as long as `keep` says yes to the rest: first halves, then quarters, at last
/// single ones. Gives what remains. `keep` is asked of subsequences of `items` alone.
/// Cost: from 2 log n calls of `keep`, if one item matters, to n^2, if all do.
template <class T, class Keep>
std::vector<T> leave_out(std::vector<T> items, const Keep& keep) {
  if (items.empty() || keep(std::vector<T>{})) return {};
  std::size_t parts = 2;
  while (items.size() > 1) {
    bool smaller = false;
    const std::size_t size = (items.size() + parts - 1) / parts;
    // From the end: what comes after the failure goes first.
    for (std::size_t end = items.size(); end > 0;) {
      const std::size_t begin = end - std::min(end, size);
      std::vector<T> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(begin));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(end), items.end());
      if (keep(rest)) {
        items = std::move(rest);
        smaller = true;
      }
      end = begin;
    }
    if (!smaller && size == 1) break;
    if (!smaller) parts = std::min(parts * 2, items.size());
  }
  return items;
}

// The passes, in the order in which they pay: each makes the runs of the next ones cheaper.
void cut_off_the_end(ShrinkSearch& search);   ///< what comes after the failure
void keep_few_keys(ShrinkSearch& search);     ///< the operations of all other keys
void calm_the_weather(ShrinkSearch& search);  ///< all at once, else field by field
void leave_out_faults(ShrinkSearch& search);  ///< with what undoes them, then one by one
void leave_out_operations(ShrinkSearch& search);
void spare_nodes_of_faults(ShrinkSearch& search);  ///< a cut of fewer nodes, a kill of one
void use_fewer_nodes(ShrinkSearch& search);        ///< 1 or 3 of them
void use_fewer_clients(ShrinkSearch& search);
void shorten_waits(ShrinkSearch& search);     ///< between two events
void use_simple_names(ShrinkSearch& search);  ///< k1, k2; values from 1; round times

}  // namespace plumbline::simulator
