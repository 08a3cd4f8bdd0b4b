#pragma once
/// A shell that does what it is told at once or when the test says so, and remembers it.

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "node/replica/replica.h"

namespace plumbline::replica::testing {

/// Answers by request number.
class Answers : public Asker {
 public:
  void answer(std::uint64_t request, const proto::Reply& reply) override {
    replies[request].push_back(reply);
  }
  std::map<std::uint64_t, std::vector<proto::Reply>> replies;
};

class FakeShell : public Shell {
 public:
  Nanos now() override { return time; }
  std::uint64_t wall_ms() override { return wall; }
  void persist(raft::Persist batch) override { persists.push_back(std::move(batch)); }
  void drop_log_up_to(raft::Index index) override { dropped = index; }
  void send(raft::Message message) override { sent.push_back(std::move(message)); }
  void save_snapshot(raft::SnapshotMeta meta, std::string state) override {
    saves.emplace_back(std::move(meta), std::move(state));
  }
  void read_chunk(raft::ReadChunk what) override { chunk_reads.push_back(std::move(what)); }
  void write_chunk(raft::WriteChunk what) override { chunk_writes.push_back(std::move(what)); }
  void members_changed(const raft::Configuration& configuration) override {
    members = configuration;
  }
  std::string client_address(raft::NodeId node) override { return str("node", node, ":7001"); }
  void log(LogLevel, std::string_view event, LogFields) override { events.emplace_back(event); }
  void give_up(const Error& error) override { gave_up = error.what; }

  Nanos time{0};
  std::uint64_t wall = 1'000;
  std::deque<raft::Persist> persists;
  std::vector<raft::Message> sent;
  std::deque<std::pair<raft::SnapshotMeta, std::string>> saves;
  std::deque<raft::ReadChunk> chunk_reads;
  std::deque<raft::WriteChunk> chunk_writes;
  std::optional<raft::Configuration> members;
  raft::Index dropped;
  std::vector<std::string> events;
  std::string gave_up;
};

}  // namespace plumbline::replica::testing
