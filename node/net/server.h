#pragma once
/// Server: one node of raftkvd: the shell of a replica. One loop orders everything: it hands the
/// replica what the sockets, the disk threads and the clock bring, and does what it asks for. The
/// writes that came during one turn of the loop are proposed together; what a turn has to say goes
/// out in one write a connection. Threads: the loop's (run()), one that writes the log, one for
/// snapshot files. The latter two only post their completions to the loop.

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/net/bad_links.h"
#include "node/net/client_door.h"
#include "node/net/data_directory.h"
#include "node/net/http_door.h"
#include "node/net/log.h"
#include "node/net/metrics.h"
#include "node/net/options.h"
#include "node/net/peers.h"
#include "node/net/service.h"
#include "node/net/snapshot_worker.h"
#include "node/net/wal_writer.h"
#include "node/replica/replica.h"
#include "node/replica/reset_points.h"

namespace plumbline::net {

class Server final : public Service, private replica::Shell {
 public:
  /// Reads the disk and opens the doors. Fails: invalid, exists (the data directory), corrupt, io.
  static Result<std::unique_ptr<Server>> open(const Options& options, const Log& log);
  ~Server() override;

  /// Serves until SIGTERM or SIGINT.
  void run();

  void ask(proto::Request request, ReturnAddress to) override;
  std::string metrics() const override;
  bool healthy() const override { return replica_.status().leader != raft::k_nobody; }

 private:
  Server(const Options& options, const Log& log, std::unique_ptr<store::FileSystem> files,
         DataDirectory directory, replica::PeerIdentities identities, replica::Recovered recovered);
  std::optional<NodeAddress> address_of(raft::NodeId node) const;
  void remember(const std::string& met);
  Status listen();
  void await_signal();
  void await_tick();
  void tick();
  void end_turn();
  void reset();
  void synced(const WalWriter::Done& done);

  // ---- what the replica needs done
  Nanos now() override;
  std::uint64_t wall_ms() override;
  void persist(raft::Persist batch) override { wal_writer_.persist(std::move(batch)); }
  void drop_log_up_to(raft::Index index) override { wal_writer_.drop_up_to(index); }
  void send(raft::Message message) override {
    reset_points_.sent(message);
    peers_.send(message);
  }
  void save_snapshot(raft::SnapshotMeta meta, std::string state) override;
  void read_chunk(raft::ReadChunk what) override;
  void write_chunk(raft::WriteChunk what) override;
  void members_changed(const raft::Configuration& configuration) override;
  std::string client_address(raft::NodeId node) override;
  void log(replica::LogLevel level, std::string_view event, replica::LogFields fields) override {
    log_.write(level, event, fields);
  }
  void give_up(const Error& error) override;

  const Options options_;
  const Log& log_;
  std::unique_ptr<store::FileSystem> files_;
  DataDirectory directory_;
  asio::io_context io_{1};  // a single thread runs it

  Metrics metrics_;
  replica::Replica replica_;

  replica::ResetPoints reset_points_;
  BadLinks links_;
  Peers peers_;
  ClientDoor client_door_;
  HttpDoor http_door_;
  asio::steady_timer timer_;
  asio::signal_set signals_;
  Nanos sweep_at_{0};
  bool stopping_ = false;

  // Last, so that they end first: their completions need all of the above.
  SnapshotWorker snapshot_worker_;
  WalWriter wal_writer_;
};

}  // namespace plumbline::net
