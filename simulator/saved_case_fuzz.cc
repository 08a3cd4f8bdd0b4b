// Any bytes as a saved case: an error or a case, never a crash; and what was read can be written
// and read back.

#include <cstdint>

#include "core/base/check.h"
#include "simulator/saved_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline::simulator;
  const auto read = parse_saved_case({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  const std::string written = to_json(*read);
  const auto again = parse_saved_case(written);
  CHECK(again.has_value(), written);
  CHECK(to_json(*again) == written, written);
  return 0;
}
