#include "node/net/server.h"

#include <asio/post.hpp>
#include <csignal>
#include <utility>

#include "core/base/text.h"
#include "node/net/clock.h"

namespace plumbline::net {
namespace {

constexpr Nanos k_tick = 10ms;
constexpr Nanos k_sweep_every = 1s;
constexpr Nanos k_slow_sync = 100ms;
// After this the next leader has usually committed an entry and so decided what became of ours.
constexpr Nanos k_fate_patience = 1s;
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
  TRY_ASSIGN(auto recovered, recover(*files, options.data_dir, {options.segment_bytes}));
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
               DataDirectory directory, Recovered recovered)
    : options_(options),
      log_(log),
      files_(std::move(files)),
      directory_(std::move(directory)),
      machine_(std::move(recovered.machine)),
      applied_term_(recovered.restored.snapshot.term),
      raft_(raft_config(options), recovered.restored, steady_now()),
      status_(raft_.status()),
      snapshot_index_(recovered.restored.snapshot.index),
      snapshot_bytes_(recovered.snapshot_bytes),
      peers_(
          io_, options.cluster, options.id, others(options),
          [this](raft::Message message) { step(raft::Receive{std::move(message)}); }, log),
      client_door_(io_, *this, log, DoorLimits{}),
      http_door_(io_, *this, http_addresses(options), DoorLimits{}),
      timer_(io_),
      signals_(io_),
      snapshot_worker_(std::move(recovered.snapshots), log),
      wal_writer_(
          std::move(recovered.wal),
          [this](const WalWriter::Done& done) {
            asio::post(io_, [this, done] {
              metrics_.wal = done.figures;
              metrics_.sync_seconds.add(done.sync_time);
              if (done.sync_time > k_slow_sync) {
                ++metrics_.slow_syncs;
                log_.warn("slow-sync", {{"took", format_duration(done.sync_time)}});
              }
              step(raft::Persisted{done.number});
            });
          },
          log) {
  log_.info("recovered", {{"snapshot", snapshot_index_},
                          {"entries", recovered.restored.entries.size()},
                          {"last", status_.last_index},
                          {"term", status_.term}});
}

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
  log_.info("stop", {{"waiting", writes_.size() + reads_.size()}});
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
  step(raft::Tick{});
  peers_.tick(now);
  unknown(writes_.given_up(now), "leadership was lost before the entry was known to be committed");
  if (now < sweep_at_) return;
  sweep_at_ = now + k_sweep_every;
  client_door_.sweep(now);
  http_door_.sweep(now);
}

void Server::end_turn() {
  do {
    if (!gathered_.empty()) step(raft::Propose{std::exchange(gathered_, {})});
    peers_.flush();
    client_door_.flush();  // may take requests that had no room before
  } while (!gathered_.empty());
}

// ---- The core and its effects -------------------------------------------------------------------

void Server::step(raft::Input input) {
  raft::Effects effects = raft_.step(steady_now(), std::move(input));
  perform(effects);
}

/// In the order in which Effects lists them.
void Server::perform(raft::Effects& effects) {
  if (effects.persist) wal_writer_.persist(std::move(*effects.persist));
  for (const raft::Message& message : effects.messages) peers_.send(message);
  for (raft::WriteChunk& what : effects.write_chunks) write_chunk(std::move(what));
  for (const raft::ReadChunk& what : effects.read_chunks) read_chunk(what);
  if (effects.restore) restore(*effects.restore);
  if (!effects.committed.empty()) apply(effects.committed);
  settle_proposals(effects);
  settle_reads(effects);
  if (effects.compacted_to) wal_writer_.drop_up_to(*effects.compacted_to);
  if (effects.role_changed) role_changed();
}

void Server::apply(const std::vector<raft::EntryPtr>& committed) {
  for (const raft::EntryPtr& entry : committed) {
    const kv::Outcome outcome = apply_one(*entry);
    applied_term_ = entry->term;
    bytes_since_snapshot_ += entry->data.size();
    settle(*entry, outcome);
  }
  for (const PendingRead& read : reads_.caught_up(raft::Index(machine_.applied())))
    answer_read(read);
  if (snapshot_due()) make_snapshot();
}

kv::Outcome Server::apply_one(const raft::Entry& entry) {
  if (entry.type == raft::EntryType::command) {
    if (const auto command = kv::decode_command(entry.data))
      return machine_.apply(entry.index.value, *command);
    // Only a foreign or newer node can have proposed it. It is the same on every node, and so is
    // leaving it out.
    log_.error("undecodable-entry", {{"index", entry.index}, {"term", entry.term}});
  }
  machine_.skip(entry.index.value);
  return {};
}

void Server::role_changed() {
  const raft::NodeStatus before = std::exchange(status_, raft_.status());
  const bool led = before.role == raft::Role::leader;
  const bool leads = status_.role == raft::Role::leader;
  if (led && (!leads || before.term != status_.term))
    writes_.leadership_lost(steady_now() + k_fate_patience);
  if (leads && !led) ++metrics_.leaderships;
  if (status_.role == raft::Role::candidate && before.role != status_.role) ++metrics_.elections;
  log_.info("role", {{"term", status_.term},
                     {"role", raft::to_string(status_.role)},
                     {"leader", status_.leader}});
}

}  // namespace plumbline::net
