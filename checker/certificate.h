#pragma once
/// Certificate: a verdict's proof, as a file that `plumbline verify` checks against the history
/// without any of the engines that found it. docs/certificates.md is the specification.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/history/history.h"

namespace plumbline {

/// A linearization of one key's calls, by their ids. Every call that ended ok is in it, of the
/// indeterminate ones those that took effect.
struct KeyOrder {
  Value key{};
  std::vector<std::int64_t> ids{};
};

/// Calls of one key, by their ids, that have no linearization, and why the others do not matter.
/// verify/leave_out.h has the rules. All but `required` may be empty.
struct KeyCore {
  Value key{};
  std::vector<std::int64_t> required{};  ///< each happened before it returned
  std::vector<std::int64_t> optional{};  ///< each happened after its invocation, or never
  /// What came before this call ended is left out: the call itself tells what the state was then.
  std::optional<std::int64_t> after{};
  /// Then, rather: what came before the end of that call is left out, by counting the calls.
  bool counted = false;
  /// What came before the first required call began is left out: whatever the state was then.
  bool any_state = false;
  /// Only these parts of the object are looked at: elements, registers.
  std::optional<Value::List> only{};
};

struct Certificate {
  bool valid = false;
  std::string model{};
  Value initial{};       ///< as it was given to the check; nil: the model's own
  std::string digest{};  ///< digest_of the calls
  std::int64_t calls = 0;
  std::vector<KeyOrder> orders{};  ///< valid: one for each key
  std::vector<KeyCore> cores{};    ///< invalid: one or more, of different keys
};

std::string to_text(const Certificate& certificate);
/// Fails: corrupt, with line and what is wrong.
Result<Certificate> parse_certificate(std::string_view text, const std::string& name);

}  // namespace plumbline
