#include "node/net/server.h"

#include <asio/post.hpp>
#include <csignal>
#include <utility>

#include "core/base/text.h"
#include "node/net/clock.h"
#include "node/net/disk_failure.h"

namespace plumbline::net {
namespace {

constexpr Nanos k_tick = 10ms;
constexpr Nanos k_sweep_every = 1s;
constexpr Nanos k_slow_sync = 100ms;
const std::size_t k_chunk_bytes = raft::Config{}.snapshot_chunk_bytes;
// Handlers that run before what they produced is sent on: a bound on latency, far above what is
// usually ready at once.
constexpr int k_handlers_per_turn = 256;

raft::Config raft_config(const Options& options) {
  raft::Config config;
  config.id = options.id;
  config.first.voters = options.voters();
  config.election_timeout_min = options.election_min;
  config.election_timeout_max = options.election_max;
  config.heartbeat_interval = options.heartbeat;
  // Nodes must not draw the same time-outs, neither among each other nor after each restart.
  config.seed = options.seed != 0 ? options.seed
                                  : options.id.value * 0x9e3779b97f4a7c15ULL +
                                        static_cast<std::uint64_t>(steady_now().count());
  config.defects = options.defects;
  return config;
}

std::vector<PeerAddress> others(const Options& options) {
  std::vector<PeerAddress> others;
  for (const NodeAddress& node : options.nodes)
    if (node.id != options.id) others.push_back({node.id, node.host, node.peer_port});
  return others;
}

std::map<std::uint64_t, std::string> http_addresses(const Options& options) {
  std::map<std::uint64_t, std::string> addresses;
  for (const NodeAddress& node : options.nodes)
    addresses[node.id.value] = host_and_port(node.host, node.http_port);
  return addresses;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const Options& options, const Log& log) {
  auto files = store::real_file_system();
  TRY_ASSIGN(auto directory, DataDirectory::open(*files, options.data_dir,
                                                 {options.cluster, options.id, options.voters()}));
  TRY_ASSIGN(auto recovered, replica::recover(*files, options.data_dir, {options.segment_bytes}));
  std::vector<std::string> voters;
  for (const raft::NodeId voter : options.voters()) voters.push_back(str(voter));
  log.info("start", {{"options", options.describe()}, {"voters", join(voters, ",")}});
  if (!recovered.repaired.empty()) log.warn("wal-repaired", {{"what", recovered.repaired}});
  if (!options.defects.empty())
    log.warn("defects", {{"planted", join({options.defects.begin(), options.defects.end()}, ",")}});
  std::unique_ptr<Server> server(
      new Server(options, log, std::move(files), std::move(directory), std::move(recovered)));
  TRY(server->listen());
  return server;
}

Server::Server(const Options& options, const Log& log, std::unique_ptr<store::FileSystem> files,
               DataDirectory directory, replica::Recovered recovered)
    : options_(options),
      log_(log),
      files_(std::move(files)),
      directory_(std::move(directory)),
      replica_({.raft = raft_config(options), .snapshot_every = options.snapshot_every},
               std::move(recovered.restored), std::move(recovered.machine),
               recovered.snapshot_bytes, *this),
      peers_(
          io_, options.cluster, options.id, others(options),
          [this](raft::Message message) { replica_.receive(std::move(message)); }, log),
      client_door_(io_, *this, log, DoorLimits{}),
      http_door_(io_, *this, http_addresses(options), DoorLimits{}),
      timer_(io_),
      signals_(io_),
      snapshot_worker_(std::move(recovered.snapshots), log),
      wal_writer_(
          std::move(recovered.wal),
          [this](const WalWriter::Done& done) { asio::post(io_, [this, done] { synced(done); }); },
          log) {}

Server::~Server() = default;

Status Server::listen() {
  const NodeAddress& self = options_.self();
  const std::string& host = options_.listen.empty() ? self.host : options_.listen;
  TRY_ASSIGN(auto at, resolve(io_, host, self.client_port));
  TRY(client_door_.listen(at));
  at.port(self.http_port);
  TRY(http_door_.listen(at));
  at.port(self.peer_port);
  return peers_.start(at);
}

// ---- The loop -----------------------------------------------------------------------------------

void Server::run() {
  await_signal();
  await_tick();
  while (!stopping_) {
    io_.run_one();
    for (int n = 1; n < k_handlers_per_turn && !stopping_ && io_.poll_one() > 0; ++n) {
    }
    end_turn();
  }
  log_.info("stop", {{"waiting", replica_.waiting()}});
  client_door_.close();
  http_door_.close();
  peers_.close();
}

void Server::await_signal() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](const std::error_code& error, int) { stopping_ = !error; });
}

void Server::await_tick() {
  timer_.expires_after(k_tick);
  timer_.async_wait([this](const std::error_code& error) {
    if (error) return;
    tick();
    await_tick();
  });
}

void Server::tick() {
  const Nanos now = steady_now();
  replica_.tick();
  peers_.tick(now);
  if (now < sweep_at_) return;
  sweep_at_ = now + k_sweep_every;
  client_door_.sweep(now);
  http_door_.sweep(now);
}

void Server::end_turn() {
  do {
    replica_.flush();
    peers_.flush();
    client_door_.flush();  // may take requests that had no room before
  } while (replica_.has_gathered());
}

// ---- What the replica needs done ----------------------------------------------------------------

Nanos Server::now() { return steady_now(); }
std::uint64_t Server::wall_ms() { return net::wall_ms(); }

void Server::synced(const WalWriter::Done& done) {
  metrics_.wal = done.figures;
  metrics_.sync_seconds.add(done.sync_time);
  if (done.sync_time > k_slow_sync) {
    ++metrics_.slow_syncs;
    log_.warn("slow-sync", {{"took", format_duration(done.sync_time)}});
  }
  replica_.persisted(done.number);
}

void Server::save_snapshot(raft::SnapshotMeta meta, std::string state) {
  snapshot_worker_.save(meta, std::move(state), [this, meta] {
    asio::post(io_, [this, meta] { replica_.snapshot_saved(meta); });
  });
}

void Server::read_chunk(raft::ReadChunk what) {
  snapshot_worker_.read(std::move(what), k_chunk_bytes,
                        [this, to = what.to](raft::SnapshotChunk chunk) {
                          asio::post(io_, [this, to, chunk = std::move(chunk)]() mutable {
                            replica_.chunk_read(to, std::move(chunk));
                          });
                        });
}

void Server::write_chunk(raft::WriteChunk what) {
  const raft::SnapshotMeta of = what.chunk.snapshot;
  snapshot_worker_.write(std::move(what), [this, of](SnapshotWorker::Written written) {
    asio::post(io_, [this, of, written = std::move(written)]() mutable {
      replica_.chunk_written(of, written.result, std::move(written.loaded));
    });
  });
}

void Server::members_changed(const raft::Configuration&) {}

std::string Server::client_address(raft::NodeId id) {
  for (const NodeAddress& node : options_.nodes)
    if (node.id == id) return host_and_port(node.host, node.client_port);
  return {};
}

void Server::give_up(const Error& error) { end_on_disk_failure(log_, error); }

std::string Server::metrics() const {
  return prometheus(metrics_, {.replica = replica_.figures(),
                               .raft = replica_.raft().status(),
                               .peers = peers_.figures(),
                               .links_up = peers_.links_up(),
                               .client_connections = client_door_.connections(),
                               .http_connections = http_door_.connections(),
                               .waiting_requests = replica_.waiting(),
                               .keys = replica_.machine().items().size(),
                               .sessions = replica_.machine().sessions()});
}

}  // namespace plumbline::net
