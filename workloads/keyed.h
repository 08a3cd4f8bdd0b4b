#pragma once
/// What workloads on independent keys have in common: how many threads share a key, when a key is
/// used up, and the final reads. Keys retire because the cost of judging one grows with its calls,
/// and with its crashed calls above all.

#include "core/generator/combinators.h"
#include "workloads/workload.h"

namespace plumbline {

inline constexpr Nanos k_final_reads = 15s;  ///< the longest that after_heal goes on asking

/// Which threads do what to one key.
struct KeyThreads {
  int each;     ///< at least so many share a key: two a node, or all if there are fewer
  int readers;  ///< the first of them only read: one a node, an isolated old leader included
  int groups;   ///< keys in use at the same time
};
KeyThreads key_threads(const WorkloadOptions& options);

/// Keys k0, k1, ...: of each, `changes` by the threads that are not readers, `read` by those that
/// are, until the key is used up; all at the pace of options.rate. With too few threads for a
/// reader on every node, the others read as well.
gen::GenPtr on_independent_keys(const WorkloadOptions& options, const Operation& read,
                                const gen::GenPtr& changes);

/// Every thread of a key's group reads it until ok, for the keys that were begun last.
inline constexpr int k_late_keys_per_group = 2;  ///< those in use, and those before them
gen::GenPtr final_reads(const WorkloadOptions& options, const Operation& read,
                        int keys_per_group = k_late_keys_per_group);

}  // namespace plumbline
