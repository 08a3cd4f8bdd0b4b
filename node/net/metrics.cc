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

void print_counts(std::string& out, const Metrics& metrics) {
  print(out, "counter", "proposals_total", metrics.proposals);
  print(out, "counter", "proposals_refused_total", metrics.proposals_refused);
  print(out, "counter", "proposals_lost_total", metrics.proposals_lost);
  print(out, "counter", "unknown_outcomes_total", metrics.unknown_outcomes);
  print(out, "counter", "busy_total", metrics.busy);
  print(out, "counter", "elections_total", metrics.elections);
  print(out, "counter", "leaderships_total", metrics.leaderships);
  print(out, "counter", "snapshots_made_total", metrics.snapshots_made);
  print(out, "counter", "snapshots_installed_total", metrics.snapshots_installed);
  out += "# TYPE raftkv_reads_total counter\n";
  constexpr std::array k_modes = {"linearizable", "lease", "stale"};
  for (std::size_t i = 0; i < k_modes.size(); ++i)
    out += str("raftkv_reads_total{mode=\"", k_modes[i], "\"} ", metrics.reads[i], '\n');
  print(out, "counter", "wal_appends_total", metrics.wal.appends);
  print(out, "counter", "wal_syncs_total", metrics.wal.syncs);
  print(out, "counter", "wal_bytes_total", metrics.wal.bytes);
  print(out, "gauge", "wal_segments", metrics.wal.segments);
  print(out, "counter", "slow_syncs_total", metrics.slow_syncs);
}

}  // namespace

void Histogram::add(Nanos duration) {
  std::size_t bucket = 0;
  for (Nanos bound = k_first_bound; bucket < k_buckets && duration > bound; bound *= 2) ++bucket;
  ++counts_[bucket];
  sum_ += duration;
}

void Histogram::print(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string_view comma = labels.empty() ? "" : ",";
  const std::string braced = labels.empty() ? "" : str('{', labels, '}');
  std::uint64_t below = 0;
  Nanos bound = k_first_bound;
  for (std::size_t i = 0; i < k_buckets; ++i, bound *= 2) {
    below += counts_[i];
    out += str(name, "_bucket{", labels, comma, "le=\"", seconds(bound), "\"} ", below, '\n');
  }
  below += counts_[k_buckets];
  out += str(name, "_bucket{", labels, comma, "le=\"+Inf\"} ", below, '\n');
  out += str(name, "_sum", braced, ' ', seconds(sum_), '\n');
  out += str(name, "_count", braced, ' ', below, '\n');
}

std::string prometheus(const Metrics& metrics, const Gauges& gauges) {
  std::string out;
  print_raft(out, gauges.raft);
  print_counts(out, metrics);
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
  metrics.write_seconds.print(out, "raftkv_request_seconds", "op=\"write\"");
  metrics.read_seconds.print(out, "raftkv_request_seconds", "op=\"read\"");
  out += "# TYPE raftkv_wal_sync_seconds histogram\n";
  metrics.sync_seconds.print(out, "raftkv_wal_sync_seconds", "");
  return out;
}

}  // namespace plumbline::net
