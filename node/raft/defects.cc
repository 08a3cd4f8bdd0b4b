#include "node/raft/defects.h"

#include <algorithm>
#include <vector>

#include "core/base/check.h"
#include "core/base/text.h"

namespace plumbline::raft {
namespace {

constexpr DefectInfo k_defects[] = {
    {Defect::read_local_leader, "read-local-leader",
     "a leader answers reads from its own state without asking whether it still leads",
     "etcd 0.4, issue 741; sofa-jraft 15"},
    {Defect::skip_pre_commit_read_barrier, "skip-pre-commit-read-barrier",
     "a new leader answers reads before an entry of its own term is committed",
     "etcd 7331; tikv 6340; redisraft 18"},
    {Defect::read_joins_round_in_flight, "read-joins-round-in-flight",
     "a read is confirmed by a round of heartbeats that was sent before it arrived",
     "etcd 20418; etcd-io/raft 397"},
    {Defect::lease_never_expires, "lease-never-expires",
     "once confirmed, a leader serves lease reads for as long as it believes that it leads",
     "sofa-jraft 15, 25; tikv 964; nebula 2723"},
    {Defect::vote_despite_live_leader, "vote-despite-live-leader",
     "nodes vote although a leader was heard a moment ago, so that its lease excludes nobody",
     "consul 54, 68; hashicorp/raft 108"},
    {Defect::commit_old_term, "commit-old-term",
     "entries of earlier terms are committed by counting copies (the dissertation's figure 3.7)",
     "logcabin 44; async-raft 106"},
    {Defect::vote_not_persisted, "vote-not-persisted",
     "term and vote are not written before they are answered for",
     "cornerstone 65; robustmq 2039; cockroach 1131"},
    {Defect::ack_before_fsync, "ack-before-fsync",
     "entries are acknowledged before they are durable", "tikv 994; camunda 4160; rostam 94"},
    {Defect::stale_append_truncates, "stale-append-truncates",
     "every append cuts off what follows it, so that a late one removes acknowledged entries",
     "redpanda 17731; willemt/raft 37; openraft 9540c904"},
    {Defect::durable_index_stale, "durable-index-stale",
     "the durable index stays where it was when entries are cut off and written anew",
     "ClickHouse Keeper 102629, 39559; raft-rs 417"},
    {Defect::heartbeat_commits_past_match, "heartbeat-commits-past-match",
     "heartbeats carry the whole commit index, and followers commit entries that nobody compared",
     "copycat 110, 265; scylla 9965; CCF 8172"},
    {Defect::candidate_forgets_log_check, "candidate-forgets-log-check",
     "votes are granted to candidates whose log lacks entries",
     "the election restriction left out (dissertation 3.6.1)"},
    {Defect::log_check_index_first, "log-check-index-first",
     "of two logs the longer one wins, whatever its last term is", "openraft a48a3282"},
    {Defect::vote_cleared_on_step_down, "vote-cleared-on-step-down",
     "a node forgets its vote when its role changes, though the term does not",
     "etcd 2461; hazelcast 16643; camunda 5356"},
    {Defect::vote_before_durable, "vote-before-durable", "a vote is sent before it is on the disk",
     "sofa-jraft 1243; NATS 7567"},
    {Defect::double_vote_count, "double-vote-count",
     "a vote that the network delivers twice counts twice",
     "raft.md 6, 8: duplicating networks (virtraft2)"},
    {Defect::old_vote_counted, "old-vote-counted",
     "votes of an earlier candidacy count in the present one", "willemt/raft b754309"},
    {Defect::ack_own_last_index, "ack-own-last-index",
     "a follower acknowledges its last entry instead of the last one compared",
     "CCF (inaccurate acknowledgement); ratis 1519"},
    {Defect::follower_commit_unchecked, "follower-commit-unchecked",
     "a follower takes the leader's commit index for entries nobody compared",
     "scylla 9965; CCF 8172; copycat 265"},
    {Defect::negative_ack_advances, "negative-ack-advances",
     "a leader takes the place that a refusal names for acknowledged",
     "CCF (negative acknowledgement advances); etcd-io/raft 149"},
    {Defect::commit_before_own_fsync, "commit-before-own-fsync",
     "a leader counts its own copy before it is on its disk", "etcd 14370"},
    {Defect::read_quorum_minus_one, "read-quorum-minus-one",
     "a read is confirmed by one node fewer than a majority", "openraft d60f1e85; d-engine 381"},
    {Defect::lease_from_ack_time, "lease-from-ack-time",
     "a lease runs from when a round was answered, not from when it was sent",
     "sofa-jraft 24; tikv 964"},
    {Defect::lease_survives_transfer, "lease-survives-transfer",
     "the lease goes on while leadership is handed over", "raft-rs 234; etcd 12704; openraft 1748"},
    {Defect::transfer_to_lagging_target, "transfer-to-lagging-target",
     "leadership goes to a node that lacks entries, and its election skips the look at its log",
     "hashicorp/raft 581"},
    {Defect::change_before_own_term_commit, "change-before-own-term-commit",
     "a new leader changes one voter at a time, before an entry of its own term is committed",
     "copycat 23; braft 182; AxonServer 120"},
    {Defect::second_change_in_flight, "second-change-in-flight",
     "members change, one voter at a time, again while a change is not committed",
     "RedisLabs/raft (one voting change at a time); etcd-io/raft doc"},
    {Defect::config_applied_late, "config-applied-late",
     "followers go by new members only when they are committed, so a new leader ignores those in "
     "its log",
     "NuRaft 67"},
    {Defect::config_not_rolled_back, "config-not-rolled-back",
     "members, changed one voter at a time, stay in force when their entry is cut off",
     "canonical/raft 250, 323"},
    {Defect::config_lost_in_snapshot, "config-lost-in-snapshot",
     "after a snapshot or a restart from one the first members are in force",
     "openraft 1808; redisraft 31; NuRaft 566"},
    {Defect::joint_new_majority_only, "joint-new-majority-only",
     "while members are joint, the new majority alone commits and confirms reads",
     "openraft 6c0ccaf3"},
    {Defect::joint_left_early, "joint-left-early",
     "the joint members are left before they are committed", "etcd-io/raft 372"},
    {Defect::removed_leader_counts_itself, "removed-leader-counts-itself",
     "a leader that is being removed counts its own copies and echoes",
     "RedisLabs/raft 13; CCF (premature retirement)"},
    {Defect::learner_counts, "learner-counts",
     "learners count in majorities that are as small as without them",
     "openraft 39690593; rabbitmq/ra 427; redpanda 8495"},
    {Defect::snapshot_keeps_conflict, "snapshot-keeps-conflict",
     "a log that reaches to where a snapshot ends is taken to hold it, whatever its terms, and "
     "stays",
     "openraft 674e78aa; NuRaft 407; scylla 9965; figure 13 of the Raft paper, step 6 by index "
     "alone"},
    {Defect::snapshot_goes_back, "snapshot-goes-back",
     "a snapshot that comes late replaces newer state, and the log with it",
     "etcd 1763, 18055; camunda 6092"},
    {Defect::compacted_prev_truncates, "compacted-prev-truncates",
     "an append that reaches back into what is compacted cuts off what is not committed",
     "openraft 44381b0c; RedisLabs/raft 49"},
    {Defect::entry_dropped_in_slice, "entry-dropped-in-slice",
     "an entry in the middle gets lost when a full append is packed", "logcabin 160"},
    {Defect::no_check_quorum, "no-check-quorum", "a leader that nobody answers leads on",
     "openraft 2080; cockroach 107060"},
    {Defect::prevote_stuck, "prevote-stuck",
     "refused pre-votes and messages of an older term are not answered, so that who is in an older "
     "term never learns",
     "raft-rs 42; canonical/raft 279; etcd 8501"},
    {Defect::inflight_leak, "inflight-leak",
     "what was in flight when a peer had to be probed stays counted for ever", "etcd-io/raft 54"},
    {Defect::election_timer_reset_by_any_message, "election-timer-reset-by-any-message",
     "any message puts off a node's election, by a wait drawn once", "butane oracles 32"},
    {Defect::probe_stuck_after_compaction, "probe-stuck-after-compaction",
     "a peer that needs compacted entries is probed for ever and gets no snapshot",
     "etcd-io/raft 31"},
};

}  // namespace

std::span<const DefectInfo> all_defects() { return k_defects; }

Status check_defects(const std::set<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& info : k_defects) known.emplace_back(info.name);
  for (const auto& name : names) {
    if (!k_defects_compiled)
      return fail(Error::Code::unavailable,
                  str("defect ", name, ": this build has no defects in it (PLUMBLINE_DEFECTS)"));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto close = nearest(name, known);
    return fail(
        Error::Code::not_found,
        close ? str("no defect is called ", printable(name), "; did you mean ", *close, "?")
              : str("no defect is called ", printable(name), "; there are: ", join(known, ", ")));
  }
  return {};
}

Defects::Defects(const std::set<std::string>& names) {
  const auto status = check_defects(names);
  CHECK(status.has_value(), status ? "" : status.error().what);
  for (const auto& info : k_defects)
    if (names.contains(info.name)) bits_ |= std::uint64_t{1} << static_cast<unsigned>(info.defect);
}

}  // namespace plumbline::raft
