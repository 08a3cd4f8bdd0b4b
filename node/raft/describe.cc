#include "node/raft/describe.h"

#include "core/base/text.h"
#include "node/raft/configuration.h"

namespace plumbline::raft::testing {
namespace {

struct KindOf {
  std::string operator()(const VoteRequest& m) const { return m.pre_vote ? "PreVote" : "Vote"; }
  std::string operator()(const VoteResponse& m) const {
    return m.pre_vote ? "PreVoteAnswer" : "VoteAnswer";
  }
  std::string operator()(const AppendRequest&) const { return "Append"; }
  std::string operator()(const AppendResponse& m) const {
    return m.success ? "AppendOk" : "AppendRefused";
  }
  std::string operator()(const Heartbeat&) const { return "Heartbeat"; }
  std::string operator()(const HeartbeatResponse&) const { return "HeartbeatAnswer"; }
  std::string operator()(const SnapshotChunk&) const { return "Chunk"; }
  std::string operator()(const SnapshotResponse&) const { return "ChunkAnswer"; }
  std::string operator()(const TimeoutNow&) const { return "TimeoutNow"; }
};

struct DetailsOf {
  std::string operator()(const VoteRequest& m) const {
    return str("last ", m.last_index, "/", m.last_term, m.transfer ? " for a transfer" : "");
  }
  std::string operator()(const VoteResponse& m) const { return m.granted ? "granted" : "refused"; }
  std::string operator()(const AppendRequest& m) const {
    return str("after ", m.previous_index, "/", m.previous_term, " [", describe(m.entries),
               "] commit ", m.commit, " round ", m.round);
  }
  std::string operator()(const AppendResponse& m) const {
    if (m.success) return str("match ", m.match, " round ", m.round);
    return str("at ", m.previous_index, ", try term ", m.conflict_term, " index ", m.conflict_index,
               " round ", m.round);
  }
  std::string operator()(const Heartbeat& m) const {
    return str("commit ", m.commit, " round ", m.round);
  }
  std::string operator()(const HeartbeatResponse& m) const { return str("round ", m.round); }
  std::string operator()(const SnapshotChunk& m) const {
    return str("of ", m.snapshot.index, "/", m.snapshot.term, " bytes ", m.offset, "+",
               m.data.size(), " of ", m.total_size);
  }
  std::string operator()(const SnapshotResponse& m) const {
    return m.installed ? str("installed ", m.index) : str("of ", m.index, " next ", m.next_offset);
  }
  std::string operator()(const TimeoutNow&) const { return ""; }
};

}  // namespace

std::string name_of(NodeId node) { return node == k_nobody ? "-" : str("n", node); }

std::string describe(const Entry& entry) {
  const auto what = [&]() -> std::string {
    if (entry.type == EntryType::no_op) return "no-op";
    if (entry.type == EntryType::command) return printable(entry.data, 20);
    const auto configuration = decode_configuration(entry.data);
    return "members " + (configuration ? describe(*configuration) : "?");
  };
  return str(entry.index, "/", entry.term, ":", what());
}

std::string describe(const std::vector<EntryPtr>& entries) {
  std::vector<std::string> pieces;
  for (const auto& entry : entries) pieces.push_back(describe(*entry));
  return join(pieces, " ");
}

std::string kind_of(const Message& message) { return std::visit(KindOf{}, message.body); }

std::string describe(const Message& message) {
  const std::string details = std::visit(DetailsOf{}, message.body);
  return str(name_of(message.from), " -> ", name_of(message.to), " ", kind_of(message), " term ",
             message.term, details.empty() ? "" : " ", details);
}

std::string describe(const Persist& persist) {
  std::string out = str("writes #", persist.number);
  if (persist.restart_after)
    out += str(" restart after ", persist.restart_after->index, "/", persist.restart_after->term);
  if (persist.hard_state)
    out += str(" term ", persist.hard_state->term, " vote ", name_of(persist.hard_state->vote));
  if (persist.truncate_from) out += str(" cut from ", *persist.truncate_from);
  if (!persist.entries.empty()) out += str(" [", describe(persist.entries), "]");
  return out;
}

std::string describe(const NodeStatus& status) {
  return str(name_of(status.id), " ", to_string(status.role), " term ", status.term, " vote ",
             name_of(status.vote), " leader ", name_of(status.leader), " log ", status.first_index,
             "..", status.last_index, " durable ", status.durable_index, " commit ", status.commit,
             " snapshot ", status.snapshot.index);
}

std::vector<std::string> describe(NodeId node, const NodeStatus& after, const Effects& effects,
                                  bool with_traffic) {
  std::vector<std::string> lines;
  const auto add = [&](const auto&... parts) {
    lines.push_back(str(name_of(node), " ", parts...));
  };
  if (effects.role_changed)
    add("is ", to_string(after.role), " of term ", after.term, ", leader ", name_of(after.leader));
  if (effects.members_changed) add("goes by members ", describe(*after.configuration));
  if (effects.persist && with_traffic) add(describe(*effects.persist));
  if (with_traffic)
    for (const auto& message : effects.messages) lines.push_back(describe(message));
  for (const auto& write : effects.write_chunks)
    if (with_traffic)
      add("writes chunk of ", write.chunk.snapshot.index, " at ", write.chunk.offset);
  for (const auto& read : effects.read_chunks)
    if (with_traffic)
      add("reads chunk of ", read.snapshot.index, " at ", read.offset, " for ", name_of(read.to));
  if (effects.restore)
    add("restores snapshot ", effects.restore->index, "/", effects.restore->term);
  if (!effects.committed.empty()) add("applies ", describe(effects.committed));
  for (const auto& one : effects.accepted)
    add("accepts #", one.proposal, " as ", one.index, "/", one.term);
  for (const auto& one : effects.refused) add("refuses #", one.proposal, ": ", to_string(one.why));
  for (const auto& one : effects.transfers)
    add("ends transfer #", one.proposal, ": ", one.done ? "done" : "given up");
  for (const auto& one : effects.reads) add("answers r", one.id, " at ", one.index);
  for (const auto& one : effects.refused_reads) add("refuses r", one.id, ": ", to_string(one.why));
  if (effects.compacted_to) add("needs no entry up to ", *effects.compacted_to);
  return lines;
}

}  // namespace plumbline::raft::testing
