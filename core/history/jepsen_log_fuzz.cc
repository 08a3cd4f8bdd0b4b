// Any bytes as jepsen.log columns: an error or a history, never a crash; and what was read can be
// written as JSON lines and read back.

#include <cstdint>

#include "core/base/check.h"
#include "core/history/edn.h"
#include "core/history/jepsen_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_jepsen_log(text, "fuzz");
  if (!read) return 0;
  for (const Event& event : read->events) {
    const std::string line = to_json_line(event);
    const auto again = from_json_line(line);
    CHECK(again.has_value(), line);
    CHECK(to_json_line(*again) == line, line);
  }
  (void)pair_calls(read->events);
  return 0;
}
