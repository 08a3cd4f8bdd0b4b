// Any bytes as a snapshot: refused, or exactly what the machine restored from them gives again.
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "node/kv/state_machine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kv::StateMachine machine;
  if (!machine.restore(bytes)) return 0;
  CHECK(machine.snapshot() == bytes, "a state has one snapshot");
  machine.hash();
  if (machine.applied() == UINT64_MAX) return 0;
  machine.apply(machine.applied() + 1,
                {.op = kv::Op::register_session, .time_ms = machine.log_time_ms()});
  CHECK(machine.sessions() <= kv::k_max_sessions, "sessions are bounded");
  return 0;
}
