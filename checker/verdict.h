#pragma once
/// Verdict: valid, invalid or unknown, with its evidence. Never a bare yes or no.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/certificate.h"
#include "core/history/history.h"

namespace plumbline {

/// In order of priority: of several parts the greatest decides (invalid > unknown > valid).
enum class Validity : std::uint8_t { valid, unknown, invalid };
const char* to_string(Validity validity);
inline Validity merge(Validity a, Validity b) { return a < b ? b : a; }

/// Why a sub-history of one object is not linearizable.
struct Counterexample {
  Value key{};
  /// The smallest offending sub-history: leaving out any call of it (with what must go along)
  /// makes the rest linearizable. In order of invocation.
  std::vector<Call> core{};
  std::string explanation{};           ///< one to three sentences in words
  std::vector<std::int64_t> prefix{};  ///< call ids: the longest linearizable prefix, in its order
  std::string state{};                 ///< the object's state after `prefix`
  std::vector<std::int64_t>
      unplaceable{};                 ///< call ids that cannot come next after any such prefix
  std::int64_t explained_up_to = 0;  ///< every event before this position is linearizable
  /// If the core is of what came after one call, which tells what the state was then: its id.
  std::optional<std::int64_t> after{};
  bool counted = false;  ///< the calls up to its end tell the state, by their number
  /// If the core is impossible whatever the state was when its first required call began.
  bool any_state = false;
  /// If the core's calls are looked at as what they are to some parts of the object: these.
  std::optional<Value::List> only{};
  bool may_be_smaller = false;  ///< not each of its calls is known to be needed
};

/// What one check said.
struct Verdict {
  std::string check{};  ///< "linearizable cas-register", "statistics", "vacuity"
  Validity validity = Validity::valid;
  std::string reason{};  ///< one line; for unknown what ran out and how far it is proven
  std::vector<Counterexample> counterexamples{};  ///< at most k_max_counterexamples
  std::vector<std::pair<std::string, std::string>>
      figures{};  ///< name, value: what is worth showing
  /// Engines of ours that contradict one another, if that was asked for: a bug of the checker, and
  /// then the verdict is unknown.
  std::string disagreement{};
  std::vector<Verdict> parts{};  ///< of a composed check, in the order given
  /// The proof of what a check of linearizability said, if it was asked for and there is one.
  std::shared_ptr<const Certificate> certificate{};
};
inline constexpr std::size_t k_max_counterexamples = 5;

/// One verdict of several: the greatest validity, and the reasons of those parts that have it.
Verdict compose(std::string check, std::vector<Verdict> parts);

/// The disagreement of the verdict or of one of its parts; empty if there is none.
const std::string& disagreement_in(const Verdict& verdict);

/// The certificate of the verdict or of one of its parts; null if there is none.
const Certificate* certificate_of(const Verdict& verdict);

/// JSON of the above, for verdict.json; schema in docs/history-format.md.
std::string to_json(const Verdict& verdict);

}  // namespace plumbline
