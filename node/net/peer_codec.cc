#include "node/net/peer_codec.h"

#include <memory>
#include <utility>

#include "core/base/check.h"
#include "node/proto/frame.h"
#include "node/proto/raftkv.pb.h"
#include "node/raft/configuration.h"

namespace plumbline::net {
namespace {

namespace wire = raftkv::wire;
using raft::Index;
using raft::NodeId;
using raft::Round;
using raft::Term;

constexpr std::uint64_t k_number_max = std::uint64_t{1} << 62;  // no term or index gets there

void append_frame(std::string& out, const wire::PeerFrame& frame) {
  proto::FrameWriter writer(out);
  CHECK(frame.AppendToString(&out), "proto3 messages have no required fields");
  writer.finish();
}

void fill(const raft::VoteRequest& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_vote_request();
  to.set_pre_vote(from.pre_vote);
  to.set_transfer(from.transfer);
  to.set_last_index(from.last_index.value);
  to.set_last_term(from.last_term.value);
}
void fill(const raft::VoteResponse& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_vote_response();
  to.set_pre_vote(from.pre_vote);
  to.set_granted(from.granted);
}
void fill(const raft::AppendRequest& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_append_request();
  to.set_previous_index(from.previous_index.value);
  to.set_previous_term(from.previous_term.value);
  to.set_commit(from.commit.value);
  to.set_round(from.round.value);
  to.mutable_entries()->Reserve(static_cast<int>(from.entries.size()));
  for (const raft::EntryPtr& entry : from.entries) {
    auto& copy = *to.add_entries();
    copy.set_term(entry->term.value);
    copy.set_index(entry->index.value);
    copy.set_type(static_cast<std::uint32_t>(entry->type));
    copy.set_data(entry->data);
  }
}
void fill(const raft::AppendResponse& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_append_response();
  to.set_success(from.success);
  to.set_match(from.match.value);
  to.set_conflict_term(from.conflict_term.value);
  to.set_conflict_index(from.conflict_index.value);
  to.set_previous_index(from.previous_index.value);
  to.set_round(from.round.value);
}
void fill(const raft::Heartbeat& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_heartbeat();
  to.set_commit(from.commit.value);
  to.set_round(from.round.value);
}
void fill(const raft::HeartbeatResponse& from, wire::PeerMessage& message) {
  message.mutable_heartbeat_response()->set_round(from.round.value);
}
void fill(const raft::SnapshotChunk& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_snapshot_chunk();
  to.mutable_snapshot()->set_index(from.snapshot.index.value);
  to.mutable_snapshot()->set_term(from.snapshot.term.value);
  to.mutable_snapshot()->set_configuration(raft::encode(from.snapshot.configuration));
  to.set_offset(from.offset);
  to.set_total_size(from.total_size);
  to.set_checksum(from.checksum);
  to.set_data(from.data);
}
void fill(const raft::SnapshotResponse& from, wire::PeerMessage& message) {
  auto& to = *message.mutable_snapshot_response();
  to.set_index(from.index.value);
  to.set_next_offset(from.next_offset);
  to.set_installed(from.installed);
}
void fill(const raft::TimeoutNow&, wire::PeerMessage& message) { message.mutable_timeout_now(); }

Result<raft::AppendRequest> take_append(wire::AppendRequest& from) {
  if (from.previous_index() > k_number_max)
    return fail(Error::Code::corrupt, "an append request beyond every index");
  raft::AppendRequest to;
  to.previous_index = Index(from.previous_index());
  to.previous_term = Term(from.previous_term());
  to.commit = Index(from.commit());
  to.round = Round(from.round());
  to.entries.reserve(static_cast<std::size_t>(from.entries_size()));
  Index expected = to.previous_index;
  for (wire::Entry& entry : *from.mutable_entries()) {
    expected = expected.next();
    if (entry.index() != expected.value || entry.term() == 0)
      return fail(Error::Code::corrupt, "an append request whose entries do not follow each other");
    if (entry.type() > static_cast<std::uint32_t>(raft::k_last_entry_type))
      return fail(Error::Code::corrupt, "an entry of a type that this version does not know");
    auto taken = std::make_shared<raft::Entry>();
    taken->term = Term(entry.term());
    taken->index = expected;
    taken->type = static_cast<raft::EntryType>(entry.type());
    taken->data = std::move(*entry.mutable_data());
    to.entries.push_back(std::move(taken));
  }
  return to;
}

Result<raft::SnapshotChunk> take_chunk(wire::SnapshotChunk& from) {
  auto configuration = raft::decode_configuration(from.snapshot().configuration());
  if (!configuration || from.snapshot().index() == 0)
    return fail(Error::Code::corrupt, "a chunk of a snapshot that cannot be");
  raft::SnapshotChunk to;
  to.snapshot.index = Index(from.snapshot().index());
  to.snapshot.term = Term(from.snapshot().term());
  to.snapshot.configuration = std::move(*configuration);
  to.offset = from.offset();
  to.total_size = from.total_size();
  to.checksum = from.checksum();
  to.data = std::move(*from.mutable_data());
  return to;
}

Result<raft::Message> take_message(wire::PeerMessage& from) {
  if (from.term() > k_number_max) return fail(Error::Code::corrupt, "a term beyond every term");
  raft::Message to;
  to.from = NodeId(from.from());
  to.to = NodeId(from.to());
  to.term = Term(from.term());
  switch (from.body_case()) {
    case wire::PeerMessage::kVoteRequest: {
      const auto& body = from.vote_request();
      to.body = raft::VoteRequest{body.pre_vote(), body.transfer(), Index(body.last_index()),
                                  Term(body.last_term())};
      return to;
    }
    case wire::PeerMessage::kVoteResponse:
      to.body = raft::VoteResponse{from.vote_response().pre_vote(), from.vote_response().granted()};
      return to;
    case wire::PeerMessage::kAppendRequest: {
      TRY_ASSIGN(to.body, take_append(*from.mutable_append_request()));
      return to;
    }
    case wire::PeerMessage::kAppendResponse: {
      const auto& body = from.append_response();
      to.body = raft::AppendResponse{body.success(),
                                     Index(body.match()),
                                     Term(body.conflict_term()),
                                     Index(body.conflict_index()),
                                     Index(body.previous_index()),
                                     Round(body.round())};
      return to;
    }
    case wire::PeerMessage::kHeartbeat:
      to.body = raft::Heartbeat{Index(from.heartbeat().commit()), Round(from.heartbeat().round())};
      return to;
    case wire::PeerMessage::kHeartbeatResponse:
      to.body = raft::HeartbeatResponse{Round(from.heartbeat_response().round())};
      return to;
    case wire::PeerMessage::kSnapshotChunk: {
      TRY_ASSIGN(to.body, take_chunk(*from.mutable_snapshot_chunk()));
      return to;
    }
    case wire::PeerMessage::kSnapshotResponse: {
      const auto& body = from.snapshot_response();
      to.body = raft::SnapshotResponse{Index(body.index()), body.next_offset(), body.installed()};
      return to;
    }
    case wire::PeerMessage::kTimeoutNow:
      to.body = raft::TimeoutNow{};
      return to;
    case wire::PeerMessage::BODY_NOT_SET:
      break;
  }
  return fail(Error::Code::corrupt, "a message of a kind that this version does not know");
}

}  // namespace

void append_hello(std::string& out, const Hello& hello) {
  wire::PeerFrame frame;
  auto& to = *frame.mutable_hello();
  to.set_version(hello.version);
  to.set_cluster(hello.who.cluster);
  to.set_origin(hello.who.origin);
  to.set_from(hello.who.from.value);
  to.set_to(hello.who.to.value);
  to.set_from_store(hello.who.from_store.value);
  to.set_to_store(hello.who.to_store.value);
  to.set_contact(hello.contact);
  append_frame(out, frame);
}

void append_refusal(std::string& out, const std::string& reason) {
  wire::PeerFrame frame;
  frame.mutable_refusal()->set_reason(reason);
  append_frame(out, frame);
}

void append_message(std::string& out, const raft::Message& message) {
  wire::PeerFrame frame;
  auto& to = *frame.mutable_message();
  to.set_from(message.from.value);
  to.set_to(message.to.value);
  to.set_term(message.term.value);
  std::visit([&to](const auto& body) { fill(body, to); }, message.body);
  append_frame(out, frame);
}

Result<PeerFrame> decode_peer_frame(std::string_view body) {
  wire::PeerFrame frame;
  if (!frame.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return fail(Error::Code::corrupt, "a frame that is not a peer's");
  switch (frame.frame_case()) {
    case wire::PeerFrame::kHello: {
      const auto& from = frame.hello();
      return Hello{.version = from.version(),
                   .who = {.cluster = from.cluster(),
                           .origin = from.origin(),
                           .from = NodeId(from.from()),
                           .to = NodeId(from.to()),
                           .from_store = replica::StoreId(from.from_store()),
                           .to_store = replica::StoreId(from.to_store())},
                   .contact = from.contact()};
    }
    case wire::PeerFrame::kRefusal:
      return Refusal{frame.refusal().reason()};
    case wire::PeerFrame::kMessage: {
      TRY_ASSIGN(auto message, take_message(*frame.mutable_message()));
      return message;
    }
    case wire::PeerFrame::FRAME_NOT_SET:
      break;
  }
  return fail(Error::Code::corrupt, "a peer frame of a kind that this version does not know");
}

}  // namespace plumbline::net
