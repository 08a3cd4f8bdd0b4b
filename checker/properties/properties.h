#pragma once
/// The table of properties. To add one: a file beside this, a line here, and a line in property.cc.

#include "checker/properties/property.h"

namespace plumbline::properties {

/// Calls that may have happened, in order of invocation; failed ones are among them too.
using Calls = std::vector<Call>;
using Options = PropertyOptions;

// registers.cc: read -> value, write value, cas [expected new]; each key by itself; values that are
// written but once.
Result<Verdict> check_monotonic_reads(const Calls&, const Options&);
Result<Verdict> check_monotonic_writes(const Calls&, const Options&);
Result<Verdict> check_read_your_writes(const Calls&, const Options&);
Result<Verdict> check_writes_follow_reads(const Calls&, const Options&);

// sequential.cc: the same operations, all keys together.
Result<Verdict> check_sequential(const Calls&, const Options&);

// staleness.cc: the same operations.
Result<Verdict> check_stale_reads(const Calls&, const Options&);

// tallies.cc
Result<Verdict> check_set_full(const Calls&, const Options&);     // add element, read -> [elements]
Result<Verdict> check_total_queue(const Calls&, const Options&);  // enqueue, dequeue, drain
Result<Verdict> check_unique_ids(const Calls&, const Options&);   // generate -> id
Result<Verdict> check_counter_bounds(const Calls&, const Options&);  // add amount, read -> number

// transactions.cc: txn [[r key value] [w key value] [append key element] ...]
Result<Verdict> check_transactions(const Calls&, const Options&);

}  // namespace plumbline::properties
