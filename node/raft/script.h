#pragma once
/// Scripts: a situation in the life of a cluster, one command a line, for golden tests.
/// A script file has comments (#), commands, and under each command, indented, what it printed.
// clang-format off
///   cluster 3 [defect=NAME] [chunk=BYTES] [append=BYTES] [inflight=N] [bytes=INFLIGHT]
///             [uncommitted=BYTES] [lag=ENTRIES] [disks=manual]
///   given n1 term 3 vote n2 log 1,1,2 [snapshot 2/1]   starts n1 anew with this on its disk
///   tick n1 [100ms | until ROLE]       time passes, only n1 ticks
///   wait 100ms                         nobody ticks
///   campaign n1                        n1's election timeout passes; asks for pre-votes
///   elect n1                           campaign, then settle
///   deliver [WHAT]                     what is on the wire now (not the answers to it)
///   drop | twice | hold | last [WHAT]  lost; delivered twice; kept aside; delivered newest first
///   release                            what was held is back on the wire
///     WHAT: any of n1->n2, n1-> (from), ->n2 (to), and a kind: Append, Vote, Heartbeat ...
///   settle                             delivers and syncs until nothing is left; prints no messages
///   beat n1                            a heartbeat interval passes, n1 ticks, settle
///   propose n1 a b     read n1 r1     lease-read n1 r1
///   disk n1 manual|auto    sync n1 [COUNT]     chunks n1
///   members n1 1,2,3 [learners 4,5]    asks n1 to make these the members
///   transfer n1 n2                     asks n1 to hand over to n2
///   join n4                            a new node, which waits to be told
///   crash n1           restart n1       cut n1->n2 | cut n1 (both ways, all)      mend
///   snapshot n1 [INDEX]                at what it applied; keeps entries after INDEX (default: none)
///   status             log [n1]         wire
// clang-format on

#include <string>
#include <string_view>

namespace plumbline::raft::testing {

struct ScriptResult {
  std::string text;       ///< the script with what its commands really printed
  bool violated = false;  ///< an invariant was; `text` says which and where
  std::string mistake;    ///< a line that is no command; empty: none
};
ScriptResult run_script(std::string_view script);

}  // namespace plumbline::raft::testing
