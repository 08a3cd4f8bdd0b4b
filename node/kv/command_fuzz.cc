// Any bytes as a command: refused, or the one encoding of the command that they give, which any
// state machine can apply.
#include <cstdint>
#include <string_view>

#include "core/base/check.h"
#include "node/kv/commands.h"
#include "node/kv/state_machine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plumbline;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto command = kv::decode_command(bytes);
  if (!command) return 0;
  CHECK(kv::encode(*command) == bytes, "one command has one encoding");
  kv::StateMachine machine;
  machine.apply(1, {.op = kv::Op::register_session});
  machine.apply(2, *command);
  machine.apply(3, *command);
  kv::StateMachine copy;
  CHECK(copy.restore(machine.snapshot()).has_value(), "our own snapshot is whole");
  CHECK(copy.hash() == machine.hash(), "the hash is that of the state");
  return 0;
}
