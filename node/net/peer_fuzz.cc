// Any bytes as what a peer sends: through the framing, and straight into the decoder.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "node/net/peer_codec.h"
#include "node/proto/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view whole(reinterpret_cast<const char*>(data), size);
  if (const auto frame = net::decode_peer_frame(whole))
    if (const auto* message = std::get_if<raft::Message>(&*frame)) {
      std::string again;
      net::append_message(again, *message);  // whatever is accepted can also be said
    }
  proto::FrameReader reader(proto::k_peer_frame_max);
  std::size_t at = 0;
  while (at < size) {
    const auto space = reader.space();
    const std::size_t bytes = std::min(space.size(), size - at);
    std::memcpy(space.data(), data + at, bytes);
    reader.got(bytes);
    at += bytes;
    for (;;) {
      const auto frame = reader.next();
      if (!frame) return 0;
      if (!*frame) break;
      (void)net::decode_peer_frame(**frame);
    }
  }
  return 0;
}
