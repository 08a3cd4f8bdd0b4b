#include "node/replica/defects.h"

#include <algorithm>
#include <map>
#include <vector>

#include "core/base/check.h"
#include "core/base/text.h"
#include "node/kv/defects.h"
#include "node/raft/defects.h"
#include "node/store/defects.h"

namespace plumbline::replica {
namespace {

constexpr PlantedBug<Defect> k_bugs[] = {
    {Defect::ack_before_commit, "ack-before-commit",
     "a change is answered when the leader has it in its log, not when it is committed",
     "NuRaft 288; etcd 14370"},
    {Defect::read_before_apply, "read-before-apply",
     "a read looks at the state when it is asked, and then waits until it may be answered",
     "dqlite 258; consul 2644, 3154"},
    {Defect::definite_error_for_lost_proposal, "definite-error-for-lost-proposal",
     "a leader that steps down says of what waits that it was not done",
     "openraft 43dd8b6f; redisraft 52; consul 2893"},
    {Defect::reply_mixed_up, "reply-mixed-up",
     "who waits for an index is answered by whatever entry is committed there",
     "the students' guide of MIT 6.824; NuRaft 140, 215"},
    {Defect::serve_before_catchup, "serve-before-catchup",
     "a node that has just started reads from its snapshot until it applies an entry",
     "etcd 3879; redisraft 316; etcd-io/raft 105"},
    {Defect::stale_follower_read, "stale-follower-read",
     "a follower answers reads from its own state", "tikv 9208; consul 54"},
    {Defect::snapshot_ahead_of_state, "snapshot-ahead-of-state",
     "a snapshot is labelled with the commit index, which the state has not reached",
     "etcd 11652, 13766; canonical/raft 450"},
};

/// Everything of the catalogue but what the part itself says of its bug.
struct Row {
  std::string_view name;
  DefectKind kind;
  Visible visible;
  Hunt hunt;
};
using enum DefectKind;
using enum Visible;

constexpr Row k_rows[] = {
    {"lease-from-ack-time",
     stale_reads,
     in_history,
     {"register", "packets-one-way,pause-leader", "lease",
      "election-min=100ms,election-max=600ms,heartbeat=50ms,slow=0,loss=0", 3, 500ms, 0ms, 800, 6}},
    {"lease-never-expires", stale_reads, in_history, {"register", "partition,pause", "lease"}},
    {"lease-survives-transfer",
     stale_reads,
     in_history,
     {"register", "packets-one-way,transfer", "lease", "election-min=1s,election-max=2s", 3, 250ms,
      0ms, 400, 3}},
    {"read-before-apply", stale_reads, in_history, {"register", "partition,kill,pause"}},
    {"read-joins-round-in-flight",
     stale_reads,
     in_history,
     {"register", "transfer-unheard", "linearizable",
      "election-min=1s,election-max=1s,heartbeat=500ms,slow=0,loss=0", 3, 1s, 0ms, 1500, 10}},
    {"read-local-leader", stale_reads, in_history, {"register", "partition,pause"}},
    {"read-quorum-minus-one", stale_reads, in_history, {"register", "partition,pause"}},
    {"serve-before-catchup", stale_reads, in_history, {"register", "kill,power"}},
    {"skip-pre-commit-read-barrier", stale_reads, in_history, {"register", "partition,kill,pause"}},
    {"stale-follower-read", stale_reads, in_history, {"register", "partition"}},
    {"vote-despite-live-leader",
     stale_reads,
     in_history,
     {"register", "partition,transfer", "lease"}},
    {"ack-before-commit", commitment, in_history, {"append", "partition"}},
    {"ack-before-fsync", commitment, in_history, {"append", "power"}},
    {"ack-own-last-index", commitment, in_history, {"append", "partition,kill"}},
    {"commit-before-own-fsync",
     commitment,
     in_history,
     {"append", "power-all", "linearizable",
      "sync-min=1ms,sync-max=500ms,torn=0,election-min=1s,election-max=2s,heartbeat=50ms", 3}},
    {"commit-old-term",
     commitment,
     in_progress,
     {"append", "kill-leader,partition-leader", "linearizable",
      "delay-min=5ms,delay-max=40ms,append-bytes=512,inflight=1,loss=0.1,election-min=100ms,"
      "election-max=300ms,heartbeat=40ms",
      5, 250ms, 0ms, 400, 6}},
    {"definite-error-for-lost-proposal", commitment, in_history, {"append", "partition,pause"}},
    {"follower-commit-unchecked", commitment, in_history, {"append", "partition,kill"}},
    {"heartbeat-commits-past-match", commitment, in_history, {"append", "partition,kill"}},
    {"negative-ack-advances",
     commitment,
     in_progress,
     {"append", "kill,partition", "linearizable",
      "slow=0.3,slow-max=500ms,election-min=100ms,election-max=300ms,heartbeat=40ms", 3, 250ms}},
    {"reply-mixed-up", commitment, in_history, {"append", "partition"}},
    {"candidate-forgets-log-check", votes, in_history, {"append", "partition,kill"}},
    {"double-vote-count", votes, in_history, {"append", "partition,packets"}},
    {"fsync-skipped-on-hard-state", votes, in_progress, {"append", "power,partition"}},
    {"log-check-index-first",
     votes,
     in_history,
     {"append", "partition-leader,kill-leader", "linearizable",
      "election-min=100ms,election-max=2s,heartbeat=50ms", 3, 500ms, 0ms, 100, 8}},
    {"old-vote-counted",
     votes,
     in_history,
     {"append", "kill-leader", "linearizable",
      "delay-min=10ms,delay-max=50ms,slow=0.3,slow-max=600ms,loss=0,election-min=200ms,"
      "election-max=210ms,heartbeat=40ms",
      3, 500ms, 0ms, 100, 3}},
    {"restart-replays-old-vote",
     votes,
     in_history,
     {"append", "partition-leader,power-voters", "linearizable",
      "sync-min=30ms,sync-max=100ms,torn=0,slow=0,loss=0,election-min=200ms,election-max=600ms", 3,
      1s, 0ms, 100, 3}},
    {"transfer-to-lagging-target", votes, in_history, {"append", "transfer,packets"}},
    {"vote-before-durable",
     votes,
     in_history,
     {"append", "partition-leader,power-voters", "linearizable",
      "sync-min=30ms,sync-max=100ms,torn=0,slow=0,loss=0,election-min=200ms,election-max=600ms", 3,
      1s, 0ms, 100, 3}},
    {"vote-cleared-on-step-down",
     votes,
     in_history,
     {"append", "contested-vote", "linearizable",
      "slow=0,loss=0,election-min=20ms,election-max=400ms,heartbeat=10ms", 3, 500ms, 40s, 200, 3}},
    {"vote-not-persisted",
     votes,
     in_history,
     {"append", "partition-leader,power-voters", "linearizable",
      "sync-min=30ms,sync-max=100ms,torn=0,slow=0,loss=0,election-min=200ms,election-max=600ms", 3,
      1s, 0ms, 100, 3}},
    {"compacted-prev-truncates",
     log_truncation,
     in_history,
     {"append", "packets,kill,partition", "linearizable",
      "snapshot-every=1,duplicate=0.5,slow=0.3,slow-max=600ms", 3}},
    {"durable-index-stale",
     log_truncation,
     in_history,
     {"append", "partition-leader,power-all", "linearizable",
      "sync-min=5ms,sync-max=300ms,torn=0,slow=0,loss=0,election-min=200ms,election-max=600ms", 3,
      500ms, 0ms, 100, 8}},
    {"entry-dropped-in-slice", log_truncation, in_history, {"append", "partition,kill"}},
    {"stale-append-truncates", log_truncation, in_history, {"append", "packets,kill"}},
    {"truncate-not-logged", log_truncation, in_history, {"append", "partition,kill"}},
    {"directory-not-synced", recovery, in_progress, {"append", "power"}},
    {"fsync-error-ignored", recovery, in_progress, {"append", "disk,power"}},
    {"torn-middle-is-end",
     recovery,
     in_history,
     {"append", "bit-flip,pause-minority,kill-minority"}},
    {"torn-tail-accepted", recovery, in_progress, {"append", "power"}},
    {"append-lost-on-restore", snapshots, in_history, {"append", "kill,partition"}},
    {"reapply-on-restart", snapshots, in_history, {"append", "kill,partition"}},
    {"snapshot-ahead-of-state", snapshots, in_history, {"append", "kill,partition"}},
    {"snapshot-checksum-unchecked", snapshots, in_history, {"kv", "bit-flip,kill-leader"}},
    {"snapshot-goes-back",
     snapshots,
     in_history,
     {"append", "partition-rolling", "linearizable",
      "snapshot-every=100,duplicate=0.9,slow=0.3,slow-max=1500ms,loss=0,chunk-bytes=1000000,"
      "election-min=100ms,election-max=300ms,heartbeat=25ms",
      3, 500ms, 40s, 400, 3}},
    {"snapshot-keeps-conflict",
     snapshots,
     in_history,
     {"append", "partition-leader", "linearizable",
      "snapshot-every=2,slow=0,loss=0,election-min=100ms,election-max=1s,heartbeat=30ms", 3, 500ms,
      0ms, 100, 8}},
    {"snapshot-merge", snapshots, in_history, {"kv", "partition,kill"}},
    {"snapshot-not-synced", snapshots, in_progress, {"append", "power"}},
    {"change-before-own-term-commit",
     membership,
     in_history,
     {"append", "membership-torn", "linearizable",
      "delay-min=100ms,delay-max=200ms,slow=0,loss=0,election-min=1s,election-max=2s,"
      "heartbeat=166ms,patience=50ms",
      4, 8s, 60s, 50, 2}},
    {"config-applied-late",
     membership,
     in_progress,
     {"append", "membership-shrink,kill-all", "linearizable", "snapshot-every=1000000", 3, 1s, 0ms,
      50, 1}},
    {"config-lost-in-snapshot", membership, in_history, {"append", "membership,kill"}},
    {"config-not-rolled-back",
     membership,
     in_history,
     {"append", "membership-linger,partition", "linearizable",
      "delay-min=20ms,delay-max=80ms,slow=0.1,slow-max=400ms,loss=0,election-min=300ms,"
      "election-max=900ms,heartbeat=100ms,patience=150ms",
      4, 1s, 60s, 50, 2}},
    {"joint-left-early",
     membership,
     in_history,
     {"append", "membership-shrink,partition-leader", "linearizable",
      "election-min=1s,election-max=2s,heartbeat=100ms,patience=500ms,slow=0,loss=0", 3, 2s, 40s,
      100, 2}},
    {"joint-new-majority-only",
     membership,
     in_history,
     {"append", "membership-shrink,partition-leader", "linearizable",
      "election-min=1s,election-max=2s,heartbeat=100ms,patience=500ms,slow=0,loss=0", 3, 2s, 40s,
      100, 2}},
    {"learner-counts", membership, in_history, {"append", "membership-learners"}},
    {"removed-leader-counts-itself",
     membership,
     in_progress,
     {"append", "membership-leader,partition-flap", "linearizable", "", 3, 250ms}},
    {"second-change-in-flight",
     membership,
     in_progress,
     {"append", "membership-two,partition-leader", "linearizable", "patience=100ms", 3, 500ms}},
    {"dedup-lost-in-snapshot", sessions, in_history, {"append", "partition,kill,pause"}},
    {"expiry-by-local-clock", sessions, in_history, {"append", "clock,kill"}},
    {"no-dedup", sessions, in_history, {"append", "partition,kill,pause"}},
    {"session-answer-wrong", sessions, in_history, {"kv", "partition,kill,pause"}},
    {"cas-ignores-expected", divergence, in_history, {"claim", "none"}},
    {"failed-cas-writes", divergence, in_history, {"register", "none"}},
    {"nondeterministic-apply", divergence, in_history, {"append", "partition,kill"}},
    {"election-timer-reset-by-any-message", liveness, in_progress, {"append", "partition,kill"}},
    {"inflight-leak",
     liveness,
     in_progress,
     {"append", "partition", "linearizable", "inflight-bytes=1000,loss=0.1", 3}},
    {"no-check-quorum",
     liveness,
     in_progress,
     {"append", "partition-one-way", "linearizable", "", 3, 15s, 60s}},
    {"prevote-stuck",
     liveness,
     in_progress,
     {"append", "partition-flap", "linearizable", "", 3, 500ms}},
    {"probe-stuck-after-compaction",
     liveness,
     in_progress,
     {"append", "replace", "linearizable", "snapshot-every=20", 3}},
};

/// What each part says of its own bugs, by name.
std::map<std::string_view, PlantedDefect> from_all_parts() {
  std::map<std::string_view, PlantedDefect> found;
  const auto add = [&found](const auto& bugs) {
    for (const auto& bug : bugs)
      found[bug.name] = {.name = bug.name, .what = bug.what, .model = bug.model};
  };
  add(raft::all_defects());
  add(kv::planted_bugs());
  add(store::planted_bugs());
  add(std::span(k_bugs));
  return found;
}

std::vector<PlantedDefect> catalogue() {
  std::vector<PlantedDefect> all;
  if (!k_planted_compiled) return all;
  auto parts = from_all_parts();
  for (const Row& row : k_rows) {
    const auto found = parts.extract(row.name);
    CHECK(!found.empty(), str("no part has the defect ", row.name));
    PlantedDefect defect = found.mapped();
    defect.kind = row.kind;
    defect.visible = row.visible;
    defect.hunt = row.hunt;
    all.push_back(defect);
  }
  for (const auto& [name, defect] : parts) all.push_back(defect);
  return all;
}

}  // namespace

std::span<const PlantedBug<Defect>> planted_bugs() { return k_bugs; }

const char* to_string(DefectKind kind) {
  switch (kind) {
    case stale_reads:
      return "stale reads and leases";
    case commitment:
      return "acknowledgement and commit";
    case votes:
      return "votes and terms";
    case log_truncation:
      return "log truncation";
    case recovery:
      return "fsync and recovery";
    case snapshots:
      return "snapshots";
    case membership:
      return "membership";
    case sessions:
      return "sessions";
    case divergence:
      return "state machine divergence";
    case liveness:
      return "liveness";
  }
  return "?";
}

std::span<const PlantedDefect> all_planted_defects() {
  static const std::vector<PlantedDefect> k_all = catalogue();
  return k_all;
}

Status check_defects(const std::set<std::string>& names) {
  std::vector<std::string> known;
  for (const PlantedDefect& defect : all_planted_defects()) known.emplace_back(defect.name);
  for (const std::string& name : names) {
    if (!k_planted_compiled)
      return fail(Error::Code::unavailable,
                  str("defect ", name, ": this build has no defects in it (PLUMBLINE_DEFECTS)"));
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto close = nearest(name, known);
    return fail(
        Error::Code::not_found,
        close ? str("no defect is called ", printable(name), "; did you mean ", *close, "?")
              : str("no defect is called ", printable(name), "; there are: ", join(known, ", ")));
  }
  return {};
}

std::set<std::string> raft_part_of(const std::set<std::string>& names) {
  std::set<std::string> part;
  for (const raft::DefectInfo& info : raft::all_defects())
    if (names.contains(info.name)) part.insert(info.name);
  return part;
}

}  // namespace plumbline::replica
