#pragma once
/// Requests and replies to and from frames (raftkv.proto, frame.h).

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "node/proto/request.h"

namespace plumbline::proto {

struct NumberedRequest {
  std::uint64_t id = 0;  ///< chosen by the client; its reply carries it
  Request request;
};
struct NumberedReply {
  std::uint64_t id = 0;
  Reply reply;
};

/// Appends one whole frame to `out`.
void append_request(std::string& out, std::uint64_t id, const Request& request);
/// A value too long for a frame is left out, and the code says `invalid`.
void append_reply(std::string& out, std::uint64_t id, const Reply& reply);

/// Of a frame's body. Fails: corrupt (no such message); invalid rules are not looked at here.
Result<NumberedRequest> decode_request(std::string_view body);
Result<NumberedReply> decode_reply(std::string_view body);

/// Fails: invalid, if the request breaks a limit or lacks a part: key and value sizes, a session's
/// sequence.
plumbline::Status check_request(const Request& request);

}  // namespace plumbline::proto
