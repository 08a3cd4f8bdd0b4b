// Any bytes as a script: an error or a script, never a crash; and what was read can be written and
// read back.

#include <cstdint>

#include "core/base/check.h"
#include "nemesis/script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const auto read = parse_script({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  for (const ClusterCall& call : read->faults) (void)describe(call);
  const std::string written = to_json(*read);
  const auto again = parse_script(written);
  CHECK(again.has_value(), written);
  CHECK(to_json(*again) == written, written);
  return 0;
}
