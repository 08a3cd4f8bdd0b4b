#pragma once
/// The checks: each takes a whole history and gives a Verdict. They know nothing of files,
/// systems or runs, so any history in Jepsen's terms can be judged.

#include <atomic>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "checker/verdict.h"
#include "core/base/time.h"
#include "core/history/call_table.h"
#include "core/history/history.h"

namespace plumbline {

struct CheckOptions {
  std::string model{};                    ///< a name of all_models()
  Value initial{};                        ///< the object's value at the start; nil: the model's own
  Nanos time_budget = 60s;                ///< of the whole check; then unknown
  std::size_t memory_budget = 1UL << 30;  ///< bytes of all searches together; then unknown
  bool minimize = true;                   ///< look for the smallest offending sub-history
  bool cross_check = false;               ///< fill Verdict::disagreement (cross_check.h)
  bool certify = false;                   ///< fill Verdict::certificate
  int jobs = 2;                           ///< keys judged at the same time
  const std::atomic<bool>* stop = nullptr;  ///< set by another thread: answer unknown soon
};

/// Is the history linearizable, each key by itself, with respect to the model?
/// Exact: valid and invalid are always right; unknown says what ran out and how far it is proven.
/// Gives:  the greatest verdict of all keys; counterexamples of the first keys that are invalid.
/// Fails:  never; an unknown model, a damaged history or a call that the model does not know give
///         unknown with the reason.
/// Threads: starts options.jobs of its own.
/// Cost:   linear for registers and lists with distinguishable writes; in general exponential in
///         the calls open at once, within the two budgets.
Verdict check_linearizable(const History& history, const CheckOptions& options);

/// The same of calls in columns, for histories of millions of calls: registers and keys of stores
/// with distinguishable writes, and lists, are decided without leaving the columns (column_cells.h,
/// column_texts.h, column_lists.h), and of others those that one walk gets through (column_walk.h);
/// of other keys the calls are made one key at a time.
Verdict check_table(const CallTable& table, const CheckOptions& options);

/// Counts by operation and outcome, and latency quantiles. Unknown if some operation was called
/// and never succeeded: nothing was learned about it.
Verdict check_statistics(const History& history);
Verdict check_statistics(const CallTable& table);

/// What a run promised to contain.
struct Expectations {
  std::vector<std::string> operations{};  ///< each must have been ok at least min_ok times
  std::vector<std::string> faults{};      ///< each must have taken hold at least once
  std::size_t min_ok = 1;
  /// Some change must have been ok while a fault was in force. False where every fault stops the
  /// whole system: then nothing can be.
  bool changes_under_faults = true;
};
/// Unknown (vacuous), with every reason, unless enough happened: each operation was ok often
/// enough, each fault took hold without error, and some change was ok while a fault was in force
/// (unless that cannot be).
Verdict check_vacuity(const History& history, const Expectations& expected);

struct ModelInfo {
  std::string name;
  std::string summary;
};
std::vector<ModelInfo> all_models();
/// Fails: not_found, with the nearest name.
Status known_model(const std::string& name);

struct LikelyModel {
  std::string name{};
  bool sure = false;  ///< no operation that may still come makes another one likelier
};
/// What a history is most likely of that says no more than the names of its operations.
LikelyModel likely_model(const std::set<std::string>& operations);

}  // namespace plumbline
