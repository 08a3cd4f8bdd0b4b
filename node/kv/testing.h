#pragma once
/// Random commands and damaged bytes, for the tests of node/kv.

#include <string>

#include "core/base/rng.h"
#include "core/base/text.h"
#include "node/kv/commands.h"

namespace plumbline::kv::testing {

inline std::string random_text(Rng& rng, std::size_t longest) {
  std::string text(rng.below(longest + 1), '\0');
  for (char& c : text) c = static_cast<char>(rng.below(256));
  return text;
}

/// Any command that the type can hold, sensible or not.
inline Command any_command(Rng& rng) {
  const auto number = [&rng] { return rng.next() >> rng.below(64); };
  Command command;
  command.op = static_cast<Op>(rng.between(1, 6));
  command.key = random_text(rng, 20);
  command.value = random_text(rng, 300);
  if (rng.chance(0.3)) command.expected = random_text(rng, 20);
  if (rng.chance(0.5)) command.session = number();
  if (rng.chance(0.5)) command.sequence = number();
  if (rng.chance(0.5)) command.ack_below = number();
  if (rng.chance(0.9)) command.time_ms = number();
  return command;
}

/// A command of a busy cluster: few keys and few values, so that they meet; sessions from `1` to
/// `last_session`, some long gone; now and then a copy of one sent before (see replicas_test.cc).
inline Command likely_command(Rng& rng, std::uint64_t last_session, std::uint64_t time_ms) {
  Command command;
  command.time_ms = time_ms;
  const std::uint64_t die = rng.below(20);
  if (die == 0) {
    command.op = Op::register_session;
    return command;
  }
  if (rng.chance(0.7)) command.session = rng.below(last_session + 1);
  if (die == 1) {
    command.op = Op::end_session;
    return command;
  }
  command.op = static_cast<Op>(rng.between(1, 4));
  command.key = str("k", rng.below(5));
  command.value = str("v", rng.below(4));
  if (command.op == Op::compare_and_set && rng.chance(0.8))
    command.expected = str("v", rng.below(4));
  if (command.session != 0) {
    command.sequence = 1 + rng.below(40);
    if (rng.chance(0.3)) command.ack_below = rng.below(command.sequence + 1);
  }
  return command;
}

/// `bytes` with a few of them changed, cut off, taken out, doubled or added.
inline std::string damage(std::string bytes, Rng& rng) {
  for (std::uint64_t left = 1 + rng.below(4); left > 0; --left) {
    const std::size_t at = rng.below(bytes.size() + 1);
    switch (rng.below(4)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.below(8)));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, random_text(rng, 9));
        break;
      default:
        bytes.erase(at, rng.below(9));
        break;
    }
  }
  return bytes;
}

}  // namespace plumbline::kv::testing
