#pragma once
/// Server: one node of raftkvd. One loop orders everything: it takes what the sockets, the disk
/// threads and the clock bring, steps the Raft core with it, and performs the effects. The writes
/// that came during one turn of the loop are proposed together; what a turn has to say goes out in
/// one write a connection. Threads: the loop's (run()), one that writes the log, one for snapshot
/// files. The latter two only post their completions to the loop.

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "node/kv/state_machine.h"
#include "node/net/client_door.h"
#include "node/net/data_directory.h"
#include "node/net/http_door.h"
#include "node/net/log.h"
#include "node/net/metrics.h"
#include "node/net/options.h"
#include "node/net/peers.h"
#include "node/net/pending.h"
#include "node/net/recovery.h"
#include "node/net/service.h"
#include "node/net/snapshot_worker.h"
#include "node/net/wal_writer.h"
#include "node/raft/raft.h"

namespace plumbline::net {

class Server final : public Service {
 public:
  /// Reads the disk and opens the doors. Fails: invalid, exists (the data directory), corrupt, io.
  static Result<std::unique_ptr<Server>> open(const Options& options, const Log& log);
  ~Server() override;

  /// Serves until SIGTERM or SIGINT.
  void run();

  void ask(proto::Request request, ReturnAddress to) override;
  std::string metrics() const override;
  bool healthy() const override { return status_.leader != raft::k_nobody; }

 private:
  Server(const Options& options, const Log& log, std::unique_ptr<store::FileSystem> files,
         DataDirectory directory, Recovered recovered);
  Status listen();
  void await_signal();
  void await_tick();
  void tick();
  void end_turn();

  // ---- the core and its effects (server.cc)
  void step(raft::Input input);
  void perform(raft::Effects& effects);
  void apply(const std::vector<raft::EntryPtr>& committed);
  kv::Outcome apply_one(const raft::Entry& entry);
  void role_changed();

  // ---- requests and their replies (server_requests.cc)
  void propose(const proto::Request& request, ReturnAddress to);
  void read(proto::Request request, ReturnAddress to);
  void answer_read(const PendingRead& read);
  void settle(const raft::Entry& entry, const kv::Outcome& outcome);
  void unknown(const std::vector<PendingWrite>& writes, const char* why);
  void refuse(const ReturnAddress& to, raft::Refusal why);
  void settle_proposals(const raft::Effects& effects);
  void settle_reads(const raft::Effects& effects);
  proto::LeaderHint leader_hint() const;
  proto::Status status(bool with_hash) const;

  // ---- snapshots (server_snapshots.cc)
  bool snapshot_due() const;
  void make_snapshot();
  void snapshot_made(const raft::SnapshotMeta& made);
  void write_chunk(raft::WriteChunk what);
  void chunk_written(const raft::SnapshotMeta& of, SnapshotWorker::Written written);
  void read_chunk(const raft::ReadChunk& what);
  void restore(const raft::SnapshotMeta& snapshot);

  const Options options_;
  const Log& log_;
  std::unique_ptr<store::FileSystem> files_;
  DataDirectory directory_;
  asio::io_context io_{1};  // a single thread runs it

  kv::StateMachine machine_;
  raft::Term applied_term_;
  raft::Raft raft_;
  raft::NodeStatus status_;  // as of the last change of role
  Metrics metrics_;

  std::vector<raft::Propose::Command> gathered_;  // the turn's proposals
  PendingWrites writes_;
  PendingReads reads_;

  raft::Index snapshot_index_;  // of the newest one in force
  std::uint64_t snapshot_bytes_ = 0;
  std::uint64_t bytes_since_snapshot_ = 0;  // of commands applied
  bool saving_ = false;
  std::vector<ReturnAddress> want_snapshot_;
  std::optional<store::SnapshotStore::Loaded> received_;  // complete, and perhaps soon in force

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
