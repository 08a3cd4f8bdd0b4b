#include "node/store/defects.h"

namespace plumbline::store {
namespace {

constexpr PlantedBug<Defect> k_bugs[] = {
    {Defect::fsync_skipped_on_hard_state, "fsync-skipped-on-hard-state",
     "a write of term and vote without entries is not synced", "raft-rs 372; NATS 7564, 7567"},
    {Defect::fsync_error_ignored, "fsync-error-ignored",
     "a sync that failed is taken for one that was done",
     "cockroach 37102; dragonboat 201, 360; the fsync studies"},
    {Defect::torn_tail_accepted, "torn-tail-accepted",
     "checksums of the log's records are not compared, so that a torn one is taken for whole",
     "rabbitmq/ra 283, 299"},
    {Defect::torn_middle_is_end, "torn-middle-is-end",
     "a damaged record is taken for the end of the log, though a later one was durable",
     "etcd 14098; NuRaft 185; the PAR paper"},
    {Defect::truncate_not_logged, "truncate-not-logged",
     "what is cut off the log is not written down, and is back in its place after a restart",
     "etcd 22442"},
    {Defect::directory_not_synced, "directory-not-synced",
     "new segments and snapshots are written, but their names are not synced",
     "etcd's WAL, which syncs the parent for it; the crash-consistency studies"},
    {Defect::snapshot_not_synced, "snapshot-not-synced",
     "the log is cut behind a snapshot that is not durable", "sofa-jraft 481, 227; etcd 11888"},
    {Defect::snapshot_checksum_unchecked, "snapshot-checksum-unchecked",
     "a snapshot is loaded whatever its checksum says", "NATS 7549, 7556; openraft 2eccb9e1"},
    {Defect::restart_replays_old_vote, "restart-replays-old-vote",
     "a restart goes by the term and the vote with which the newest segment begins",
     "cornerstone 65; camunda 5356"},
};

}  // namespace

std::span<const PlantedBug<Defect>> planted_bugs() { return k_bugs; }

}  // namespace plumbline::store
