#include "node/kv/defects.h"

namespace plumbline::kv {
namespace {

constexpr PlantedBug<Defect> k_bugs[] = {
    {Defect::no_dedup, "no-dedup", "a command that is in the log twice is applied twice",
     "redisraft before sessions; akka-raft 64; etcd 18424; Ongaro 6.3"},
    {Defect::dedup_lost_in_snapshot, "dedup-lost-in-snapshot",
     "snapshots leave out the answers of sessions, so that a copy is applied again after one",
     "NuRaft 566; openraft dba24036"},
    {Defect::session_answer_wrong, "session-answer-wrong",
     "a copy of a command is answered ok, whatever the answer to the first one was",
     "the review of Apache Iggy's table of clients"},
    {Defect::snapshot_merge, "snapshot-merge",
     "a snapshot is added to the state instead of replacing it, so that removed keys come back",
     "jgroups-raft 301"},
    {Defect::nondeterministic_apply, "nondeterministic-apply",
     "where there are many sessions, each node forgets whichever its own hash order yields first",
     "rabbitmq-server 14136"},
    {Defect::cas_ignores_expected, "cas-ignores-expected",
     "a compare-and-set that expects no key does not look whether there is one",
     "etcd 14890; dqlite 258"},
    {Defect::failed_cas_writes, "failed-cas-writes",
     "a compare-and-set that finds another value says so, and writes all the same",
     "etcd 18667, 21432"},
    {Defect::append_lost_on_restore, "append-lost-on-restore",
     "the last item of a list is lost when the state is read from a snapshot", "redisraft 43, 44"},
    {Defect::expiry_by_local_clock, "expiry-by-local-clock",
     "sessions expire by each node's own clock instead of the log's time",
     "etcd 13508; Ongaro 6.3"},
    {Defect::reapply_on_restart, "reapply-on-restart",
     "a snapshot says that it ends one entry before it does, so that one is applied twice",
     "shaj13/raft 27; hashicorp/raft 142; etcd 13766"},
};

}  // namespace

std::span<const PlantedBug<Defect>> planted_bugs() { return k_bugs; }

}  // namespace plumbline::kv
