#pragma once
/// Commands of the key-value store, as they stand in the Raft log, and what applying one gives.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace plumbline::kv {

/// A key holds a text, or a list of texts (made by append).
using List = std::vector<std::string>;
using Stored = std::variant<std::string, List>;

enum class Op : std::uint8_t {
  put = 1,
  remove = 2,
  compare_and_set = 3,
  append = 4,            ///< to the key's list, which is made if there is no such key
  register_session = 5,  ///< the session's id is the index of this entry
  end_session = 6,
};

struct Command {
  Op op = Op::put;
  std::string key = {};
  std::string value = {};
  std::optional<std::string> expected = {};  ///< compare_and_set: nothing means "no such key"
  // Exactly once: a command with a session is applied once however often it is in the log.
  // Source: Ongaro's dissertation, 6.3.
  std::uint64_t session = 0;    ///< 0: none, every copy is applied
  std::uint64_t sequence = 0;   ///< of the command in its session, from 1
  std::uint64_t ack_below = 0;  ///< the client has every answer below this: they may be forgotten
  std::uint64_t time_ms = 0;    ///< the proposing leader's clock; sessions expire by the log's time
  bool operator==(const Command&) const = default;
};

enum class Code : std::uint8_t {
  ok = 0,
  mismatch = 1,    ///< compare_and_set: not as expected; `value` is what was there
  not_found = 2,   ///< remove: there was nothing
  wrong_type = 3,  ///< append to a text, or compare_and_set of a list; `value` is what was there
  session_expired = 4,     ///< no such session (any more): nothing was done by this copy
  sequence_forgotten = 5,  ///< below ack_below: the client had this answer already
};
const char* to_string(Code code);

struct Outcome {
  Code code = Code::ok;
  std::optional<Stored> value = {};
  /// Index of the entry that last changed the key; the session's id on register_session.
  std::uint64_t revision = 0;
  bool operator==(const Outcome&) const = default;
};

std::string encode(const Command& command);
/// Fails: corrupt, on any bytes that encode() does not write.
Result<Command> decode_command(std::string_view bytes);

}  // namespace plumbline::kv
