#pragma once
/// etcd's robustness reports: what each client did, as `client-N/operations.json` holds it, read as
/// a history of cas-registers, one a key of etcd.
///
///   range of one key            read; nil if it is not there
///   put                         write
///   delete                      write nil (read nil, if nothing was deleted)
///   txn, one condition on the   cas [the value of the expected revision, the new one]; one that
///     key that its one           found another revision is a `fail`, and the read that it then did
///     operation changes
///   txn otherwise               its operations one by one, without its conditions
/// A request without an answer is `info`; a read without one is left out, as is what is not of one
/// key at the newest revision: lists, reads of old revisions, compactions, leases. Keys that a
/// revoked lease may have deleted are left out with all their calls; leases are taken not to
/// expire. Each of these lets more orders through, never fewer: what is invalid here is invalid in
/// etcd. Where an expected revision's value is nowhere to be seen, the cas is a write, for the same
/// reason. Calls that touch at one nanosecond count as concurrent. Source: etcd,
/// tests/robustness/report/client.go and model/types.go (their field names).

#include <string>
#include <string_view>

#include "core/history/codec.h"

namespace plumbline {

/// Is this the beginning of one or several such files?
bool looks_like_etcd_report(std::string_view text);

/// One file or several, one after the other. Processes are etcd's clients, and new numbers for all
/// but the first operation of a transaction. A last operation that is cut off is left out, with a
/// warning. Fails: corrupt, with line and column and what is wrong.
Result<ReadHistory> parse_etcd_report(std::string_view text, const std::string& name);

}  // namespace plumbline
