#pragma once
/// verify: accepts or refuses a certificate, by means that share nothing with the engines: the
/// objects are replayed by spec.h, and a core is tried in every order.
///
/// Valid: each call of the history that ended ok stands in its key's order once, none that failed
/// does, no call stands behind one that was invoked after it had returned, and each step is legal.
/// Invalid: what was left out may be left out, by the rules of leave_out.h, and what remains has no
/// linearization (no_order.h).
///
/// Threads: any. Cost: O(n log n) and what replaying takes; for invalid also the search of
///          no_order.h, which is bounded.

#include <string>
#include <vector>

#include "checker/certificate.h"
#include "core/history/history.h"

namespace plumbline {

struct Verification {
  enum class Outcome {
    accepted,
    refused,    ///< it does not prove what it says of this history
    too_large,  ///< a core has more orders than may be tried: neither
  };
  Outcome outcome = Outcome::refused;
  std::string why{};  ///< one line, for all three
};

/// Takes: the calls of a whole history, as pair_calls() gives them.
Verification verify(const Certificate& certificate, const std::vector<Call>& calls);

}  // namespace plumbline
