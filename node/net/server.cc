#include "node/net/server.h"

#include <asio/post.hpp>
#include <csignal>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "node/net/clock.h"
#include "node/net/disk_failure.h"
#include "node/net/start_anew.h"

namespace plumbline::net {
namespace {

constexpr Nanos k_tick = 10ms;
constexpr Nanos k_sweep_every = 1s;
constexpr Nanos k_slow_sync = 100ms;
// Handlers that run before what they produced is sent on: a bound on latency, far above what is
// usually ready at once.
constexpr int k_handlers_per_turn = 256;

/// Of the nodes that found a cluster: "1,2,3". Empty for one that joins.
std::string origin_of(const Identity& identity) {
  std::set<raft::NodeId> ids;
  for (const NodeAddress& node : identity.first_nodes) ids.insert(node.id);
  std::vector<std::string> words;
  for (const raft::NodeId id : ids) words.push_back(str(id));
  return join(words, ",");
}

/// What --nodes says now goes before what it said when the directory was made: nodes may have moved
/// while they were stopped.
const NodeAddress* moved(const Options& options, raft::NodeId id) {
  for (const NodeAddress& node : options.nodes)
    if (node.id == id) return &node;
  return nullptr;
}

std::size_t chunk_bytes_of(const Options& options) {
  return options.chunk_bytes > 0 ? options.chunk_bytes : raft::Config{}.snapshot_chunk_bytes;
}

raft::Config raft_config(const Options& options, const Identity& identity) {
  raft::Config config;
  config.id = options.id;
  for (const NodeAddress& node : identity.first_nodes) {
    config.first.voters.insert(node.id);
    config.first.contacts[node.id] = contact_of(node);
  }
  config.election_timeout_min = options.election_min;
  config.election_timeout_max = options.election_max;
  config.heartbeat_interval = options.heartbeat;
  // Nodes must not draw the same time-outs, neither among each other nor after each restart.
  config.seed = options.seed != 0 ? options.seed
                                  : options.id.value * 0x9e3779b97f4a7c15ULL +
                                        static_cast<std::uint64_t>(steady_now().count());
  config.defects = options.defects;
  if (options.append_bytes > 0) config.max_append_bytes = options.append_bytes;
  if (options.inflight > 0) config.max_inflight_appends = options.inflight;
  config.snapshot_chunk_bytes = chunk_bytes_of(options);
  return config;
}

std::unique_ptr<store::FileSystem> files_for(const Options& options) {
  if (!options.holding) return store::real_file_system();
  store::Holding holding = *options.holding;
  holding.seed = options.seed + static_cast<std::uint64_t>(steady_now().count());
  return store::holding_file_system(store::real_file_system(), holding);
}

Result<replica::PeerIdentities> identities_of(const DataDirectory& directory) {
  const Identity& own = directory.identity();
  replica::PeerIdentities identities(own.cluster, own.id, own.store, origin_of(own));
  TRY_ASSIGN(const std::string met, directory.load_met());
  if (!met.empty()) TRY(identities.restore(met));
  return identities;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const Options& options, const Log& log) {
  auto files = files_for(options);
  TRY_ASSIGN(auto directory,
             DataDirectory::open(
                 *files, options.data_dir,
                 {.cluster = options.cluster, .id = options.id, .first_nodes = options.nodes}));
  TRY_ASSIGN(auto identities, identities_of(directory));
  TRY_ASSIGN(auto recovered,
             replica::recover(*files, options.data_dir, {options.segment_bytes}, options.defects));
  log.info("start", {{"options", options.describe()},
                     {"store", replica::to_hex(directory.identity().store)},
                     {"origin", origin_of(directory.identity())}});
  if (!recovered.repaired.empty()) log.warn("wal-repaired", {{"what", recovered.repaired}});
  if (!options.defects.empty())
    log.warn("defects", {{"planted", join({options.defects.begin(), options.defects.end()}, ",")}});
  std::unique_ptr<Server> server(new Server(options, log, std::move(files), std::move(directory),
                                            std::move(identities), std::move(recovered)));
  TRY(server->listen());
  return server;
}

Server::Server(const Options& options, const Log& log, std::unique_ptr<store::FileSystem> files,
               DataDirectory directory, replica::PeerIdentities identities,
               replica::Recovered recovered)
    : options_(options),
      log_(log),
      files_(std::move(files)),
      directory_(std::move(directory)),
      replica_({.raft = raft_config(options, directory_.identity()),
                .snapshot_every = options.snapshot_every},
               std::move(recovered.restored), std::move(recovered.machine),
               recovered.snapshot_bytes, *this),
      reset_points_(options.reset_at,
                    Rng(options.seed + static_cast<std::uint64_t>(steady_now().count()))),
      links_(io_,
             {.always = options.link_trouble,
              .file = options.link_trouble_file,
              .seed = options.seed + static_cast<std::uint64_t>(steady_now().count())},
             [this](raft::Message message) { replica_.receive(std::move(message)); }),
      peers_(
          io_, std::move(identities), options.self,
          [this](raft::Message message) { links_.arrived(std::move(message)); },
          [this](const std::string& met) { remember(met); }, log),
      client_door_(io_, *this, log, DoorLimits{}),
      http_door_(
          io_, *this,
          [this](std::uint64_t id) {
            const auto at = address_of(raft::NodeId(id));
            return at ? host_and_port(at->host, at->http_port) : std::string();
          },
          DoorLimits{}),
      timer_(io_),
      signals_(io_),
      snapshot_worker_(std::move(recovered.snapshots), log),
      wal_writer_(
          std::move(recovered.wal),
          [this](const WalWriter::Done& done) { asio::post(io_, [this, done] { synced(done); }); },
          log) {
  members_changed(*replica_.raft().status().configuration);
}

Server::~Server() = default;

Status Server::listen() {
  const NodeAddress& self = options_.self;
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
  links_.tick(now);
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
  if (reset_points_.take_due()) reset();
}

void Server::reset() {
  log_.warn("reset");
  const Error refused = start_anew();
  log_.error("reset", {{"why", refused.what}, {"then", "this process goes on"}});
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
  snapshot_worker_.read(std::move(what), chunk_bytes_of(options_),
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

// ---- Members ------------------------------------------------------------------------------------

/// The replica takes any word for a contact; only here is it known what one looks like.
void Server::ask(proto::Request request, ReturnAddress to) {
  if (request.op == proto::Op::add_member) {
    const auto address = parse_contact(raft::NodeId(request.node), request.contact);
    if (!address) return to.answer({.code = proto::Code::invalid, .message = address.error().what});
    request.contact = contact_of(*address);
  }
  replica_.ask(std::move(request), std::move(to));
}

void Server::members_changed(const raft::Configuration& configuration) {
  std::vector<NodeAddress> others;
  for (const auto& [id, contact] : configuration.contacts) {
    if (id == options_.id) continue;
    const auto address = parse_contact(id, contact);
    if (const NodeAddress* now = moved(options_, id))
      others.push_back(*now);
    else if (address)
      others.push_back(*address);
    else
      log_.warn("bad-contact", {{"node", id}, {"why", address.error().what}});
  }
  peers_.set_members(others);
}

std::optional<NodeAddress> Server::address_of(raft::NodeId node) const {
  if (node == options_.id) return options_.self;
  const NodeAddress* known = peers_.find(node);
  return known ? std::optional(*known) : std::nullopt;
}

std::string Server::client_address(raft::NodeId node) {
  const auto at = address_of(node);
  return at ? host_and_port(at->host, at->client_port) : std::string();
}

void Server::remember(const std::string& met) {
  if (const Status saved = directory_.save_met(met); !saved) give_up(saved.error());
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
