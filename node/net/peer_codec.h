#pragma once
/// Messages between nodes to and from frames (raftkv.proto, node/proto/frame.h).

#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "node/raft/messages.h"
#include "node/replica/peer_identities.h"

namespace plumbline::net {

/// What a node says first on a connection that it opens.
struct Hello {
  static constexpr std::uint32_t k_version = 2;
  std::uint32_t version = k_version;
  replica::Introduction who{};
  std::string contact{};  ///< of the caller, who may be newer than what we know of the members
  bool operator==(const Hello&) const = default;
};
/// Why a connection is about to be closed by the node that was called.
struct Refusal {
  std::string reason;
};
using PeerFrame = std::variant<Hello, Refusal, raft::Message>;

/// Appends one whole frame to `out`.
void append_hello(std::string& out, const Hello& hello);
void append_refusal(std::string& out, const std::string& reason);
void append_message(std::string& out, const raft::Message& message);

/// Of a frame's body. Fails: corrupt: no such frame, entries that do not follow one another, or
/// numbers that no node would send.
Result<PeerFrame> decode_peer_frame(std::string_view body);

}  // namespace plumbline::net
