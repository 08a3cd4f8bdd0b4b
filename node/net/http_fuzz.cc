// Any bytes as what an HTTP client sends, cut anywhere: through the parser, the routes and a reply.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "node/net/http_api.h"
#include "node/net/http_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];  // the first byte chooses how the stream is cut
  std::string_view left(reinterpret_cast<const char*>(data) + 1, size - 1);
  net::HttpReader reader;
  while (!left.empty()) {
    const auto used = reader.feed(left.substr(0, std::min(piece, left.size())));
    if (!used) return 0;
    left.remove_prefix(*used);
    (void)reader.take_expectation();
    if (!reader.complete()) continue;
    auto request = reader.take();
    if (!request) return 0;
    const auto routed = net::http_route(std::move(*request));
    const auto* asked = std::get_if<proto::Request>(&routed);
    if (!asked) continue;
    std::string out;
    const proto::Reply reply{.value = proto::Value(asked->value)};
    net::append_http_reply(out, net::http_answer(*asked, reply, {}), true, true);
  }
  return 0;
}
