#pragma once
/// Evidence: why one object's history is not linearizable, for people.

#include "checker/decide.h"
#include "checker/minimize.h"

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

/// Why the calls of a core have no order, in one to three sentences.
/// `after`: the call that the core comes after, if there is one.
std::string explain_core(const Core& core, const ModelEntry& model, const Call* after);

}  // namespace plumbline
