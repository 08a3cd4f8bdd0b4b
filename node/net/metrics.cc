#include "node/net/metrics.h"

#include "core/base/text.h"

namespace plumbline::net {
namespace {

void print(std::string& out, std::string_view type, std::string_view name, std::uint64_t value) {
  out += str("# TYPE raftkv_", name, ' ', type, "\nraftkv_", name, ' ', value, '\n');
}

void print_raft(std::string& out, const raft::NodeStatus& status) {
  out += "# TYPE raftkv_role gauge\n";
  for (const auto role :
       {raft::Role::follower, raft::Role::pre_candidate, raft::Role::candidate, raft::Role::leader})
    out += str("raftkv_role{role=\"", raft::to_string(role), "\"} ", status.role == role ? 1 : 0,
               '\n');
  print(out, "gauge", "term", status.term.value);
  print(out, "gauge", "leader", status.leader.value);
  print(out, "gauge", "commit_index", status.commit.value);
  print(out, "gauge", "applied_index", status.applied.value);
  print(out, "gauge", "last_index", status.last_index.value);
  print(out, "gauge", "durable_index", status.durable_index.value);
  print(out, "gauge", "first_index", status.first_index.value);
  print(out, "gauge", "snapshot_index", status.snapshot.index.value);
  print(out, "gauge", "uncommitted_bytes", status.uncommitted_bytes);
}

void print_counts(std::string& out, const Metrics& metrics, const Gauges& gauges) {
  const replica::Figures& replica = gauges.replica;
  print(out, "counter", "proposals_total", replica.proposals);
  print(out, "counter", "proposals_refused_total", replica.proposals_refused);
  print(out, "counter", "proposals_lost_total", replica.proposals_lost);
  print(out, "counter", "unknown_outcomes_total", replica.unknown_outcomes);
  print(out, "counter", "busy_total", replica.busy);
  print(out, "counter", "elections_total", replica.elections);
  print(out, "counter", "leaderships_total", replica.leaderships);
  print(out, "counter", "snapshots_made_total", replica.snapshots_made);
  print(out, "counter", "snapshots_installed_total", replica.snapshots_installed);
  out += "# TYPE raftkv_reads_total counter\n";
  constexpr std::array k_modes = {"linearizable", "lease", "stale"};
  for (std::size_t i = 0; i < k_modes.size(); ++i)
    out += str("raftkv_reads_total{mode=\"", k_modes[i], "\"} ", replica.reads[i], '\n');
  print(out, "counter", "wal_appends_total", metrics.wal.appends);
  print(out, "counter", "wal_syncs_total", metrics.wal.syncs);
  print(out, "counter", "wal_bytes_total", metrics.wal.bytes);
  print(out, "gauge", "wal_segments", metrics.wal.segments);
  print(out, "counter", "slow_syncs_total", metrics.slow_syncs);
}

}  // namespace

std::string prometheus(const Metrics& metrics, const Gauges& gauges) {
  std::string out;
  print_raft(out, gauges.raft);
  print_counts(out, metrics, gauges);
  print(out, "counter", "peer_messages_sent_total", gauges.peers.sent);
  print(out, "counter", "peer_messages_received_total", gauges.peers.received);
  print(out, "counter", "peer_messages_dropped_total", gauges.peers.dropped);
  print(out, "counter", "peer_links_lost_total", gauges.peers.losses);
  print(out, "gauge", "peer_links_up", gauges.links_up);
  print(out, "gauge", "client_connections", gauges.client_connections);
  print(out, "gauge", "http_connections", gauges.http_connections);
  print(out, "gauge", "waiting_requests", gauges.waiting_requests);
  print(out, "gauge", "keys", gauges.keys);
  print(out, "gauge", "sessions", gauges.sessions);
  out += "# TYPE raftkv_request_seconds histogram\n";
  gauges.replica.write_seconds.print(out, "raftkv_request_seconds", "op=\"write\"");
  gauges.replica.read_seconds.print(out, "raftkv_request_seconds", "op=\"read\"");
  out += "# TYPE raftkv_wal_sync_seconds histogram\n";
  metrics.sync_seconds.print(out, "raftkv_wal_sync_seconds", "");
  return out;
}

}  // namespace plumbline::net
