#pragma once
/// Shell: what a replica needs done for it by the world around it: raftkvd's sockets, threads and
/// files, or the simulator's. The replica calls in the order in which things must happen; whatever
/// takes time is answered later, by the replica's function named with each call. Nothing here may
/// call the replica back before it returns.

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/text.h"
#include "core/base/time.h"
#include "node/raft/raft.h"

namespace plumbline::replica {

struct LogField {
  template <class T>
  LogField(std::string_view k, const T& v) : key(k), value(str(v)) {}
  std::string_view key;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;
enum class LogLevel : std::uint8_t { info, warn, error };

class Shell {
 public:
  virtual ~Shell() = default;

  virtual Nanos now() = 0;              ///< never goes back; any origin
  virtual std::uint64_t wall_ms() = 0;  ///< may do anything

  /// Append to the log, in the order given; Replica::persisted() when durable.
  virtual void persist(raft::Persist batch) = 0;
  /// Entries up to `index` may be dropped from the log, once all that was given before is durable.
  virtual void drop_log_up_to(raft::Index index) = 0;
  virtual void send(raft::Message message) = 0;

  /// Snapshot files, one job after the other; Replica::snapshot_saved(), chunk_read(),
  /// chunk_written().
  virtual void save_snapshot(raft::SnapshotMeta meta, std::string state) = 0;
  virtual void read_chunk(raft::ReadChunk what) = 0;
  virtual void write_chunk(raft::WriteChunk what) = 0;

  /// Others come or go, or are reached elsewhere.
  virtual void members_changed(const raft::Configuration& configuration) = 0;
  /// Where clients reach `node`, "host:port"; empty if that is not known.
  virtual std::string client_address(raft::NodeId node) = 0;

  virtual void log(LogLevel level, std::string_view event, LogFields fields) = 0;
  /// This replica cannot go on: its disk gave what cannot be. It does nothing more after this.
  virtual void give_up(const Error& error) = 0;
};

}  // namespace plumbline::replica
