#pragma once
/// Evidence: why one object's history is not linearizable, for people.

#include "checker/decide.h"

namespace plumbline {

/// Takes:  calls that decide() found to be invalid, and what it said.
/// Gives:  where the history stops being linearizable, an order of what comes before, the smallest
///         offending part if `minimized`, and the reason in words.
/// Cost:   a few decisions where they blame calls, else some twenty; or what the budget allows:
///         then the core may be larger than need be, and explained_up_to earlier.
Counterexample explain_invalid(const std::vector<Call>& calls, const ModelEntry& model,
                               const Value& initial, const Decision& decision, bool minimized,
                               Budget& budget);

/// What a certificate says of it.
KeyCore core_of(const Counterexample& example);

/// Why the calls of a core, from the state `initial`, have no order, in one to three sentences.
/// `after`: the call that told the state, if one did. `any_state`: nor from any other.
std::string explain_core(const std::vector<Call>& core, const ModelEntry& model,
                         const Value& initial, const Call* after, bool any_state);

}  // namespace plumbline
