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
    if (names.contains(info.name)) bits_ |= 1U << static_cast<unsigned>(info.defect);
}

}  // namespace plumbline::raft
