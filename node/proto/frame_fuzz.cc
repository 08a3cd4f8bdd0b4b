// Any bytes, cut anywhere, through the client's framing and both message decoders.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "node/proto/frame.h"
#include "node/proto/request_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline::proto;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];  // the first byte chooses how the stream is cut
  FrameReader reader(k_client_frame_max);
  for (std::size_t at = 1; at < size; at += piece) {
    const std::size_t bytes = std::min(piece, size - at);
    std::memcpy(reader.space().data(), data + at, bytes);
    reader.got(bytes);
    for (;;) {
      const auto frame = reader.next();
      if (!frame) return 0;
      if (!*frame) break;
      if (const auto request = decode_request(**frame)) (void)check_request(request->request);
      (void)decode_reply(**frame);
    }
  }
  // A fuzzer will not guess checksums: the decoders also get the bytes as they are.
  const std::string_view whole(reinterpret_cast<const char*>(data), size);
  (void)decode_request(whole);
  (void)decode_reply(whole);
  return 0;
}
