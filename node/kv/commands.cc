#include "node/kv/commands.h"

#include "node/kv/bytes.h"

namespace plumbline::kv {
namespace {

// What follows the operation's byte: which of the optional parts are there.
constexpr std::uint8_t k_has_expected = 1;
constexpr std::uint8_t k_has_session = 2;  // any of session, sequence, ack_below is not 0

}  // namespace

const char* to_string(Code code) {
  switch (code) {
    case Code::ok:
      return "ok";
    case Code::mismatch:
      return "mismatch";
    case Code::not_found:
      return "not_found";
    case Code::wrong_type:
      return "wrong_type";
    case Code::session_expired:
      return "session_expired";
    case Code::sequence_forgotten:
      return "sequence_forgotten";
  }
  return "unknown";
}

std::string encode(const Command& command) {
  const bool with_session = command.session != 0 || command.sequence != 0 || command.ack_below != 0;
  std::string out;
  out.reserve(48 + command.key.size() + command.value.size());  // numbers seldom need more than 48
  out += static_cast<char>(command.op);
  out += static_cast<char>((command.expected ? k_has_expected : 0) |
                           (with_session ? k_has_session : 0));
  put_number(out, command.time_ms);
  put_text(out, command.key);
  put_text(out, command.value);
  if (command.expected) put_text(out, *command.expected);
  if (with_session) {
    put_number(out, command.session);
    put_number(out, command.sequence);
    put_number(out, command.ack_below);
  }
  return out;
}

Result<Command> decode_command(std::string_view bytes) {
  Reader in(bytes);
  Command command;
  const std::uint8_t op = in.byte();
  in.expect(op >= static_cast<std::uint8_t>(Op::put) &&
            op <= static_cast<std::uint8_t>(Op::end_session));
  command.op = static_cast<Op>(op);
  const std::uint8_t parts = in.byte();
  in.expect((parts & ~(k_has_expected | k_has_session)) == 0);
  command.time_ms = in.number();
  command.key = in.text();
  command.value = in.text();
  if (parts & k_has_expected) command.expected = in.text();
  if (parts & k_has_session) {
    command.session = in.number();
    command.sequence = in.number();
    command.ack_below = in.number();
    in.expect(command.session != 0 || command.sequence != 0 || command.ack_below != 0);
  }
  if (!in.finished())
    return fail(Error::Code::corrupt,
                "not a command of this version's log: was it written by another version?");
  return command;
}

}  // namespace plumbline::kv
